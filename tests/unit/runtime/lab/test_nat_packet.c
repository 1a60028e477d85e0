/* SPDX-License-Identifier: MIT */

/* What the NAT takes for a packet, what it makes of its checksums, and what garbage does to it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/runtime/lab/translating.h"

enum {
	CHECKSUM_AT = UDP_AT + 6,
};

static struct bench open_box(void)
{
	const struct manifest_box box = {
		.mapping = MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
		.filtering = MANIFEST_FILTERING_ENDPOINT_INDEPENDENT,
		.hairpinning = true,
	};

	return bench_create(&box, NULL, 0);
}

static bool passes(struct bench *bench, struct datagram *datagram)
{
	return nat_translate(bench->nat, datagram->bytes, datagram->length, bench->now_ms);
}

/* One change to a packet that would pass, and whether it then still does. */
struct change_case {
	const char *what;
	size_t at;
	uint8_t value;
	bool passes;
};

static const struct change_case change_cases[] = {
	{"as it is", 0, 0x45, true},
	{"IPv6", 0, 0x65, false},
	{"header of 16 bytes", 0, 0x44, false},
	{"header beyond the packet", 0, 0x4f, false},
	{"length of the header alone", 3, 20, false},
	{"length beyond the packet", 3, 29 + 4, false},
	{"type of service", 1, 0xb8, true},
	{"may be fragmented", 6, 0, true},
	{"first fragment", 6, 0x20, false},
	{"last fragment", 7, 1, false},
	{"fragment far behind", 6, 0x10, false},
	{"ICMP", 9, 1, false},
	{"TCP", 9, 6, false},
	{"UDP length of 7", UDP_AT + 5, 7, false},
	{"UDP length of 8", UDP_AT + 5, 8, true},
	{"UDP length beyond the packet", UDP_AT + 5, 8 + 5, false},
};

static void test_nat_takes(void **state)
{
	struct bench bench = open_box();

	(void)state;
	for (size_t i = 0; i < sizeof(change_cases) / sizeof(change_cases[0]); i++) {
		const struct change_case *c = &change_cases[i];
		struct datagram datagram;

		/* The source port is a length that UDP could have, where it is taken for one. */
		datagram_make(&datagram, &FLOW(ONE, 8, Y1, 1), "1234");
		datagram.bytes[c->at] = c->value;
		if (passes(&bench, &datagram) != c->passes)
			fail_msg("%s", c->what);
	}
	assert_dropped(bench_send(&bench, FLOW(ONE, 0, Y1, 1)));
	assert_dropped(bench_send(&bench, FLOW(ONE, PORT, Y1, 0)));
	bench_destroy(&bench);
}

/* The ports stand behind the options. */
static void test_nat_options(void **state)
{
	struct bench bench = open_box();
	struct datagram datagram, wide;
	struct flow flow;

	(void)state;
	datagram_make(&datagram, &FLOW(ONE, PORT, Y1, 1), "1234");
	wide = datagram;
	memmove(wide.bytes + UDP_AT + 4, wide.bytes + UDP_AT, wide.length - UDP_AT);
	memset(wide.bytes + UDP_AT, 1, 4); /* four times "no operation" */
	wide.bytes[0] = 0x46;
	wide.bytes[3] = (uint8_t)(wide.length += 4);
	assert_true(passes(&bench, &wide));
	assert_true(passes(&bench, &datagram));
	flow = datagram_flow(&wide);
	assert_flow(flow, datagram_flow(&datagram));
	assert_flow(flow, FLOW(PUBLIC, flow.source.port, Y1, 1));
	bench_destroy(&bench);
}

/* RFC 768: zero means that there is none, and stays; a sum of zero is written as all ones. */
static void test_nat_no_checksum(void **state)
{
	struct bench bench = open_box();
	struct datagram datagram;
	int n_all_ones = 0;

	(void)state;
	datagram_make(&datagram, &FLOW(ONE, PORT, Y1, 1), "1234");
	datagram.bytes[CHECKSUM_AT] = datagram.bytes[CHECKSUM_AT + 1] = 0;
	assert_true(passes(&bench, &datagram));
	assert_int_equal(datagram.bytes[CHECKSUM_AT] | datagram.bytes[CHECKSUM_AT + 1], 0);
	assert_true(datagram_is_sound(&datagram));

	for (unsigned int i = 0; i < 255 * 255; i++) {
		const char payload[] = {(char)(1 + i / 255), (char)(1 + i % 255), '\0'};

		datagram_make(&datagram, &FLOW(ONE, PORT, Y1, 1), payload);
		assert_true(passes(&bench, &datagram));
		assert_true(datagram_is_sound(&datagram));
		assert_false(datagram.bytes[CHECKSUM_AT] == 0 &&
			     datagram.bytes[CHECKSUM_AT + 1] == 0);
		n_all_ones += datagram.bytes[CHECKSUM_AT] == 0xff &&
			      datagram.bytes[CHECKSUM_AT + 1] == 0xff;
	}
	assert_true(n_all_ones > 0);
	bench_destroy(&bench);
}

/* RFC 1624: an update keeps an error, where making the sum anew would hide it. */
static void test_nat_keeps_damage(void **state)
{
	struct bench bench = open_box();
	struct datagram datagram;

	(void)state;
	datagram_make(&datagram, &FLOW(ONE, PORT, Y1, 1), "1234");
	datagram.bytes[PAYLOAD_AT] ^= 0x10;
	assert_true(passes(&bench, &datagram));
	assert_false(datagram_is_sound(&datagram));
	bench_destroy(&bench);
}

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	return *seed >> 33;
}

static uint32_t any_address(uint64_t *seed)
{
	const uint32_t addresses[] = {ONE, TWO, PUBLIC, EXTRA, Y1, Y2, (uint32_t)next(seed)};

	return addresses[next(seed) % 7];
}

static struct bench any_box(uint64_t *seed, const struct nat_static *statics, size_t n_statics)
{
	const struct manifest_box box = {
		.mapping = MANIFEST_MAPPING_ENDPOINT_INDEPENDENT + next(seed) % 3,
		.filtering = MANIFEST_FILTERING_ENDPOINT_INDEPENDENT + next(seed) % 3,
		.port_preservation = next(seed) % 2,
		.hairpinning = next(seed) % 2,
		.mapping_timeout_s = 1 + (unsigned int)next(seed) % 3,
	};

	return bench_create(&box, statics, n_statics);
}

/* Checksums of everything that passes any box are right: see bench_send(). */
static void test_nat_any_flow(void **state)
{
	const struct nat_static statics[] = {
		{address_of(PUBLIC), 7, address_of(ONE), 9},
		{address_of(EXTRA), 0, address_of(TWO), 0},
	};
	uint64_t seed = 1;
	int n_passed = 0;

	(void)state;
	for (int i = 0; i < 40; i++) {
		struct bench bench = any_box(&seed, statics, (size_t)i % 3);

		for (int j = 0; j < 2000; j++) {
			struct flow flow = FLOW(any_address(&seed), 1 + next(&seed) % 12,
						any_address(&seed), 1 + next(&seed) % 12);

			bench.now_ms += next(&seed) % 20;
			n_passed += bench_send(&bench, flow).source.address != 0;
		}
		bench_destroy(&bench);
	}
	assert_in_range(n_passed, 10000, 70000);
}

/*
 * Damaged packets of all lengths, each in memory of just its size, so that a sanitizer sees the
 * first byte that is read or written behind it. What is dropped is not touched.
 */
static void test_nat_garbage(void **state)
{
	struct bench bench = open_box();
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct datagram datagram, before;
		uint8_t *packet;

		datagram_make(&datagram,
			      &FLOW(any_address(&seed), next(&seed), any_address(&seed), 1),
			      "sixteen letters.");
		for (uint64_t n = next(&seed) % 4; n > 0; n--)
			datagram.bytes[next(&seed) % datagram.length] ^= (uint8_t)next(&seed);
		if (i % 4 != 0)
			datagram.length = next(&seed) % (datagram.length + 1);
		before = datagram;
		packet = malloc(datagram.length + (datagram.length == 0));
		assert_non_null(packet);
		memcpy(packet, datagram.bytes, datagram.length);
		bench.now_ms += next(&seed) % 2000;
		if (!nat_translate(bench.nat, packet, datagram.length, bench.now_ms))
			assert_memory_equal(packet, before.bytes, before.length);
		free(packet);
	}
	bench_destroy(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nat_takes),       cmocka_unit_test(test_nat_options),
		cmocka_unit_test(test_nat_no_checksum), cmocka_unit_test(test_nat_keeps_damage),
		cmocka_unit_test(test_nat_any_flow),    cmocka_unit_test(test_nat_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
