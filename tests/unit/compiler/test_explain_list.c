/* SPDX-License-Identifier: MIT */

/* Explain: the list of all pairs of one node, by verdict. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "compiler/explain.h"
#include "tests/unit/compiler/fixture.h"

static const char mixed[] =
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"
	"sites:\n"
	"  campus: { nat: symmetric, public: [198.51.100.7] }\n"
	"  cloud: { nat: none, one_to_one: { 203.0.113.40: vm } }\n"
	"  home: { nat: linux, public: [198.51.100.8], forward: { 51899: fw } }\n"
	"  wall: { nat: firewall }\n"
	"  cone: { nat: restricted-cone, public: [198.51.100.9] }\n"
	"  shut: { nat: udp-blocked }\n"
	"gateways:\n"
	"  g: { at: { internet: 192.0.2.1, shut: 10.9.0.9 }, public_key: KEY(g) }\n"
	"servers:\n"
	"  a: { at: { campus: 10.1.1.2 }, public_key: KEY(a) }\n"
	"  vm: { at: { cloud: 172.31.0.5 }, public_key: KEY(vm) }\n"
	"  fw: { at: { home: 192.168.0.5 }, public_key: KEY(fw) }\n"
	"  w: { at: { wall: 192.0.2.9 }, public_key: KEY(w) }\n"
	"  t: { at: { cone: dynamic }, public_key: KEY(t) }\n"
	"  x: { at: { shut: 10.9.0.1 }, public_key: KEY(x) }\n"
	"users:\n"
	"  u: { devices: { lap: { public_key: KEY(lap) }, tab: { public_key: KEY(tab) } } }\n"
	"links: [ { between: [vm, fw], via: g } ]\n";

static void expect_list(struct compilation *c, const char *name, bool as_json, const char *expected)
{
	struct text out = {0};

	assert_int_equal(explain_node(c, name, as_json, &out), 0);
	fixture_expect_text(&out, expected);
	text_finish(&out);
}

static void test_explain_node(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_good(&c, mixed, NULL);
	expect_list(&c, "a", false,
		    "server 'a'\n"
		    "\ndirect: 3\n          fw, g, vm\n"
		    "\npunch: 1\n          t\n"
		    "\nrelay: 4\n          u/lap via g, u/tab via g, w via g, x via g\n");
	expect_list(&c, "x", false,
		    "server 'x'\n"
		    "\nlan: 1\n          g\n"
		    "\nrelay: 7\n          a via g, fw via g, t via g, u/lap via g, u/tab via g, "
		    "vm via g, w via g\n");
	expect_list(
		&c, "u/lap", false,
		"device 'u/lap'\n"
		"\ndirect: 1\n          g\n"
		"\nrelay: 7\n          a via g, fw via g, t via g, u/tab via g, vm via g, w via "
		"g, x via g\n");
	expect_list(&c, "vm", true,
		    "{\n"
		    "  \"node\": \"vm\",\n"
		    "  \"lan\": [],\n"
		    "  \"direct\": [{\"node\": \"a\"}, {\"node\": \"g\"}, {\"node\": \"t\"}, "
		    "{\"node\": \"w\"}],\n"
		    "  \"punch\": [],\n"
		    "  \"relay\": [{\"node\": \"fw\", \"via\": \"g\"}, {\"node\": \"u/lap\", "
		    "\"via\": \"g\"}, {\"node\": \"u/tab\", \"via\": \"g\"}, {\"node\": \"x\", "
		    "\"via\": \"g\"}],\n"
		    "  \"unreachable\": []\n"
		    "}\n");
	compile_finish(&c);
}

/* Every other node is in the list, once, whatever the width of the lines. */
static void test_explain_node_of_many(void **state)
{
	struct text text = {0};
	struct text out = {0};
	struct compilation c;

	(void)state;
	text_puts(&text, "network: { name: lab, addresses: [10.20.0.0/16] }\nservers:\n");
	for (unsigned int i = 0; i < 120; i++) {
		text_printf(&text,
			    "  n%u: { at: { internet: 192.0.2.%u }, public_key: KEY(n%u) }\n", i,
			    i + 1, i);
	}
	fixture_check_good(&c, text.data, NULL);
	assert_int_equal(explain_node(&c, "n0", false, &out), 0);
	assert_non_null(strstr(out.data, "\ndirect: 119\n"));
	for (unsigned int i = 1; i < 120; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), " n%u%s", i, i == 99 ? "\n" : ",");
		if (strstr(out.data, name) == NULL)
			fail_msg("no '%s' in %s", name, out.data);
	}
	for (const char *line = out.data; *line != '\0'; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 100);
	text_finish(&text);
	text_finish(&out);
	compile_finish(&c);
}

/* A gateway relays for nobody who cannot reach it. */
static void test_explain_node_cut_off(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check(&c,
		      "network: { name: lab, addresses: [10.20.0.0/16] }\n"
		      "sites: { shut: { nat: udp-blocked } }\n"
		      "gateways: { g: { at: { internet: 192.0.2.1 }, public_key: KEY(g) } }\n"
		      "servers: { a: { at: { internet: 192.0.2.2 }, public_key: KEY(a) } }\n"
		      "users:\n"
		      "  u: { at: { shut: 10.1.0.1 }, public_key: KEY(u) }\n"
		      "  w: { public_key: KEY(w) }\n",
		      NULL);
	expect_list(&c, "u", false, "device 'u'\n\nunreachable: 3\n          a, g, w\n");
	expect_list(&c, "w", false,
		    "device 'w'\n\ndirect: 1\n          g\n\nrelay: 1\n          a via g\n"
		    "\nunreachable: 1\n          u\n");
	compile_finish(&c);
}

/* An unknown name is a finding, and nothing is said. */
static void test_explain_unknown_node(void **state)
{
	const struct diag *diag;
	struct text out = {0};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, mixed, NULL);
	assert_int_equal(explain_node(&c, "u", false, &out), 0);
	assert_int_equal(c.diags.n_errors, 1);
	assert_int_equal(out.length, 0);
	diag = c.diags.items.items[c.diags.items.n_items - 1];
	assert_int_equal(diag->rule, DIAG_SELECTION_UNKNOWN);
	assert_non_null(strstr(diag->help, "u/lap"));
	text_finish(&out);
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_explain_node),
		cmocka_unit_test(test_explain_node_of_many),
		cmocka_unit_test(test_explain_node_cut_off),
		cmocka_unit_test(test_explain_unknown_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
