/* SPDX-License-Identifier: MIT */

/* MTU: 1440 where every outer packet is IPv4, else 1420; or what the topology says. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/plan/planner.h"
#include "tests/unit/compiler/fixture.h"

#define SITES "sites: { campus: { nat: linux }, lan: { nat: none } }\n"

struct row {
	const char *mtu; /* of the network */
	const char *nodes;
	uint16_t expected;
	const char *reason; /* a part of it */
};

static const struct row rows[] = {
	{"auto", "", 1440, "IPv4"},
	{"auto", "  c: { at: { campus: 10.1.0.1 }, public_key: KEY(c) }\n", 1440, "IPv4"},
	{"auto", "  c: { at: { internet: dynamic }, public_key: KEY(c) }\n", 1440, "IPv4"},
	/* IPv6 that no tunnel uses costs nothing */
	{"auto", "  c: { at: { internet: [\"2001:db8::3\", 192.0.2.3] }, public_key: KEY(c) }\n",
	 1440, "IPv4"},
	{"auto",
	 "  c: { at: { internet: [192.0.2.3, \"2001:db8::3\"] }, public_key: KEY(c) }\n"
	 "  d: { at: { internet: [192.0.2.4, \"2001:db8::4\"] }, public_key: KEY(d) }\n",
	 1440, "IPv4"},
	{"auto",
	 "  c: { at: { internet: [192.0.2.3, \"2001:db8::3\"] }, public_key: KEY(c) }\n"
	 "  d: { at: { internet: \"2001:db8::4\", campus: dynamic }, public_key: KEY(d) }\n"
	 "  e: { at: { internet: 192.0.2.5, campus: 10.1.0.5 }, public_key: KEY(e) }\n",
	 1420, "IPv6"},
	{"auto",
	 "  c: { at: { internet: 192.0.2.3, lan: \"fd01::3\" }, public_key: KEY(c) }\n"
	 "  d: { at: { internet: 192.0.2.4, lan: \"fd01::4\" }, public_key: KEY(d) }\n",
	 1420, "IPv6"},
	{"auto", "  c: { at: { internet: v.example }, public_key: KEY(c) }\n", 1420, "name"},
	{"auto",
	 "  c: { at: { internet: 192.0.2.3 }, public_key: KEY(c) }\nusers: { u: { public_key: "
	 "KEY(u) } }\n",
	 1420, "roaming"},
	{"auto",
	 "  c: { at: { internet: 192.0.2.3 }, public_key: KEY(c) }\n"
	 "users: { u: { public_key: KEY(u), at: { internet: dynamic } } }\n",
	 1440, "IPv4"},
	{"1500", "", 1500, "set"},
	{"576", "  c: { at: { internet: v.example }, public_key: KEY(c) }\n", 576, "set"},
	{"65535", "", 65535, "set"},
};

static void test_mtu_of_the_network(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = {0};
		struct compilation c;
		const char *reason;

		text_printf(&text,
			    "network: { name: lab, addresses: [10.20.0.0/24], mtu: %s }\n" SITES
			    "gateways: { g: { at: { internet: 192.0.2.1 }, public_key: KEY(g) } }\n"
			    "servers:\n"
			    "  b: { at: { internet: 192.0.2.2 }, public_key: KEY(b) }\n%s",
			    rows[i].mtu, rows[i].nodes);
		/* where c has no IPv4, b and g would not reach it */
		fixture_check(&c, text.data, NULL);
		if (c.planner == NULL)
			fail_msg("row %zu: %s", i, c.diags.items.items[0]->message);
		assert_int_equal(planner_mtu(c.planner, &reason), rows[i].expected);
		if (strstr(reason, rows[i].reason) == NULL)
			fail_msg("row %zu: %s", i, reason);
		assert_int_equal(fixture_plan(&c, "b")->mtu, rows[i].expected);
		assert_int_equal(fixture_plan(&c, "g")->mtu, rows[i].expected);
		text_finish(&text);
		compile_finish(&c);
	}
}

/* Linux refuses IPv6 addresses on an interface below 1280; IPv4 alone may be smaller. */
static void test_mtu_too_small(void **state)
{
	static const struct {
		const char *pools;
		const char *routes;
		const char *mtu;
		const char *link;
		const char *expected;
	} cases[] = {
		{"10.20.0.0/24", "", "1279", "576", ""},
		{"10.20.0.0/24, \"fd20::/64\"", "", "1280", "1280", ""},
		{"10.20.0.0/24, \"fd20::/64\"", "", "1279", "1278",
		 "mtu-too-small '1279'\nmtu-too-small '1278'\n"},
		{"10.20.0.0/24, \"fd20::/64\"", "", "auto", "1279", "mtu-too-small '1279'\n"},
		{"10.20.0.0/24", "\"fd99::/48\"", "1000", "576",
		 "mtu-too-small '1000'\nmtu-too-small '576'\n"},
		{"10.20.0.0/24", "172.16.0.0/16", "1000", "576", ""},
		/* a link is for a narrower path, not for a wider one */
		{"10.20.0.0/24", "", "1400", "1400", ""},
		{"10.20.0.0/24", "", "1400", "1401", "bad-value '1401'\n"},
		{"10.20.0.0/24", "", "auto", "1440", ""},
		{"10.20.0.0/24", "", "auto", "1441", "bad-value '1441'\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text text = {0};

		text_printf(&text,
			    "network: { name: lab, addresses: [%s], mtu: %s }\n"
			    "servers:\n"
			    "  a: { at: { internet: 192.0.2.1 }, public_key: KEY(a) }\n"
			    "  b: { at: { internet: 192.0.2.2 }, public_key: KEY(b),\n"
			    "       routes: [%s] }\n"
			    "links: [ { between: [a, b], mtu: %s } ]\n",
			    cases[i].pools, cases[i].mtu, cases[i].routes, cases[i].link);
		fixture_expect_findings(text.data, NULL, cases[i].expected);
		text_finish(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mtu_of_the_network),
		cmocka_unit_test(test_mtu_too_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
