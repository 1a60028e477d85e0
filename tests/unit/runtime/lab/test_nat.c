/* SPDX-License-Identifier: MIT */

/* Mapping, filtering, ports and timers. REQ-n are the requirements of RFC 4787. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/runtime/lab/translating.h"

static const struct end one = {ONE, PORT};
static const struct end two = {TWO, PORT};
static const struct end y11 = {Y1, 1};
static const struct end y12 = {Y1, 2};
static const struct end y21 = {Y2, 1};
static const struct end y22 = {Y2, 2};

/* REQ-1: an endpoint-independent mapping is one for all; section 4.1 for the other kinds. */
static void check_mapping(struct bench *bench, enum manifest_mapping mapping, bool preserves)
{
	const uint16_t first = bench_seen(bench, one, y11);
	const uint16_t other_port = bench_seen(bench, one, y12);
	const uint16_t other_address = bench_seen(bench, one, y21);

	assert_int_equal(first == other_port,
			 mapping != MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT);
	assert_int_equal(first == other_address, mapping == MANIFEST_MAPPING_ENDPOINT_INDEPENDENT);
	/* Section 4.2.1: preservation is for the first mapping, since ports are never shared. */
	assert_int_equal(first == PORT, preserves);
	assert_true(first == other_address || other_address != PORT);
	/* They last. */
	assert_int_equal(bench_seen(bench, one, y11), first);
	assert_int_equal(bench_seen(bench, one, y12), other_port);
	assert_int_equal(bench_seen(bench, one, y21), other_address);
}

/* REQ-8 and section 5: whom a packet to Y1:1 lets in, whatever the mapping. */
static void check_filtering(struct bench *bench, enum manifest_filtering filtering)
{
	uint16_t port;

	assert_false(bench_enters(bench, y11, PORT, one));
	port = bench_seen(bench, one, y11);
	assert_true(bench_enters(bench, y11, port, one));
	assert_int_equal(bench_enters(bench, y12, port, one),
			 filtering != MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT);
	assert_int_equal(bench_enters(bench, y21, port, one),
			 filtering == MANIFEST_FILTERING_ENDPOINT_INDEPENDENT);
	assert_false(bench_enters(bench, y11, (uint16_t)(port + 1), one));
	/* The section asks whom X:x has sent to, not through which of its mappings. */
	(void)bench_seen(bench, one, y21);
	assert_true(bench_enters(bench, y21, port, one));
}

static void test_nat_combinations(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 18; i++) {
		enum manifest_mapping mapping = MANIFEST_MAPPING_ENDPOINT_INDEPENDENT + i % 3;
		enum manifest_filtering filtering =
			MANIFEST_FILTERING_ENDPOINT_INDEPENDENT + i / 3 % 3;
		struct bench bench = bench_plain(mapping, filtering, i >= 9);

		check_mapping(&bench, mapping, i >= 9);
		bench_destroy(&bench);
		bench = bench_plain(mapping, filtering, i >= 9);
		check_filtering(&bench, filtering);
		bench_destroy(&bench);
	}
}

/* REQ-3: a port is never shared, and each of two hosts on one port gets its own replies. */
static void test_nat_collision(void **state)
{
	struct bench bench = bench_plain(MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
					 MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT, true);
	uint16_t port;

	(void)state;
	assert_int_equal(bench_seen(&bench, one, y11), PORT);
	port = bench_seen(&bench, two, y21);
	assert_int_not_equal(port, PORT);
	assert_true(port >= 1024);
	assert_true(bench_enters(&bench, y11, PORT, one));
	assert_true(bench_enters(&bench, y21, port, two));
	assert_false(bench_enters(&bench, y11, port, two));
	/* Once both are forgotten, the port is his who asks for it first. */
	bench.now_ms += TIMEOUT_MS;
	assert_int_equal(bench_seen(&bench, two, y21), PORT);
	assert_int_not_equal(bench_seen(&bench, one, y11), PORT);
	bench_destroy(&bench);
}

/* Section 4.2.1: also a port below 1024 is kept, but none is handed out to who did not ask. */
static void test_nat_low_port(void **state)
{
	struct bench bench = bench_plain(MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
					 MANIFEST_FILTERING_ENDPOINT_INDEPENDENT, true);

	(void)state;
	assert_int_equal(bench_seen(&bench, (struct end){ONE, 53}, y11), 53);
	assert_true(bench_seen(&bench, (struct end){TWO, 53}, y11) >= 1024);
	bench_destroy(&bench);
}

/* All ports from 1024 up are given out once, but the inner one, and then no more. */
static void test_nat_exhaustion(void **state)
{
	struct bench bench = bench_plain(MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT,
					 MANIFEST_FILTERING_ENDPOINT_INDEPENDENT, false);
	uint8_t n_times[65536] = {0};
	uint32_t n = 0;

	(void)state;
	for (uint32_t i = 1; i <= 65536 - 1024 + 5; i++) {
		struct flow flow = bench_send(&bench, FLOW(ONE, PORT, Y1 + (i >> 15), i | 0x8000));

		if (flow.source.address == 0)
			continue;
		assert_true(flow.source.port >= 1024 && flow.source.port != PORT);
		assert_int_equal(n_times[flow.source.port]++, 0);
		n++;
	}
	assert_int_equal(n, 65536 - 1024 - 1);
	assert_dropped(bench_send(&bench, FLOW(TWO, PORT, Y2, 2)));
	bench.now_ms += TIMEOUT_MS;
	(void)bench_seen(&bench, two, y22);
	bench_destroy(&bench);
}

/* Packets to remotes nobody has sent to yet, until one is dropped. */
static uint32_t fill(struct bench *bench)
{
	uint32_t i = 0;

	while (bench_send(bench, FLOW(ONE, PORT, Y1 + i / 60000, 1 + i % 60000)).source.port != 0)
		i++;
	return i;
}

/* What is remembered has an end: one endpoint that sends to everybody is cut off in time. */
static void test_nat_bounded(void **state)
{
	struct bench bench = bench_plain(MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
					 MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT, true);
	uint32_t n = fill(&bench);

	(void)state;
	assert_in_range(n, 65536, 1000000);
	assert_int_equal(bench_seen(&bench, one, y11), PORT);
	/* And it begins anew. */
	bench.now_ms += TIMEOUT_MS;
	assert_int_equal(fill(&bench), n);
	bench_destroy(&bench);
}

/* REQ-11: what a box does once it does again. Two boxes do not do the same, though. */
static void test_nat_determinism(void **state)
{
	struct bench a = bench_plain(MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT,
				     MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT, false);
	struct bench b = bench_plain(MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT,
				     MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT, false);
	const struct manifest_box box = {
		.mapping = MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT,
		.filtering = MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
	};
	const struct nat_static forward = {address_of(EXTRA), 1, address_of(TWO), 1};
	struct bench other = bench_create(&box, &forward, 1);
	unsigned int n_same = 0;

	(void)state;
	for (uint16_t i = 1; i <= 50; i++) {
		uint16_t port = bench_seen(&a, one, (struct end){Y1, i});

		assert_int_equal(bench_seen(&b, one, (struct end){Y1, i}), port);
		n_same += bench_seen(&other, one, (struct end){Y1, i}) == port;
	}
	assert_in_range(n_same, 0, 1);
	bench_destroy(&a);
	bench_destroy(&b);
	bench_destroy(&other);
}

/* REQ-5: two minutes at least; REQ-6: outbound packets refresh, and inbound ones do not here. */
static void test_nat_timeout(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 9; i++) {
		struct bench bench =
			bench_plain(MANIFEST_MAPPING_ENDPOINT_INDEPENDENT + i % 3,
				    MANIFEST_FILTERING_ENDPOINT_INDEPENDENT + i / 3, false);
		uint16_t port = bench_seen(&bench, one, y11);

		bench.now_ms += TIMEOUT_MS - 1;
		assert_int_equal(bench_seen(&bench, one, y11), port);
		bench.now_ms += TIMEOUT_MS - 1;
		assert_true(bench_enters(&bench, y11, port, one));
		bench.now_ms += 1;
		assert_false(bench_enters(&bench, y11, port, one));
		assert_int_not_equal(bench_seen(&bench, one, y11), port);
		bench_destroy(&bench);
	}
}

static void test_nat_timeout_of_its_own(void **state)
{
	const struct manifest_box box = {
		.mapping = MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
		.filtering = MANIFEST_FILTERING_ENDPOINT_INDEPENDENT,
		.mapping_timeout_s = 8,
	};
	struct bench bench = bench_create(&box, NULL, 0);
	uint16_t port = bench_seen(&bench, one, y11);

	(void)state;
	bench.now_ms += 7999;
	assert_true(bench_enters(&bench, y22, port, one));
	bench.now_ms += 1;
	assert_false(bench_enters(&bench, y22, port, one));
	bench_destroy(&bench);
}

/* Packets to others keep a mapping, but not the permission that one remote once had. */
static void test_nat_permission_timeout(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct bench bench =
			bench_plain(MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
				    MANIFEST_FILTERING_ENDPOINT_INDEPENDENT + i, false);
		uint16_t port = bench_seen(&bench, one, y11);

		bench.now_ms += TIMEOUT_MS - 1;
		assert_int_equal(bench_seen(&bench, one, y21), port);
		bench.now_ms += TIMEOUT_MS - 1;
		assert_true(bench_enters(&bench, y21, port, one));
		assert_int_equal(bench_enters(&bench, y11, port, one), i == 0);
		bench_destroy(&bench);
	}
}

/* The mapping to one remote dies although that to another lives. */
static void test_nat_dependent_mappings_age_alone(void **state)
{
	struct bench bench = bench_plain(MANIFEST_MAPPING_ADDRESS_DEPENDENT,
					 MANIFEST_FILTERING_ENDPOINT_INDEPENDENT, false);
	uint16_t first = bench_seen(&bench, one, y11);
	uint16_t second = bench_seen(&bench, one, y21);

	(void)state;
	bench.now_ms += TIMEOUT_MS / 2;
	(void)bench_seen(&bench, one, y22);
	bench.now_ms += TIMEOUT_MS / 2;
	assert_false(bench_enters(&bench, y11, first, one));
	assert_true(bench_enters(&bench, y11, second, one));
	bench_destroy(&bench);
}

/* Nothing goes through either way, a forward included. */
static void test_nat_blocks_udp(void **state)
{
	const struct nat_static forward = {address_of(PUBLIC), PORT, address_of(ONE), PORT};
	const struct manifest_box box = {
		.mapping = MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
		.filtering = MANIFEST_FILTERING_ENDPOINT_INDEPENDENT,
		.hairpinning = true,
		.blocks_udp = true,
	};
	struct bench bench = bench_create(&box, &forward, 1);

	(void)state;
	assert_dropped(bench_send(&bench, FLOW(ONE, PORT, Y1, 1)));
	assert_dropped(bench_send(&bench, FLOW(Y1, 1, PUBLIC, PORT)));
	assert_dropped(bench_send(&bench, FLOW(TWO, PORT, PUBLIC, PORT)));
	bench_destroy(&bench);
}

/* What no route should bring is dropped all the same: an inside address is nobody's to name. */
static void test_nat_inside_is_private(void **state)
{
	struct bench bench = bench_plain(MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
					 MANIFEST_FILTERING_ENDPOINT_INDEPENDENT, true);

	(void)state;
	(void)bench_seen(&bench, one, y11);
	assert_dropped(bench_send(&bench, FLOW(Y1, 1, ONE, PORT)));
	assert_dropped(bench_send(&bench, FLOW(TWO, 1, ONE, PORT)));
	bench_destroy(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nat_combinations),
		cmocka_unit_test(test_nat_collision),
		cmocka_unit_test(test_nat_low_port),
		cmocka_unit_test(test_nat_exhaustion),
		cmocka_unit_test(test_nat_bounded),
		cmocka_unit_test(test_nat_determinism),
		cmocka_unit_test(test_nat_timeout),
		cmocka_unit_test(test_nat_timeout_of_its_own),
		cmocka_unit_test(test_nat_permission_timeout),
		cmocka_unit_test(test_nat_dependent_mappings_age_alone),
		cmocka_unit_test(test_nat_blocks_udp),
		cmocka_unit_test(test_nat_inside_is_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
