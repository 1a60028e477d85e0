/* SPDX-License-Identifier: MIT */

/* Addresses: strict parsing, canonical text, order, and where packets to them can go. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/net/address.h"

struct parse_case {
	const char *in;
	const char *out; /* NULL: must fail, with `error` */
	int error;
};

// clang-format off
static const struct parse_case parse_cases[] = {
	{"0.0.0.0",                 "0.0.0.0",              0},
	{"255.255.255.255",         "255.255.255.255",      0},
	{"10.77.0.1",               "10.77.0.1",            0},
	{"::",                      "::",                   0},
	{"::1",                     "::1",                  0},
	{"2001:DB8::1",             "2001:db8::1",          0},
	{"2001:0db8:0:0:0:0:0:1",   "2001:db8::1",          0},
	{"2001:db8:0:0:1:0:0:1",    "2001:db8::1:0:0:1",    0}, /* the first of two equal runs */
	{"2001:db8:0:1:1:1:1:1",    "2001:db8:0:1:1:1:1:1", 0}, /* one zero is not shortened */
	{"64:ff9b::192.0.2.1",      "64:ff9b::c000:201",    0},
	{"fe80::1",                 "fe80::1",              0},
	{"",                        NULL, NET_E_SYNTAX},
	{" 10.0.0.1",               NULL, NET_E_SYNTAX},
	{"10.0.0.1 ",               NULL, NET_E_SYNTAX},
	{"10.0.0.1\n",              NULL, NET_E_SYNTAX},
	{"10.0.0",                  NULL, NET_E_SYNTAX},
	{"10.0.0.0.1",              NULL, NET_E_SYNTAX},
	{"10.0.0.256",              NULL, NET_E_SYNTAX},
	{"10.0.0.01",               NULL, NET_E_SYNTAX},
	{"010.0.0.1",               NULL, NET_E_SYNTAX},
	{"0x0a.0.0.1",              NULL, NET_E_SYNTAX},
	{"167772161",               NULL, NET_E_SYNTAX},
	{"10.0.0.-1",               NULL, NET_E_SYNTAX},
	{"10.0.0.1/24",             NULL, NET_E_SYNTAX},
	{"10.0.0.1%eth0",           NULL, NET_E_SYNTAX},
	{":",                       NULL, NET_E_SYNTAX},
	{":::",                     NULL, NET_E_SYNTAX},
	{"1::2::3",                 NULL, NET_E_SYNTAX},
	{"1:2:3:4:5:6:7",           NULL, NET_E_SYNTAX},
	{"1:2:3:4:5:6:7:8:9",       NULL, NET_E_SYNTAX},
	{"2001:db8::12345",         NULL, NET_E_SYNTAX},
	{"2001:db8::g",             NULL, NET_E_SYNTAX},
	{"[2001:db8::1]",           NULL, NET_E_SYNTAX},
	{"::ffff:10.0.0.1",         NULL, NET_E_MAPPED},
	{"::ffff:a00:1",            NULL, NET_E_MAPPED},
	{"fe80::1%eth0",            NULL, NET_E_SCOPE},
	{"fe80::1%",                NULL, NET_E_SCOPE},
	{"%eth0",                   NULL, NET_E_SYNTAX},
	{"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000%eth0", NULL, NET_E_SYNTAX},
};
// clang-format on

static void test_net_address_parse_and_format(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parse_cases) / sizeof(parse_cases[0]); i++) {
		const struct parse_case *c = &parse_cases[i];
		char buffer[NET_ADDRESS_TEXT];
		struct net_address address;
		int r = net_address_parse(c->in, &address);

		if (r != c->error)
			fail_msg("'%s': %d instead of %d", c->in, r, c->error);
		if (c->out != NULL)
			assert_string_equal(net_address_format(&address, buffer), c->out);
	}
}

static void test_net_address_parse_failing_sets_nothing(void **state)
{
	struct net_address address = {.family = NET_IPV6, .bytes = {1, 2, 3}};
	struct net_address before = address;

	(void)state;
	assert_int_equal(net_address_parse("10.0.0.256", &address), NET_E_SYNTAX);
	assert_int_equal(net_address_parse("::ffff:1.2.3.4", &address), NET_E_MAPPED);
	assert_int_equal(net_address_compare(&address, &before), 0);
}

static struct net_address parse(const char *text)
{
	struct net_address address;

	if (net_address_parse(text, &address) != 0)
		fail_msg("'%s' is no address", text);
	return address;
}

static void test_net_address_compare_is_a_total_order(void **state)
{
	static const char *const sorted[] = {
		"0.0.0.1", "9.255.255.255", "10.0.0.1",   "10.0.1.0",    "200.0.0.0",
		"::",      "::1",           "2001:db8::", "2001:db8::1", "fd00::"};
	enum {
		N = sizeof(sorted) / sizeof(sorted[0])
	};

	(void)state;
	for (size_t i = 0; i < N; i++) {
		for (size_t j = 0; j < N; j++) {
			struct net_address a = parse(sorted[i]);
			struct net_address b = parse(sorted[j]);
			int r = net_address_compare(&a, &b);

			assert_int_equal((r > 0) - (r < 0), (i > j) - (i < j));
		}
	}
}

static void test_net_family_bits_of_both(void **state)
{
	(void)state;
	assert_int_equal(net_family_bits(NET_IPV4), 32);
	assert_int_equal(net_family_bits(NET_IPV6), 128);
}

// clang-format off
static const struct {
	const char *text;
	enum net_scope scope;
} scope_cases[] = {
	{"8.8.8.8",           NET_SCOPE_GLOBAL},
	{"192.0.2.1",         NET_SCOPE_GLOBAL}, /* documentation stands for the internet */
	{"198.51.100.1",      NET_SCOPE_GLOBAL},
	{"203.0.113.255",     NET_SCOPE_GLOBAL},
	{"9.255.255.255",     NET_SCOPE_GLOBAL},
	{"11.0.0.0",          NET_SCOPE_GLOBAL},
	{"100.63.255.255",    NET_SCOPE_GLOBAL},
	{"100.128.0.0",       NET_SCOPE_GLOBAL},
	{"172.15.255.255",    NET_SCOPE_GLOBAL},
	{"172.32.0.0",        NET_SCOPE_GLOBAL},
	{"192.169.0.0",       NET_SCOPE_GLOBAL},
	{"198.20.0.0",        NET_SCOPE_GLOBAL},
	{"223.255.255.255",   NET_SCOPE_GLOBAL},
	{"10.0.0.0",          NET_SCOPE_PRIVATE},
	{"10.255.255.255",    NET_SCOPE_PRIVATE},
	{"100.64.0.0",        NET_SCOPE_PRIVATE},
	{"100.127.255.255",   NET_SCOPE_PRIVATE},
	{"172.16.0.0",        NET_SCOPE_PRIVATE},
	{"172.31.255.255",    NET_SCOPE_PRIVATE},
	{"192.168.0.1",       NET_SCOPE_PRIVATE},
	{"198.18.0.1",        NET_SCOPE_PRIVATE},
	{"198.19.255.255",    NET_SCOPE_PRIVATE},
	{"0.0.0.0",           NET_SCOPE_UNUSABLE},
	{"0.255.255.255",     NET_SCOPE_UNUSABLE},
	{"127.0.0.1",         NET_SCOPE_UNUSABLE},
	{"127.255.255.255",   NET_SCOPE_UNUSABLE},
	{"169.254.169.254",   NET_SCOPE_UNUSABLE},
	{"192.0.0.8",         NET_SCOPE_UNUSABLE},
	{"192.88.99.1",       NET_SCOPE_UNUSABLE},
	{"224.0.0.1",         NET_SCOPE_UNUSABLE},
	{"239.255.255.255",   NET_SCOPE_UNUSABLE},
	{"240.0.0.1",         NET_SCOPE_UNUSABLE},
	{"255.255.255.255",   NET_SCOPE_UNUSABLE},
	{"2001:db8::1",       NET_SCOPE_GLOBAL},
	{"2001:200::1",       NET_SCOPE_GLOBAL},
	{"2a00:1450::1",      NET_SCOPE_GLOBAL},
	{"3fff::1",           NET_SCOPE_GLOBAL},
	{"64:ff9b::c000:201", NET_SCOPE_GLOBAL},
	{"fc00::1",           NET_SCOPE_PRIVATE},
	{"fdff::1",           NET_SCOPE_PRIVATE},
	{"64:ff9b:1::1",      NET_SCOPE_PRIVATE},
	{"2001:2::1",         NET_SCOPE_PRIVATE},
	{"::",                NET_SCOPE_UNUSABLE},
	{"::1",               NET_SCOPE_UNUSABLE},
	{"100::1",            NET_SCOPE_UNUSABLE},
	{"2001::1",           NET_SCOPE_UNUSABLE},
	{"2001:1ff::1",       NET_SCOPE_UNUSABLE},
	{"4000::1",           NET_SCOPE_UNUSABLE},
	{"fe00::1",           NET_SCOPE_UNUSABLE},
	{"fe80::1",           NET_SCOPE_UNUSABLE},
	{"ff02::1",           NET_SCOPE_UNUSABLE},
};
// clang-format on

static void test_net_address_scope_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scope_cases) / sizeof(scope_cases[0]); i++) {
		struct net_address address = parse(scope_cases[i].text);

		if (net_address_scope(&address) != scope_cases[i].scope)
			fail_msg("'%s': %d", scope_cases[i].text, net_address_scope(&address));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_net_address_parse_and_format),
		cmocka_unit_test(test_net_address_parse_failing_sets_nothing),
		cmocka_unit_test(test_net_address_compare_is_a_total_order),
		cmocka_unit_test(test_net_family_bits_of_both),
		cmocka_unit_test(test_net_address_scope_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
