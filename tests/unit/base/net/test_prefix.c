/* SPDX-License-Identifier: MIT */

/* Prefixes: parsing, containment, numbering, and aggregation checked against brute force. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/net/prefix.h"

struct parse_case {
	const char *in;
	const char *out; /* NULL: must fail, with `error` */
	int error;
};

// clang-format off
static const struct parse_case parse_cases[] = {
	{"10.77.0.0/16",        "10.77.0.0/16",       0},
	{"0.0.0.0/0",           "0.0.0.0/0",          0},
	{"::/0",                "::/0",               0},
	{"10.0.0.1",            "10.0.0.1/32",        0},
	{"10.0.0.1/32",         "10.0.0.1/32",        0},
	{"2001:db8::1",         "2001:db8::1/128",    0},
	{"FD4E:6fb7:b3af::/48", "fd4e:6fb7:b3af::/48", 0},
	{"2001:db8::8/125",     "2001:db8::8/125",    0},
	{"10.77.0.1/16",        "10.77.0.0/16",       NET_E_HOST_BITS},
	{"255.255.255.255/0",   "0.0.0.0/0",          NET_E_HOST_BITS},
	{"10.0.0.3/31",         "10.0.0.2/31",        NET_E_HOST_BITS},
	{"10.0.0.255/25",       "10.0.0.128/25",      NET_E_HOST_BITS},
	{"2001:db8::1/64",      "2001:db8::/64",      NET_E_HOST_BITS},
	{"ffff::/13",           "fff8::/13",          NET_E_HOST_BITS},
	{"10.0.0.0/33",         NULL, NET_E_LENGTH},
	{"10.0.0.0/128",        NULL, NET_E_LENGTH},
	{"::/129",              NULL, NET_E_LENGTH},
	{"::/256",              NULL, NET_E_LENGTH},
	{"::/4294967296",       NULL, NET_E_LENGTH},
	{"::/99999999999999999999", NULL, NET_E_LENGTH},
	{"",                    NULL, NET_E_SYNTAX},
	{"/",                   NULL, NET_E_SYNTAX},
	{"/8",                  NULL, NET_E_SYNTAX},
	{"10.0.0.0/",           NULL, NET_E_SYNTAX},
	{"10.0.0.0/-1",         NULL, NET_E_SYNTAX},
	{"10.0.0.0/+8",         NULL, NET_E_SYNTAX},
	{"10.0.0.0/ 8",         NULL, NET_E_SYNTAX},
	{"10.0.0.0/8 ",         NULL, NET_E_SYNTAX},
	{"10.0.0.0/08",         NULL, NET_E_SYNTAX},
	{"10.0.0.0/0x8",        NULL, NET_E_SYNTAX},
	{"10.0.0.0/8/8",        NULL, NET_E_SYNTAX},
	{"10.0.0.0/255.0.0.0",  NULL, NET_E_SYNTAX},
	{"10.0/16",             NULL, NET_E_SYNTAX},
	{"::ffff:10.0.0.0/104", NULL, NET_E_MAPPED},
	{"fe80::%eth0/64",      NULL, NET_E_SCOPE},
	{"0000000000000000000000000000000000000000000000000000000000000000000000/8",
	                        NULL, NET_E_SYNTAX},
};
// clang-format on

static void test_net_prefix_parse_and_format(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parse_cases) / sizeof(parse_cases[0]); i++) {
		const struct parse_case *c = &parse_cases[i];
		char buffer[NET_PREFIX_TEXT];
		struct net_prefix prefix;
		int r = net_prefix_parse(c->in, &prefix);

		if (r != c->error)
			fail_msg("'%s': %d instead of %d", c->in, r, c->error);
		if (c->out != NULL)
			assert_string_equal(net_prefix_format(&prefix, buffer), c->out);
	}
}

static struct net_prefix parse(const char *text)
{
	struct net_prefix prefix;

	if (net_prefix_parse(text, &prefix) != 0)
		fail_msg("'%s' is no prefix", text);
	return prefix;
}

// clang-format off
static const struct {
	const char *a;
	const char *b;
	bool a_covers_b;
	bool b_covers_a;
} cover_cases[] = {
	{"10.0.0.0/8",   "10.0.0.0/8",     true,  true},
	{"10.0.0.0/8",   "10.255.0.0/16",  true,  false},
	{"10.0.0.0/8",   "11.0.0.0/16",    false, false},
	{"0.0.0.0/0",    "255.0.0.0/8",    true,  false},
	{"0.0.0.0/0",    "::/0",           false, false},
	{"0.0.0.0/0",    "::/128",         false, false},
	{"10.0.0.0/9",   "10.127.255.255", true,  false},
	{"10.0.0.0/9",   "10.128.0.0",     false, false},
	{"10.0.0.0/31",  "10.0.0.1",       true,  false},
	{"10.0.0.0/31",  "10.0.0.2",       false, false},
	{"10.0.0.0/32",  "10.0.0.1",       false, false},
	{"fd00::/8",     "fd4e::/48",      true,  false},
	{"2001:db8::/33", "2001:db8:7fff::1", true, false},
	{"2001:db8::/33", "2001:db8:8000::1", false, false},
	{"::/127",       "::1",            true,  false},
	{"::/128",       "::1",            false, false},
};
// clang-format on

static void test_net_prefix_covers_and_overlaps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cover_cases) / sizeof(cover_cases[0]); i++) {
		struct net_prefix a = parse(cover_cases[i].a);
		struct net_prefix b = parse(cover_cases[i].b);
		bool meet = cover_cases[i].a_covers_b || cover_cases[i].b_covers_a;

		assert_int_equal(net_prefix_covers(&a, &b), cover_cases[i].a_covers_b);
		assert_int_equal(net_prefix_covers(&b, &a), cover_cases[i].b_covers_a);
		assert_int_equal(net_prefix_contains(&a, &b.address), cover_cases[i].a_covers_b);
		assert_int_equal(net_prefix_overlaps(&a, &b), meet);
		assert_int_equal(net_prefix_overlaps(&b, &a), meet);
	}
}

static void test_net_prefix_compare_is_a_total_order(void **state)
{
	static const char *const sorted[] = {"0.0.0.0/0",   "10.0.0.0/8",  "10.0.0.0/16",
					     "10.0.0.0/32", "10.1.0.0/16", "::/0",
					     "::/128",      "fd00::/8"};
	enum {
		N = sizeof(sorted) / sizeof(sorted[0])
	};

	(void)state;
	for (size_t i = 0; i < N; i++) {
		for (size_t j = 0; j < N; j++) {
			struct net_prefix a = parse(sorted[i]);
			struct net_prefix b = parse(sorted[j]);
			int r = net_prefix_compare(&a, &b);

			assert_int_equal((r > 0) - (r < 0), (i > j) - (i < j));
		}
	}
}

// clang-format off
static const struct {
	const char *prefix;
	uint64_t index;
	const char *out; /* NULL: outside */
} nth_cases[] = {
	{"10.77.0.0/16",  0,               "10.77.0.0"},
	{"10.77.0.0/16",  257,             "10.77.1.1"},
	{"10.77.0.0/16",  65535,           "10.77.255.255"},
	{"10.77.0.0/16",  65536,           NULL},
	{"10.0.0.8/29",   7,               "10.0.0.15"},
	{"10.0.0.8/29",   8,               NULL},
	{"10.0.0.1/32",   0,               "10.0.0.1"},
	{"10.0.0.1/32",   1,               NULL},
	{"0.0.0.0/0",     UINT32_MAX,      "255.255.255.255"},
	{"0.0.0.0/0",     1ULL << 32,      NULL},
	{"fd00::/64",     UINT64_MAX,      "fd00::ffff:ffff:ffff:ffff"},
	{"fd00::/65",     UINT64_MAX,      NULL},
	{"fd00::/65",     UINT64_MAX >> 1, "fd00::7fff:ffff:ffff:ffff"},
	{"fd00:0:0:7::/64", 0x10000,       "fd00::7:0:0:1:0"},
	{"fd00::/48",     UINT64_MAX,      "fd00::ffff:ffff:ffff:ffff"},
	{"::/0",          1,               "::1"},
	{"2001:db8::4/127", 1,             "2001:db8::5"},
	{"2001:db8::4/127", 2,             NULL},
};
// clang-format on

static void test_net_prefix_nth_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(nth_cases) / sizeof(nth_cases[0]); i++) {
		struct net_prefix prefix = parse(nth_cases[i].prefix);
		char buffer[NET_ADDRESS_TEXT];
		struct net_address address;

		if (net_prefix_nth(&prefix, nth_cases[i].index, &address) !=
		    (nth_cases[i].out != NULL))
			fail_msg("row %zu", i);
		if (nth_cases[i].out == NULL)
			continue;
		assert_string_equal(net_address_format(&address, buffer), nth_cases[i].out);
		assert_true(net_prefix_contains(&prefix, &address));
	}
}

// clang-format off
static const struct {
	const char *in;
	const char *out;
} aggregate_cases[] = {
	{"",                                           ""},
	{"10.0.0.0/8",                                 "10.0.0.0/8"},
	{"10.0.0.0/8 10.0.0.0/8",                      "10.0.0.0/8"},
	{"10.1.0.0/16 10.0.0.0/8",                     "10.0.0.0/8"},
	{"10.0.0.1 10.0.0.0",                          "10.0.0.0/31"},
	{"10.0.0.1 10.0.0.2",                          "10.0.0.1/32 10.0.0.2/32"},
	{"10.0.0.0/24 10.0.1.0/24 10.0.2.0/23",        "10.0.0.0/22"},
	{"10.0.1.0/24 10.0.2.0/24",                    "10.0.1.0/24 10.0.2.0/24"},
	{"10.0.0.0/25 10.0.0.192/26 10.0.0.128/26",    "10.0.0.0/24"},
	{"0.0.0.0/1 128.0.0.0/1",                      "0.0.0.0/0"},
	{"::/1 8000::/1 0.0.0.0/0",                    "0.0.0.0/0 ::/0"},
	{"255.255.255.255 ::",                         "255.255.255.255/32 ::/128"},
	{"fd00::1 fd00:: fd00::2/127",                 "fd00::/126"},
	{"fd00::/64 fd00:0:0:1::/64 10.0.0.0/8",       "10.0.0.0/8 fd00::/63"},
};
// clang-format on

/* Parses prefixes with one blank between them. Returns how many. */
static size_t parse_list(const char *text, struct net_prefix prefixes[static 8])
{
	size_t n_prefixes = 0;

	while (*text != '\0') {
		size_t length = strcspn(text, " ");
		char word[NET_PREFIX_TEXT] = {0};

		assert_true(length < sizeof(word) && n_prefixes < 8);
		memcpy(word, text, length);
		prefixes[n_prefixes++] = parse(word);
		text += length + (text[length] == ' ');
	}
	return n_prefixes;
}

static void test_net_prefix_aggregate_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(aggregate_cases) / sizeof(aggregate_cases[0]); i++) {
		struct net_prefix prefixes[8];
		size_t n_prefixes = parse_list(aggregate_cases[i].in, prefixes);
		char text[256];
		size_t length = 0;

		n_prefixes = net_prefix_aggregate(prefixes, n_prefixes);
		text[0] = '\0';
		for (size_t j = 0; j < n_prefixes; j++) {
			if (j > 0)
				text[length++] = ' ';
			length += strlen(net_prefix_format(&prefixes[j], text + length));
		}
		assert_string_equal(text, aggregate_cases[i].out);
	}
}

/* A fixed seed makes every run the same (xorshift64*). */
static uint32_t draw(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return (uint32_t)(*seed * UINT64_C(2685821657736338717) >> 32);
}

enum {
	WORLD_BITS = 9, /* brute force counts the addresses of one /23, or of one /119 */
	WORLD = 1 << WORLD_BITS,
};

static unsigned int first_of(const struct net_prefix *prefix)
{
	const uint8_t *end = prefix->address.bytes + net_family_bits(prefix->address.family) / 8;

	return (unsigned int)(end[-2] & 1) << 8 | end[-1];
}

static struct net_prefix draw_prefix(enum net_family family, uint64_t *seed)
{
	static const char *const worlds[] = {
		[NET_IPV4] = "10.9.6.0/23", [NET_IPV6] = "2001:db8::200/119"};
	unsigned int n_host_bits = draw(seed) % 4 == 0 ? draw(seed) % 8 : draw(seed) % 3;
	struct net_prefix prefix = parse(worlds[family]);
	unsigned int first = draw(seed) % WORLD >> n_host_bits << n_host_bits;

	assert_true(net_prefix_nth(&prefix, first, &prefix.address));
	prefix.length = (uint8_t)(net_family_bits(family) - n_host_bits);
	return prefix;
}

/* How many addresses the prefix has in the world, which it lies in. */
static unsigned int size_of(const struct net_prefix *prefix)
{
	unsigned int n_host_bits = net_family_bits(prefix->address.family) - prefix->length;

	return 1U << (n_host_bits & 31);
}

static void mark(bool world[static WORLD], const struct net_prefix *prefix)
{
	unsigned int first = first_of(prefix);

	memset(world + first, true, size_of(prefix) * sizeof(world[0]));
}

/* The size of the smallest list: the aligned blocks that are full and whose parent is not. */
static size_t count_blocks(const bool world[static WORLD], unsigned int first, unsigned int size)
{
	size_t n_set = 0;

	for (unsigned int i = first; i < first + size; i++)
		n_set += world[i];
	if (n_set == 0 || n_set == size)
		return n_set > 0;
	return count_blocks(world, first, size / 2) +
	       count_blocks(world, first + size / 2, size / 2);
}

static void check_aggregate(enum net_family family, uint64_t *seed)
{
	struct net_prefix prefixes[200];
	bool before[WORLD] = {false};
	bool after[WORLD] = {false};
	size_t n_prefixes = 1 + draw(seed) % 200;

	for (size_t i = 0; i < n_prefixes; i++) {
		prefixes[i] = draw_prefix(family, seed);
		mark(before, &prefixes[i]);
	}
	n_prefixes = net_prefix_aggregate(prefixes, n_prefixes);
	for (size_t i = 0; i < n_prefixes; i++) {
		mark(after, &prefixes[i]);
		assert_int_equal(first_of(&prefixes[i]) % size_of(&prefixes[i]), 0);
		if (i > 0)
			assert_true(net_prefix_compare(&prefixes[i - 1], &prefixes[i]) < 0);
	}
	assert_memory_equal(before, after, sizeof(before));
	assert_int_equal(n_prefixes, count_blocks(before, 0, WORLD));
}

static void test_net_prefix_aggregate_against_brute_force(void **state)
{
	uint64_t seed = 20240607;

	(void)state;
	for (int i = 0; i < 500; i++) {
		check_aggregate(NET_IPV4, &seed);
		check_aggregate(NET_IPV6, &seed);
	}
}

static void test_net_prefix_subtract_cases(void **state)
{
	static const struct {
		const char *outer;
		const char *inner;
		const char *parts;
	} rows[] = {
		{"10.0.0.0/8", "10.1.0.0/16",
		 "10.128.0.0/9 10.64.0.0/10 10.32.0.0/11 10.16.0.0/12 10.8.0.0/13 10.4.0.0/14 "
		 "10.2.0.0/15 10.0.0.0/16 "},
		{"10.0.0.0/31", "10.0.0.1/32", "10.0.0.0/32 "},
		{"10.0.0.0/24", "10.0.0.0/24", ""},
		{"fd00::/126", "fd00::2/128", "fd00::/127 fd00::3/128 "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct net_prefix parts[128];
		struct net_prefix outer;
		struct net_prefix inner;
		char shown[512] = "";
		size_t n;

		assert_int_equal(net_prefix_parse(rows[i].outer, &outer), 0);
		assert_int_equal(net_prefix_parse(rows[i].inner, &inner), 0);
		n = net_prefix_subtract(&outer, &inner, parts);
		for (size_t k = 0; k < n; k++) {
			char text[NET_PREFIX_TEXT];

			strcat(strcat(shown, net_prefix_format(&parts[k], text)), " ");
			assert_false(net_prefix_overlaps(&parts[k], &inner));
		}
		assert_string_equal(shown, rows[i].parts);
	}
}

static void test_net_prefix_is_usable_cases(void **state)
{
	static const struct {
		const char *prefix;
		bool is_usable;
	} rows[] = {
		{"10.0.0.0/8", true},   {"100.64.0.0/10", true},   {"203.0.113.0/24", true},
		{"fd00::/8", true},     {"2001:db8::/32", true},   {"127.0.0.0/8", false},
		{"224.0.0.0/4", false}, {"0.0.0.0/0", false},      {"0.0.0.0/1", false},
		{"128.0.0.0/1", false}, {"169.254.0.0/16", false}, {"fe80::/64", false},
		{"ff00::/8", false},    {"::/0", false},           {"255.255.255.0/24", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct net_prefix prefix;

		assert_int_equal(net_prefix_parse(rows[i].prefix, &prefix), 0);
		assert_int_equal(net_prefix_is_usable(&prefix), rows[i].is_usable);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_net_prefix_parse_and_format),
		cmocka_unit_test(test_net_prefix_covers_and_overlaps),
		cmocka_unit_test(test_net_prefix_compare_is_a_total_order),
		cmocka_unit_test(test_net_prefix_nth_cases),
		cmocka_unit_test(test_net_prefix_aggregate_cases),
		cmocka_unit_test(test_net_prefix_aggregate_against_brute_force),
		cmocka_unit_test(test_net_prefix_subtract_cases),
		cmocka_unit_test(test_net_prefix_is_usable_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
