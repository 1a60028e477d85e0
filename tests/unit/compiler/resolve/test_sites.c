/* SPDX-License-Identifier: MIT */

/* The tree of sites: nesting, boxes, public addresses, and addresses that two of them share. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"
#include "tests/unit/compiler/resolve/findings.h"

#define NETWORK "network: { name: lab, addresses: [10.20.0.0/24] }\n"
#define GW      "gateways: { gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) } }\n"
#define BEFORE  NETWORK GW "sites:\n"

static void test_sites_nest(void **state)
{
	static const struct findings_row rows[] = {
		{"  a: {}\n  b: { inside: a }\n  c: { inside: b }\n", ""},
		{"  c: { inside: b }\n  b: { inside: a }\n  a: {}\n", ""},
		{"  a: { inside: internet }\n", ""},
		{"  a: { inside: a }\n", "site-loop 'a'\n"},
		{"  a: { inside: b }\n  b: { inside: a }\n", "site-loop 'a'\n"},
		/* once per circle; those that only lead into one are not at fault */
		{"  a: { inside: b }\n  b: { inside: c }\n  c: { inside: d }\n  d: { inside: b }\n",
		 "site-loop 'b'\n"},
		{"  a: { inside: b }\n  b: { inside: a }\n  c: { inside: d }\n  d: { inside: c }\n",
		 "site-loop 'a'\nsite-loop 'c'\n"},
		{"  a: {}\n  b: { inside: c }\n", "name-unknown 'c'\n"},
		{"  a: { inside: gw }\n", "name-unknown 'gw'\n"},
		/* eight boxes in a row, and nine */
		{"  a: {}\n  b: { inside: a }\n  c: { inside: b }\n  d: { inside: c }\n"
		 "  e: { inside: d }\n  f: { inside: e }\n  g: { inside: f }\n  h: { inside: g }\n",
		 ""},
		{"  a: {}\n  b: { inside: a }\n  c: { inside: b }\n  d: { inside: c }\n"
		 "  e: { inside: d }\n  f: { inside: e }\n  g: { inside: f }\n  h: { inside: g }\n"
		 "  i: { inside: h }\n  j: { inside: i }\n",
		 "site-loop 'h'\n"},
	};

	(void)state;
	FINDINGS_CHECK_ROWS(BEFORE, rows);
}

static const char tree[] = BEFORE "  campus: { nat: symmetric }\n"
				  "  dept: { inside: campus, nat: firewall }\n"
				  "  lab: { inside: dept, client_isolation: true }\n"
				  "  hall: { inside: campus, client_isolation: false }\n"
				  "  zoo: { nat: none }\n";

static void test_sites_make_a_tree(void **state)
{
	const struct network_site *internet;
	const struct network_site *campus;
	const struct network_site *dept;
	const struct network_site *hall;
	const struct network_site *lab;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, tree, NULL);
	internet = network_find_site(c.network, "internet");
	campus = network_find_site(c.network, "campus");
	dept = network_find_site(c.network, "dept");
	hall = network_find_site(c.network, "hall");
	lab = network_find_site(c.network, "lab");
	assert_int_equal(c.network->sites.n_items, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(c.network->sites.items[i].index, i);
	assert_null(internet->inside);
	assert_null(internet->given);
	assert_int_equal(internet->depth, 0);
	assert_ptr_equal(campus->inside, internet);
	assert_ptr_equal(lab->inside, dept);
	assert_int_equal(lab->depth, 3);
	assert_true(lab->client_isolation);
	assert_false(hall->client_isolation);
	assert_null(network_find_site(c.network, "moon"));

	assert_true(network_site_is_within(lab, lab));
	assert_true(network_site_is_within(lab, campus));
	assert_true(network_site_is_within(lab, internet));
	assert_false(network_site_is_within(campus, lab));
	assert_false(network_site_is_within(lab, hall));
	assert_ptr_equal(network_common_site(lab, hall), campus);
	assert_ptr_equal(network_common_site(hall, lab), campus);
	assert_ptr_equal(network_common_site(lab, dept), dept);
	assert_ptr_equal(network_common_site(lab, lab), lab);
	assert_ptr_equal(network_common_site(lab, network_find_site(c.network, "zoo")), internet);
	assert_ptr_equal(network_site_below(internet, lab), campus);
	assert_ptr_equal(network_site_below(campus, lab), dept);
	assert_ptr_equal(network_site_below(dept, lab), lab);
	compile_finish(&c);
}

struct box_row {
	const char *site; /* of the name x, as written */
	enum nat_preset nat;
	struct nat_behaviour ipv4;
	struct nat_behaviour ipv6;
};

#define DEPENDENT NAT_MAPPING_ADDRESS_AND_PORT_DEPENDENT
#define STRICT    NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT

static const struct box_row boxes[] = {
	{"",
	 NAT_UNKNOWN,
	 {DEPENDENT, STRICT, false, false, false, 30},
	 {0, STRICT, .mapping_timeout_s = 30}},
	{"nat: none", NAT_NONE, {0}, {0}},
	{"nat: full-cone",
	 NAT_FULL_CONE,
	 {NAT_MAPPING_ENDPOINT_INDEPENDENT, NAT_FILTERING_ENDPOINT_INDEPENDENT, true, false, false,
	  120},
	 {0, STRICT, .mapping_timeout_s = 30}},
	{"nat: udp-blocked",
	 NAT_UDP_BLOCKED,
	 {DEPENDENT, STRICT, false, false, true, 30},
	 {0, STRICT, false, false, true, 30}},
	/* in terms: what is left out is the worst case */
	{"nat: { hairpinning: true }",
	 NAT_IN_TERMS,
	 {DEPENDENT, STRICT, false, true, false, 30},
	 {0, STRICT, .mapping_timeout_s = 30}},
	{"nat: { mapping: endpoint-independent, filtering: address-dependent,\n"
	 "    port_preservation: true, mapping_timeout: 300 }",
	 NAT_IN_TERMS,
	 {NAT_MAPPING_ENDPOINT_INDEPENDENT, NAT_FILTERING_ADDRESS_DEPENDENT, true, false, false,
	  300},
	 {0, STRICT, .mapping_timeout_s = 30}},
	{"nat: { mapping: address-dependent, mapping_timeout: 20, hairpinning: false }",
	 NAT_IN_TERMS,
	 {NAT_MAPPING_ADDRESS_DEPENDENT, STRICT, false, false, false, 20},
	 {0, STRICT, .mapping_timeout_s = 20}},
	/* what is not translated is the same in both families */
	{"nat: { mapping: none }",
	 NAT_IN_TERMS,
	 {0, STRICT, .mapping_timeout_s = 30},
	 {0, STRICT, .mapping_timeout_s = 30}},
	{"nat: { mapping: none, filtering: address-dependent, mapping_timeout: 60 }",
	 NAT_IN_TERMS,
	 {0, NAT_FILTERING_ADDRESS_DEPENDENT, .mapping_timeout_s = 60},
	 {0, NAT_FILTERING_ADDRESS_DEPENDENT, .mapping_timeout_s = 60}},
};

static void expect_box(const struct nat_behaviour *box, const struct nat_behaviour *expected)
{
	assert_int_equal(box->mapping, expected->mapping);
	assert_int_equal(box->filtering, expected->filtering);
	assert_int_equal(box->port_preservation, expected->port_preservation);
	assert_int_equal(box->hairpinning, expected->hairpinning);
	assert_int_equal(box->blocks_udp, expected->blocks_udp);
	assert_int_equal(box->mapping_timeout_s, expected->mapping_timeout_s);
}

static void test_sites_have_boxes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++) {
		const struct network_site *site;
		struct text text = {0};
		struct compilation c;

		text_printf(&text, "%s  x: { %s }\n", BEFORE, boxes[i].site);
		fixture_check_good(&c, text.data, NULL);
		site = network_find_site(c.network, "x");
		assert_int_equal(site->nat, boxes[i].nat);
		assert_int_equal(site->nat_is_given, boxes[i].site[0] != '\0');
		assert_true(span_is_given(site->nat_span));
		expect_box(&site->box[NET_IPV4], &boxes[i].ipv4);
		expect_box(&site->box[NET_IPV6], &boxes[i].ipv6);
		compile_finish(&c);
		text_finish(&text);
	}
}

static void test_sites_have_sensible_terms(void **state)
{
	static const struct findings_row rows[] = {
		{"  a: { nat: { mapping: none, filtering: address-dependent } }\n", ""},
		{"  a: { nat: { mapping: none, port_preservation: true } }\n",
		 "bad-value 'true'\n"},
		{"  a: { nat: { hairpinning: false, mapping: none } }\n", "bad-value 'false'\n"},
	};

	(void)state;
	FINDINGS_CHECK_ROWS(BEFORE, rows);
}

static void test_sites_are_seen_at_an_address(void **state)
{
	static const struct findings_row rows[] = {
		{"  a: { public: [198.51.100.7] }\n", ""},
		{"  a: { public: [198.51.100.7, 198.51.100.8] }\n", ""},
		{"  a: { public: [home.example.net] }\n", ""},
		{"  a: { public: [dynamic] }\n", ""},
		{"  a: { public: [\"2001:db8::1\"] }\n", "bad-value '\"2001:db8::1\"'\n"},
		{"  a: { public: [127.0.0.1] }\n", "bad-value '127.0.0.1'\n"},
		{"  a: { nat: none, public: [198.51.100.7] }\n", "bad-value '198.51.100.7'\n"},
		{"  a: { nat: firewall, public: [x.example] }\n", "bad-value 'x.example'\n"},
		{"  a: { nat: { mapping: none }, public: [x.example] }\n",
		 "bad-value 'x.example'\n"},
		/* in the site outside; on the internet that is for reach to judge */
		{"  a: { public: [10.1.9.9] }\n", ""},
		{"  a: { prefixes: [10.1.0.0/16] }\n  b: { inside: a, public: [10.1.9.9] }\n", ""},
		{"  a: { prefixes: [10.1.0.0/16] }\n  b: { inside: a, public: [10.2.9.9] }\n",
		 "address-outside-site '10.2.9.9'\n"},
		{"  a: { prefixes: [10.1.0.0/16] }\n  b: { inside: a, public: [b.example] }\n", ""},
		{"  a: {}\n  b: { inside: a, public: [10.2.9.9] }\n", ""},
	};
	static const struct {
		const char *site;
		const char *public; /* NULL: none that can be foretold */
	} cases[] = {
		{"public: [198.51.100.7]", "198.51.100.7"},
		{"public: [home.example.net]", "home.example.net"},
		{"public: [dynamic]", NULL},
		{"public: [198.51.100.7, 198.51.100.8]", NULL},
		{"public: [198.51.100.7, dynamic]", NULL},
		{"nat: linux", NULL},
	};

	(void)state;
	FINDINGS_CHECK_ROWS(BEFORE, rows);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct given_place *place;
		struct text text = {0};
		char buffer[NET_ADDRESS_TEXT];
		struct compilation c;

		text_printf(&text, "%s  x: { %s }\n", BEFORE, cases[i].site);
		fixture_check_good(&c, text.data, NULL);
		place = network_find_site(c.network, "x")->public;
		if (cases[i].public == NULL) {
			assert_null(place);
		} else {
			assert_string_equal(place->kind == PLACE_NAME
						    ? place->name
						    : net_address_format(&place->address, buffer),
					    cases[i].public);
		}
		compile_finish(&c);
		text_finish(&text);
	}
}

#define AT(name, at) "  " name ": { at: { " at " }, public_key: KEY(" name ") }\n"

/* What the box between two networks does decides whether they may overlap. */
static void test_overlaps_of_nested_sites(void **state)
{
	static const struct findings_row rows[] = {
		{"  a: { prefixes: [10.1.0.0/16] }\n"
		 "  b: { inside: a, prefixes: [192.168.0.0/24] }\n",
		 ""},
		{"  a: { prefixes: [10.1.0.0/16] }\n  b: { inside: a, prefixes: [10.1.2.0/24] }\n",
		 "site-overlap '10.1.2.0/24'\n"},
		{"  a: { prefixes: [10.1.0.0/16] }\n"
		 "  b: { inside: a, nat: firewall, prefixes: [10.1.2.0/24] }\n",
		 ""},
		{"  a: { prefixes: [10.1.0.0/16] }\n"
		 "  b: { inside: a, nat: none, prefixes: [10.1.2.0/24] }\n",
		 ""},
		/* IPv6 is never translated */
		{"  a: { prefixes: [\"2001:db8::/32\"] }\n"
		 "  b: { inside: a, nat: linux, prefixes: [\"2001:db8:1::/48\"] }\n",
		 ""},
		/* through a network in between */
		{"  a: { prefixes: [10.1.0.0/16] }\n"
		 "  b: { inside: a, nat: linux, prefixes: [10.2.0.0/16] }\n"
		 "  c: { inside: b, nat: none, prefixes: [10.2.3.0/24, 10.1.3.0/24] }\n",
		 "site-overlap '10.1.3.0/24'\n"},
		{"  a: { prefixes: [10.1.0.0/16] }\n"
		 "  b: { inside: a, nat: none, prefixes: [10.1.2.0/24] }\n"
		 "  c: { inside: b, nat: linux, prefixes: [10.1.3.0/24] }\n",
		 "site-overlap '10.1.3.0/24'\n"},
		/* side by side */
		{"  a: { prefixes: [192.168.1.0/24] }\n  b: { prefixes: [192.168.1.0/24] }\n", ""},
	};

	(void)state;
	FINDINGS_CHECK_ROWS(BEFORE, rows);
}

#define SAME                                                                                       \
	BEFORE "  a: { prefixes: [192.168.0.0/16] }\n  b: { prefixes: [192.168.1.0/24] }\n"        \
	       "  e: { inside: b, nat: firewall, prefixes: [192.168.1.128/25] }\nservers:\n"

static void test_overlaps_at_one_host(void **state)
{
	static const struct findings_row rows[] = {
		{AT("s", "a: 192.168.7.7") AT("t", "b: 192.168.1.7"), ""},
		{AT("s", "a: 192.168.7.7, b: 192.168.1.7"), "site-overlap 'b'\n"},
		{AT("s", "b: 192.168.1.7, a: 192.168.7.7"), "site-overlap 'b'\n"},
		{AT("s", "b: 192.168.1.7, internet: 198.51.100.2"), ""},
		/* a part of a network is that network */
		{AT("s", "b: 192.168.1.7, e: 192.168.1.130"), ""},
		/* once, however many hosts see it */
		{AT("s", "a: 192.168.7.7, b: 192.168.1.7")
			 AT("t", "a: 192.168.7.8, b: 192.168.1.8"),
		 "site-overlap 'b'\n"},
	};

	(void)state;
	FINDINGS_CHECK_ROWS(SAME, rows);
}

#define ROUTER(name, at, routes)                                                                   \
	"  " name ": { at: { " at " }, routes: [" routes "], public_key: KEY(" name ") }\n"

static void test_overlaps_of_routes(void **state)
{
	static const struct findings_row rows[] = {
		{ROUTER("r", "internet: 198.51.100.2", "10.1.0.0/16") AT("t", "b: 192.168.1.7"),
		 ""},
		{ROUTER("r", "internet: 198.51.100.2", "192.168.1.0/24") AT("t", "b: 192.168.1.7"),
		 "site-overlap '192.168.1.0/24'\n"},
		/* nobody is there */
		{ROUTER("r", "internet: 198.51.100.2", "192.168.1.0/24"), ""},
		/* its own site, and what is inside or around that */
		{ROUTER("r", "b: 192.168.1.2", "192.168.1.0/24") AT("t", "b: 192.168.1.7"), ""},
		{ROUTER("r", "b: 192.168.1.2", "192.168.1.0/24") AT("t", "e: 192.168.1.130"), ""},
		{ROUTER("r", "e: 192.168.1.131", "192.168.1.0/24") AT("t", "b: 192.168.1.7"), ""},
		{ROUTER("r", "internet: 198.51.100.2, b: 192.168.1.2", "192.168.1.0/24")
			 AT("t", "b: 192.168.1.7"),
		 ""},
		/* another one of those, once per route */
		{ROUTER("r", "b: 192.168.1.2", "192.168.1.0/24, 192.168.2.0/24")
			 AT("t", "a: 192.168.7.7") AT("u", "a: 192.168.7.8"),
		 "site-overlap '192.168.1.0/24'\nsite-overlap '192.168.2.0/24'\n"},
	};

	(void)state;
	FINDINGS_CHECK_ROWS(SAME, rows);
}

static void test_unreachable_pairs(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_good(&c, NETWORK GW, NULL);
	assert_int_equal(c.network->unreachable.value, UNREACHABLE_RELAY);
	assert_int_equal(c.network->gateways.n_items, 1);
	assert_string_equal(c.network->gateways.items[0]->name, "gw");
	compile_finish(&c);
	fixture_check_good(
		&c, "network: { name: lab, addresses: [10.20.0.0/24], unreachable: error }\n" GW,
		NULL);
	assert_int_equal(c.network->unreachable.value, UNREACHABLE_ERROR);
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sites_nest),
		cmocka_unit_test(test_sites_make_a_tree),
		cmocka_unit_test(test_sites_have_boxes),
		cmocka_unit_test(test_sites_have_sensible_terms),
		cmocka_unit_test(test_sites_are_seen_at_an_address),
		cmocka_unit_test(test_overlaps_of_nested_sites),
		cmocka_unit_test(test_overlaps_at_one_host),
		cmocka_unit_test(test_overlaps_of_routes),
		cmocka_unit_test(test_unreachable_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
