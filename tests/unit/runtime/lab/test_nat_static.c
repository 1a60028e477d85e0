/* SPDX-License-Identifier: MIT */

/* Forwards, 1:1 addresses, and packets that turn round in the box (RFC 4787 section 6, REQ-9). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/runtime/lab/translating.h"

enum {
	OUTER_PORT = 51821,
};

static const struct end one = {ONE, PORT};
static const struct end two = {TWO, PORT};
static const struct end y11 = {Y1, 1};
static const struct end y21 = {Y2, 1};

static struct bench with_static(struct nat_static entry, bool port_preservation, bool hairpinning)
{
	const struct manifest_box box = {
		.mapping = MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT,
		.filtering = MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
		.port_preservation = port_preservation,
		.hairpinning = hairpinning,
	};

	return bench_create(&box, &entry, 1);
}

static struct nat_static forward_to_one(uint16_t outer_port)
{
	return (struct nat_static){address_of(PUBLIC), outer_port, address_of(ONE), PORT};
}

/* A forward lets anyone in at any time, and what came in by it is answered by it. */
static void test_nat_forward(void **state)
{
	struct bench bench = with_static(forward_to_one(OUTER_PORT), false, false);

	(void)state;
	for (int i = 0; i < 3; i++) {
		bench.now_ms += 10 * TIMEOUT_MS;
		assert_true(bench_enters(&bench, y11, OUTER_PORT, one));
		assert_int_equal(bench_seen(&bench, one, y11), OUTER_PORT);
	}
	/* Whom it sends to first sees another port, as of any host. */
	assert_int_not_equal(bench_seen(&bench, one, y21), OUTER_PORT);
	assert_int_not_equal(bench_seen(&bench, one, y21), PORT);
	assert_int_not_equal(bench_seen(&bench, (struct end){ONE, 9}, y11), OUTER_PORT);
	bench_destroy(&bench);
}

/* A reply is one for as long as either end speaks; afterwards the host's packets are its own. */
static void test_nat_forward_timeout(void **state)
{
	struct bench bench = with_static(forward_to_one(OUTER_PORT), false, false);

	(void)state;
	assert_true(bench_enters(&bench, y11, OUTER_PORT, one));
	bench.now_ms += TIMEOUT_MS - 1;
	assert_true(bench_enters(&bench, y11, OUTER_PORT, one));
	bench.now_ms += TIMEOUT_MS - 1;
	assert_int_equal(bench_seen(&bench, one, y11), OUTER_PORT);
	bench.now_ms += TIMEOUT_MS - 1;
	assert_int_equal(bench_seen(&bench, one, y11), OUTER_PORT);
	bench.now_ms += TIMEOUT_MS;
	assert_int_not_equal(bench_seen(&bench, one, y11), OUTER_PORT);
	bench_destroy(&bench);
}

/* Two ports that lead to one host: the reply leaves by the one that the remote used last. */
static void test_nat_two_forwards(void **state)
{
	const struct nat_static statics[] = {forward_to_one(OUTER_PORT), forward_to_one(4500)};
	const struct manifest_box box = {
		.mapping = MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
		.filtering = MANIFEST_FILTERING_ENDPOINT_INDEPENDENT,
	};
	struct bench bench = bench_create(&box, statics, 2);

	(void)state;
	assert_true(bench_enters(&bench, y11, OUTER_PORT, one));
	assert_true(bench_enters(&bench, y21, 4500, one));
	assert_int_equal(bench_seen(&bench, one, y11), OUTER_PORT);
	assert_int_equal(bench_seen(&bench, one, y21), 4500);
	assert_true(bench_enters(&bench, y11, 4500, one));
	assert_int_equal(bench_seen(&bench, one, y11), 4500);
	bench_destroy(&bench);
}

/* Where ports are preserved a forwarded one is the host's own, and nobody else gets it. */
static void test_nat_forward_preserved(void **state)
{
	struct bench bench = with_static(forward_to_one(PORT), true, false);

	(void)state;
	assert_int_not_equal(bench_seen(&bench, two, y11), PORT);
	assert_int_equal(bench_seen(&bench, one, y11), PORT);
	assert_true(bench_enters(&bench, y21, PORT, one));
	bench_destroy(&bench);

	/* The outer number is another than the inner one: not the host's, not by preservation. */
	bench = with_static(forward_to_one(OUTER_PORT), true, false);
	assert_int_not_equal(bench_seen(&bench, (struct end){ONE, OUTER_PORT}, y11), OUTER_PORT);
	assert_int_equal(bench_seen(&bench, one, y11), PORT);
	bench_destroy(&bench);
}

/* No port that is picked at random belongs to a forward, however many are taken. */
static void test_nat_forward_is_not_picked(void **state)
{
	struct nat_static statics[5000];
	const struct manifest_box box = {
		.mapping = MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT,
		.filtering = MANIFEST_FILTERING_ENDPOINT_INDEPENDENT,
	};
	struct bench bench;

	(void)state;
	for (uint16_t i = 0; i < 5000; i++)
		statics[i] = forward_to_one((uint16_t)(20000 + i));
	bench = bench_create(&box, statics, 5000);
	for (uint16_t i = 1; i <= 500; i++) {
		uint16_t port = bench_seen(&bench, two, (struct end){Y1, i});

		assert_false(port >= 20000 && port < 25000);
	}
	bench_destroy(&bench);
}

/* A whole address: every port, both ways, unasked and for ever. */
static void test_nat_one_to_one(void **state)
{
	const struct nat_static entry = {address_of(EXTRA), 0, address_of(ONE), 0};
	struct bench bench = with_static(entry, false, false);

	(void)state;
	for (uint16_t port = 1; port < 60000; port = (uint16_t)(port * 3)) {
		bench.now_ms += 10 * TIMEOUT_MS;
		assert_flow(bench_send(&bench, FLOW(Y1, 7, EXTRA, port)), FLOW(Y1, 7, ONE, port));
		assert_flow(bench_send(&bench, FLOW(ONE, port, Y2, 8)), FLOW(EXTRA, port, Y2, 8));
	}
	/* The other hosts are seen at the public address, and that one is not the host's. */
	(void)bench_seen(&bench, two, y11);
	assert_dropped(bench_send(&bench, FLOW(Y1, 7, PUBLIC, PORT)));
	bench_destroy(&bench);
}

/* One port of a 1:1 address may lead elsewhere, whichever of the two is named first. */
static void test_nat_one_to_one_and_forward(void **state)
{
	const struct nat_static statics[] = {
		{address_of(EXTRA), OUTER_PORT, address_of(TWO), PORT},
		{address_of(EXTRA), 0, address_of(ONE), 0},
		{address_of(EXTRA), 4500, address_of(TWO), PORT},
	};
	const struct manifest_box box = {
		.mapping = MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
		.filtering = MANIFEST_FILTERING_ENDPOINT_INDEPENDENT,
		.port_preservation = true,
	};
	struct bench bench = bench_create(&box, statics, 3);

	(void)state;
	assert_flow(bench_send(&bench, FLOW(Y1, 1, EXTRA, OUTER_PORT)), FLOW(Y1, 1, TWO, PORT));
	assert_flow(bench_send(&bench, FLOW(Y1, 1, EXTRA, 4500)), FLOW(Y1, 1, TWO, PORT));
	assert_flow(bench_send(&bench, FLOW(Y1, 1, EXTRA, PORT)), FLOW(Y1, 1, ONE, PORT));
	assert_flow(bench_send(&bench, FLOW(TWO, PORT, Y1, 1)), FLOW(EXTRA, 4500, Y1, 1));
	bench_destroy(&bench);
}

/* Mappings are at the public address; at that of a forward nothing but the forward is. */
static void test_nat_forward_elsewhere(void **state)
{
	const struct nat_static entry = {address_of(EXTRA), OUTER_PORT, address_of(ONE), PORT};
	struct bench bench = with_static(entry, true, false);

	(void)state;
	assert_int_equal(bench_seen(&bench, two, y11), PORT);
	assert_dropped(bench_send(&bench, FLOW(Y1, 1, EXTRA, PORT)));
	assert_flow(bench_send(&bench, FLOW(Y1, 1, EXTRA, OUTER_PORT)), FLOW(Y1, 1, ONE, PORT));
	assert_flow(bench_send(&bench, FLOW(ONE, PORT, Y1, 1)), FLOW(EXTRA, OUTER_PORT, Y1, 1));
	bench_destroy(&bench);
}

/* REQ-9: the receiver sees the outer source; what it may receive is filtered as from outside. */
static void test_nat_hairpin(void **state)
{
	const struct manifest_box box = {
		.mapping = MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
		.filtering = MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
		.port_preservation = true,
		.hairpinning = true,
	};
	struct bench bench = bench_create(&box, NULL, 0);
	const uint16_t port = 4000;

	(void)state;
	/* The first packet opens the way for the second, as between any two boxes of this kind. */
	assert_dropped(bench_send(&bench, FLOW(ONE, PORT, PUBLIC, port)));
	assert_flow(bench_send(&bench, FLOW(TWO, port, PUBLIC, PORT)),
		    FLOW(PUBLIC, port, ONE, PORT));
	assert_flow(bench_send(&bench, FLOW(ONE, PORT, PUBLIC, port)),
		    FLOW(PUBLIC, PORT, TWO, port));
	/* Inner addresses are never seen, so a permission for one is worth nothing. */
	assert_dropped(bench_send(&bench, FLOW(TWO, 5000, PUBLIC, PORT)));
	/* Out at its own outer port and in again. */
	assert_dropped(bench_send(&bench, FLOW(TWO, 6000, PUBLIC, 7000)));
	assert_flow(bench_send(&bench, FLOW(TWO, 6000, PUBLIC, 6000)),
		    FLOW(PUBLIC, 6000, TWO, 6000));
	bench_destroy(&bench);
}

static void test_nat_hairpin_filtering(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		const struct manifest_box box = {
			.mapping = MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
			.filtering = MANIFEST_FILTERING_ENDPOINT_INDEPENDENT + i,
			.hairpinning = true,
		};
		struct bench bench = bench_create(&box, NULL, 0);
		uint16_t port = bench_seen(&bench, one, y11);
		struct flow flow;

		flow = bench_send(&bench, FLOW(TWO, PORT, PUBLIC, port));
		assert_int_equal(flow.source.address, i == 0 ? PUBLIC : 0);
		/* By any packet to the public address it lets that address in: its neighbours. */
		(void)bench_send(&bench, FLOW(ONE, PORT, PUBLIC, 9));
		flow = bench_send(&bench, FLOW(TWO, PORT, PUBLIC, port));
		assert_int_equal(flow.source.address, i <= 1 ? PUBLIC : 0);
		bench_destroy(&bench);
	}
}

/* Where it is not declared nothing turns round, and nothing is remembered of the attempt. */
static void test_nat_no_hairpin(void **state)
{
	struct bench bench = bench_plain(MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
					 MANIFEST_FILTERING_ENDPOINT_INDEPENDENT, true);

	(void)state;
	assert_int_equal(bench_seen(&bench, one, y11), PORT);
	assert_dropped(bench_send(&bench, FLOW(TWO, 4000, PUBLIC, PORT)));
	assert_false(bench_enters(&bench, y11, 4000, (struct end){TWO, 4000}));
	bench_destroy(&bench);

	bench = with_static(forward_to_one(PORT), true, false);
	assert_dropped(bench_send(&bench, FLOW(TWO, 4000, PUBLIC, PORT)));
	bench_destroy(&bench);
}

/* Through a forward and back: each end sees outer addresses only. */
static void test_nat_hairpin_forward(void **state)
{
	struct bench bench = with_static(forward_to_one(OUTER_PORT), false, true);
	struct flow flow = bench_send(&bench, FLOW(TWO, PORT, PUBLIC, OUTER_PORT));
	const uint16_t port = flow.source.port;

	(void)state;
	assert_flow(flow, FLOW(PUBLIC, port, ONE, PORT));
	assert_int_not_equal(port, PORT);
	assert_flow(bench_send(&bench, FLOW(ONE, PORT, PUBLIC, port)),
		    FLOW(PUBLIC, OUTER_PORT, TWO, PORT));
	bench_destroy(&bench);
}

static void test_nat_hairpin_one_to_one(void **state)
{
	const struct nat_static entry = {address_of(EXTRA), 0, address_of(ONE), 0};
	struct bench bench = with_static(entry, true, true);

	(void)state;
	assert_flow(bench_send(&bench, FLOW(TWO, 4000, EXTRA, PORT)),
		    FLOW(PUBLIC, 4000, ONE, PORT));
	assert_flow(bench_send(&bench, FLOW(ONE, PORT, PUBLIC, 4000)),
		    FLOW(EXTRA, PORT, TWO, 4000));
	bench_destroy(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nat_forward),
		cmocka_unit_test(test_nat_forward_timeout),
		cmocka_unit_test(test_nat_two_forwards),
		cmocka_unit_test(test_nat_forward_preserved),
		cmocka_unit_test(test_nat_forward_is_not_picked),
		cmocka_unit_test(test_nat_one_to_one),
		cmocka_unit_test(test_nat_one_to_one_and_forward),
		cmocka_unit_test(test_nat_forward_elsewhere),
		cmocka_unit_test(test_nat_hairpin),
		cmocka_unit_test(test_nat_hairpin_filtering),
		cmocka_unit_test(test_nat_no_hairpin),
		cmocka_unit_test(test_nat_hairpin_forward),
		cmocka_unit_test(test_nat_hairpin_one_to_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
