/* SPDX-License-Identifier: MIT */

/* Who belongs together: users and their gateway, the ends of links, routes and their owner. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

#define NETWORK "network: { name: lab, addresses: [10.20.0.0/24] }\n"
#define G1      "g1: { at: { internet: 192.0.2.1 }, public_key: KEY(g1) }"
#define G2      "g2: { at: { internet: 192.0.2.2 }, public_key: KEY(g2) }"
#define S1      "s1: { at: { internet: 192.0.2.11 }, public_key: KEY(s1) }"
#define S2      "s2: { at: { internet: 192.0.2.12 }, public_key: KEY(s2) }"

struct row {
	const char *text;
	const char *expected;
};

static void check_rows(const char *before, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct text text = {0};

		text_printf(&text, "%s%s", before, rows[i].text);
		fixture_expect_findings(text.data, NULL, rows[i].expected);
		text_finish(&text);
	}
}

#define CHECK_ROWS(before, rows) check_rows(before, rows, sizeof(rows) / sizeof((rows)[0]))

static void test_gateways_of_users(void **state)
{
	static const struct row rows[] = {
		{"gateways: { " G1 " }\nusers: { u: { public_key: KEY(u) } }\n", ""},
		{"gateways: { " G1 " }\nusers: { u: { public_key: KEY(u), gateways: [g1] } }\n",
		 ""},
		{"gateways: { " G1 " }\nusers: { u: { public_key: KEY(u), gateways: [] } }\n", ""},
		{"gateways: { " G1 ", " G2 " }\n"
		 "users: { u: { public_key: KEY(u), gateways: [g2] } }\n",
		 ""},
		{"gateways: { " G1 ", " G2 " }\nusers: { u: { public_key: KEY(u) } }\n",
		 "gateway-choice 'u'\n"},
		/* once per user, however many devices */
		{"gateways: { " G1 ", " G2 " }\n"
		 "users: { u: { devices: { p: { public_key: KEY(p) }, q: { public_key: KEY(q) } } } "
		 "}\n",
		 "gateway-choice 'u'\n"},
		{"users: { u: { public_key: KEY(u) } }\n", "gateway-choice 'u'\n"},
		{"gateways: { " G1 ", " G2 " }\n"
		 "users: { u: { public_key: KEY(u), gateways: [g1, g2] } }\n",
		 ""},
		{"gateways: { " G1 ", " G2 " }\n"
		 "users: { u: { public_key: KEY(u), gateways: [g1, g3] } }\n",
		 "name-unknown 'g3'\n"},
		{"gateways: { " G1 " }\nusers: { u: { public_key: KEY(u), gateways: [g3] } }\n",
		 "name-unknown 'g3'\n"},
		{"gateways: { " G1 " }\nservers: { " S1 " }\n"
		 "users: { u: { public_key: KEY(u), gateways: [s1] } }\n",
		 "name-unknown 's1'\n"},
	};

	(void)state;
	CHECK_ROWS(NETWORK, rows);
}

static void test_gateway_has_its_devices(void **state)
{
	static const char topology[] =
		NETWORK "gateways: { " G1 ", " G2 " }\n"
			"users:\n"
			"  z: { gateways: [g2], public_key: KEY(z) }\n"
			"  b: { gateways: [g1], public_key: KEY(b) }\n"
			"  a: { gateways: [g2], devices: { t: { public_key: KEY(t) } } }\n";
	const struct network_host *gateway;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	gateway = network_find_host(c.network, "g2");
	assert_int_equal(gateway->devices.n_items, 2);
	assert_string_equal(gateway->devices.items[0]->name, "a/t");
	assert_string_equal(gateway->devices.items[1]->name, "z");
	assert_ptr_equal(gateway->devices.items[0]->gateway, gateway);
	assert_null(gateway->gateway);
	assert_int_equal(network_find_host(c.network, "g1")->devices.n_items, 1);
	compile_finish(&c);
}

#define EVERYBODY                                                                                  \
	NETWORK "gateways: { " G1 ", " G2 " }\nservers: { " S1 ", " S2 " }\n"                      \
		"users: { u: { gateways: [g1], devices: { p: { public_key: KEY(p) } } } }\nlinks:\n"

static void test_links_have_two_ends(void **state)
{
	static const struct row rows[] = {
		{" - { between: [s1, s2], mtu: 1400 }\n", ""},
		{" - { between: [s1, g2] }\n - { between: [g1, g2] }\n - { between: [g1, s1] }\n",
		 ""},
		{" - { between: [u/p, g1], persistent_keepalive: 20 }\n", ""},
		{" - { between: [g1, u/p] }\n", ""},
		{" - { between: [u/p, g2] }\n", "bad-value 'u/p'\n"},
		{" - { between: [s1, u/p] }\n", "bad-value 's1'\n"},
		{" - { between: [s1, s1] }\n", "bad-value 's1'\n"},
		{" - { between: [u/p, u/p] }\n", "bad-value 'u/p'\n"},
		{" - { between: [s1] }\n", "bad-value 's1'\n"},
		{" - { between: [s1, s3] }\n", "name-unknown 's3'\n"},
		{" - { between: [u, g1] }\n", "name-unknown 'u'\n"},
		{" - { between: [s1, s2] }\n - { between: [s1, g1] }\n - { between: [s2, s1] }\n",
		 "bad-value 's2'\n"},
		/* relayed */
		{" - { between: [s1, s2], via: g1 }\n", ""},
		{" - { between: [g1, s2], via: g2 }\n", "bad-value 'g2'\n"},
		{" - { between: [s1, s2], via: g3 }\n", "name-unknown 'g3'\n"},
		{" - { between: [s1, g1], via: s2 }\n", "name-unknown 's2'\n"},
		{" - { between: [s1, g1], via: g1 }\n", "bad-value 'g1'\n"},
		{" - { between: [g1, s1], via: g1 }\n", "bad-value 'g1'\n"},
		{" - { between: [u/p, g1], via: g2 }\n", "bad-value 'g2'\n"},
		{" - { between: [s1, u/p], via: g2 }\n", "bad-value 'g2'\n"},
		{" - { between: [s1, s1], via: g1 }\n", "bad-value 's1'\n"},
		{" - { between: [s1, s2], via: g1, mtu: 1400 }\n", "bad-value '1400'\n"},
		{" - { between: [s1, s2], via: g1, persistent_keepalive: 20 }\n",
		 "bad-value '20'\n"},
		{" - { between: [s1, s2], via: g1 }\n - { between: [s1, s2] }\n",
		 "bad-value 's1'\n"},
	};

	(void)state;
	CHECK_ROWS(EVERYBODY, rows);
}

static void test_link_is_known_to_both_ends(void **state)
{
	const struct network_host *a;
	const struct network_host *b;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, EVERYBODY " - { between: [s2, g1], mtu: 1300 }\n", NULL);
	a = network_find_host(c.network, "g1");
	b = network_find_host(c.network, "s2");
	assert_int_equal(a->links.n_items, 1);
	assert_int_equal(b->links.n_items, 1);
	assert_ptr_equal(a->links.items[0], b->links.items[0]);
	assert_ptr_equal(network_link_peer(a->links.items[0], a), b);
	assert_ptr_equal(network_link_peer(a->links.items[0], b), a);
	assert_int_equal(a->links.items[0]->mtu.value, 1300);
	assert_false(span_is_given(a->links.items[0]->persistent_keepalive.span));
	assert_int_equal(network_find_host(c.network, "s1")->links.n_items, 0);
	compile_finish(&c);
}

static void test_link_knows_its_relay(void **state)
{
	const struct network_link *link;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, EVERYBODY " - { between: [s1, s2], via: g2 }\n", NULL);
	link = network_find_host(c.network, "s1")->links.items[0];
	assert_ptr_equal(link->via, network_find_host(c.network, "g2"));
	assert_true(span_is_given(link->via_span));
	compile_finish(&c);
	fixture_check_good(&c, EVERYBODY " - { between: [s1, s2] }\n", NULL);
	assert_null(network_find_host(c.network, "s1")->links.items[0]->via);
	assert_int_equal(c.network->gateways.n_items, 2);
	assert_string_equal(c.network->gateways.items[0]->name, "g1");
	assert_string_equal(c.network->gateways.items[1]->name, "g2");
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gateways_of_users),
		cmocka_unit_test(test_gateway_has_its_devices),
		cmocka_unit_test(test_links_have_two_ends),
		cmocka_unit_test(test_link_is_known_to_both_ends),
		cmocka_unit_test(test_link_knows_its_relay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
