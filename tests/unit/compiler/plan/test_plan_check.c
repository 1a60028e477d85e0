/* SPDX-License-Identifier: MIT */

/* Networks behind hosts that would swallow what the tunnel itself needs. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/compiler/fixture.h"

#define NETWORK              "network: { name: lab, addresses: [10.20.0.0/24] }\n"
#define NODE(name, at, more) "  " name ": { at: { " at " }, public_key: KEY(" name ")" more " }\n"

static const struct {
	const char *text;
	const char *expected;
} rows[] = {
	/* somebody else sends there: the encrypted packets would go into the tunnel */
	{"servers:\n" NODE("a", "internet: 192.0.2.1", ", routes: [198.51.100.0/24]")
		 NODE("b", "internet: 198.51.100.7", "") NODE("c", "internet: 203.0.113.1", ""),
	 "endpoint-in-tunnel '198.51.100.0/24'\n"},
	{"servers:\n" NODE("a", "internet: 192.0.2.1", ", routes: [198.51.100.0/29]")
		 NODE("b", "internet: 198.51.100.8", "") NODE("c", "internet: 203.0.113.1", ""),
	 ""},
	{"servers:\n" NODE("a", "internet: 192.0.2.1", ", routes: [198.51.100.8/32]")
		 NODE("b", "internet: 198.51.100.8", "") NODE("c", "internet: 203.0.113.1", ""),
	 "endpoint-in-tunnel '198.51.100.8/32'\n"},
	/* the owner's own endpoint, as others see it */
	{"servers:\n" NODE("a", "internet: 192.0.2.1", ", routes: [192.0.2.0/24]")
		 NODE("b", "internet: 198.51.100.8", ""),
	 "endpoint-in-tunnel '192.0.2.0/24'\n"},
	{"servers:\n" NODE("a", "internet: a.example", ", routes: [192.0.2.0/24]")
		 NODE("b", "internet: 198.51.100.8", ""),
	 "endpoint-name 'a.example'\n"},
	/* nobody else has it: the host itself would lose its network */
	{"servers:\n" NODE("a", "internet: 192.0.2.1", ", routes: [198.51.100.0/24]")
		 NODE("b", "internet: 198.51.100.7", ""),
	 "underlay-routed '198.51.100.0/24'\n"},
	/* a device counts where it sends: at its gateway */
	{"gateways:\n" NODE("g", "internet: 192.0.2.1", "") "servers:\n" NODE(
		 "s", "internet: 198.51.100.1",
		 ", routes: [192.0.2.0/24]") "users: { u: { public_key: KEY(u) } }\n",
	 "endpoint-in-tunnel '192.0.2.0/24'\n"},
	{"gateways:\n" NODE("g", "internet: 192.0.2.1", "") "servers:\n" NODE(
		 "s", "internet: 198.51.100.1", ", routes: [192.0.2.0/24]"),
	 "underlay-routed '192.0.2.0/24'\n"},
	/* the network of a site: known to be there, or about to be lost */
	{"sites: { x: { nat: linux } }\nservers:\n" NODE("a", "internet: 192.0.2.1",
							 ", routes: [10.1.0.0/16]")
		 NODE("b", "x: 10.1.0.2", ""),
	 "underlay-routed '10.1.0.0/16'\n"},
	{"sites: { x: { nat: linux, prefixes: [10.1.0.0/16] } }\nservers:\n" NODE(
		 "a", "internet: 192.0.2.1", ", routes: [10.1.0.0/16]")
		 NODE("b", "x: 10.1.0.2", ""),
	 "site-overlap '10.1.0.0/16'\n"},
	{"sites: { x: { nat: linux, prefixes: [10.1.0.0/16] } }\nservers:\n" NODE(
		 "a", "internet: 192.0.2.1", ", routes: [10.1.2.0/24]")
		 NODE("b", "x: 10.1.0.2", ""),
	 "site-overlap '10.1.2.0/24'\n"},
	{"sites: { x: { nat: linux } }\nservers:\n" NODE(
		 "a", "internet: 192.0.2.1", ", routes: [10.1.0.0/16]") NODE("b", "x: dynamic", ""),
	 ""},
	{"sites: { x: { nat: linux } }\nservers:\n" NODE("a", "internet: 192.0.2.1, x: 10.1.0.1",
							 ", routes: [10.1.0.0/16]")
		 NODE("b", "internet: 192.0.2.2", ""),
	 ""},
	{"sites: { x: { nat: linux } }\nservers:\n" NODE("a", "internet: 192.0.2.1",
							 ", routes: [\"fd01::/48\"]")
		 NODE("b", "x: [10.1.0.2, \"fd01::2\"]", ""),
	 "underlay-routed '\"fd01::/48\"'\n"},
	/* once per route, however many hosts it hurts */
	{"sites: { x: { nat: linux } }\nservers:\n" NODE("a", "internet: 192.0.2.1",
							 ", routes: [10.1.0.0/16, 198.51.100.0/24]")
		 NODE("b", "x: 10.1.0.2", "") NODE("c", "x: 10.1.0.3", "") NODE(
			 "d", "internet: 198.51.100.1", "") NODE("e", "internet: 198.51.100.2", ""),
	 "underlay-routed '10.1.0.0/16'\nendpoint-in-tunnel '198.51.100.0/24'\n"},
};

static void test_plan_check_routes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = {0};

		text_printf(&text, "%s%s", NETWORK, rows[i].text);
		fixture_expect_findings(text.data, NULL, rows[i].expected);
		text_finish(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan_check_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
