/* SPDX-License-Identifier: MIT */

/* Networks behind hosts: one owner each, and none that the overlay itself is. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/net/prefix.h"
#include "base/text.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

static void make_topology(struct text *text, const char *routes1, const char *routes2)
{
	text_printf(text,
		    "network: { name: lab, addresses: [10.20.0.0/24, \"fd20::/64\"] }\n"
		    "servers:\n"
		    "  s1: { at: { internet: 192.0.2.1 }, public_key: KEY(s1), routes: [%s] }\n"
		    "  s2: { at: { internet: 192.0.2.2 }, public_key: KEY(s2), routes: [%s] }\n",
		    routes1, routes2);
}

static void test_routes_have_one_owner(void **state)
{
	static const struct {
		const char *routes1;
		const char *routes2;
		const char *expected;
	} rows[] = {
		{"172.16.0.0/16, \"fd99::/48\"", "172.17.0.0/16", ""},
		{"172.16.0.0/16", "172.16.0.0/16", "prefix-conflict '172.16.0.0/16'\n"},
		{"172.16.0.0/16, 172.16.0.0/16", "", "prefix-conflict '172.16.0.0/16'\n"},
		{"\"fd99::/48\"", "\"fd99:0::/48\"", "prefix-conflict '\"fd99:0::/48\"'\n"},
		/* a longer one may lie inside: the longest match wins */
		{"172.16.0.0/16", "172.16.8.0/24", ""},
		{"172.16.8.0/24", "172.16.0.0/16", ""},
		{"172.16.0.0/16, 172.16.8.0/24", "", ""},
		/* the overlay's pools are not behind anybody, whichever holds which */
		{"10.20.0.0/24", "", "pool-overlap '10.20.0.0/24'\n"},
		{"10.0.0.0/8", "", "pool-overlap '10.0.0.0/8'\n"},
		{"10.20.0.128/25", "", "pool-overlap '10.20.0.128/25'\n"},
		{"\"fd20::7/128\"", "", "pool-overlap '\"fd20::7/128\"'\n"},
		{"10.20.1.0/24", "\"fd20:1::/64\"", ""},
		{"0.0.0.0/0", "", "not-supported-yet '0.0.0.0/0'\n"},
		{"\"::/0\"", "", "not-supported-yet '\"::/0\"'\n"},
		{"0.0.0.0/1", "", "bad-value '0.0.0.0/1'\n"},
		{"\"::/1\"", "", "bad-value '\"::/1\"'\n"},
		{"127.0.0.0/8", "", "bad-value '127.0.0.0/8'\n"},
		{"10.0.0.0/8", "", "pool-overlap '10.0.0.0/8'\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = {0};

		make_topology(&text, rows[i].routes1, rows[i].routes2);
		fixture_expect_findings(text.data, NULL, rows[i].expected);
		text_finish(&text);
	}
}

static void test_routes_are_sorted(void **state)
{
	const struct network_host *host;
	char buffer[NET_PREFIX_TEXT];
	struct text text = {0};
	struct text shown = {0};
	struct compilation c;

	(void)state;
	make_topology(&text, "\"fd99::/48\", 172.17.0.0/16, 172.16.8.0/24, 172.16.0.0/16", "");
	fixture_check_good(&c, text.data, NULL);
	host = network_find_host(c.network, "s1");
	vec_foreach(route, &host->routes)
		text_printf(&shown, "%s ", net_prefix_format(&route->value, buffer));
	fixture_expect_text(&shown, "172.16.0.0/16 172.16.8.0/24 172.17.0.0/16 fd99::/48 ");
	assert_int_equal(c.network->with_routes.n_items, 1);
	assert_ptr_equal(c.network->with_routes.items[0], host);
	text_finish(&shown);
	text_finish(&text);
	compile_finish(&c);
}

static void test_hosts_inside_a_route(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites: { campus: { nat: linux, prefixes: [10.1.0.0/16, 10.3.0.0/16] } }\n"
		"servers:\n"
		"  in: { at: { campus: 10.1.0.1 }, public_key: KEY(in) }\n"
		"  out: { at: { internet: 192.0.2.2 }, public_key: KEY(out) }\n";
	static const struct {
		const char *prefix;
		bool is_inside;
	} rows[] = {
		{"10.1.0.0/16", true}, {"10.0.0.0/8", true},   {"10.1.2.0/24", true},
		{"10.3.0.1/32", true}, {"10.2.0.0/16", false}, {"fd00::/8", false},
		{"0.0.0.0/0", true},   {"::/0", false},
	};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct network_site *campus = network_find_site(c.network, "campus");
		struct net_prefix prefix;

		assert_int_equal(net_prefix_parse(rows[i].prefix, &prefix), 0);
		assert_int_equal(network_site_overlaps(campus, &prefix), rows[i].is_inside);
		assert_int_equal(
			network_host_is_near(network_find_host(c.network, "in"), &prefix.address),
			net_prefix_contains(&campus->prefixes[0], &prefix.address) ||
				net_prefix_contains(&campus->prefixes[1], &prefix.address));
		assert_false(
			network_host_is_near(network_find_host(c.network, "out"), &prefix.address));
	}
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes_have_one_owner),
		cmocka_unit_test(test_routes_are_sorted),
		cmocka_unit_test(test_hosts_inside_a_route),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
