/* SPDX-License-Identifier: MIT */

/* Explain: the path between any two nodes, and what each tunnel on it is made of. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/explain.h"
#include "tests/unit/compiler/fixture.h"

static const char topology[] =
	"network: { name: lab, addresses: [10.20.0.0/24], mtu: 1400 }\n"
	"sites: { campus: { nat: symmetric } }\n"
	"gateways:\n"
	"  g1: { at: { internet: 192.0.2.1 }, public_key: KEY(g1) }\n"
	"  g2: { at: { internet: 192.0.2.2 }, public_key: KEY(g2) }\n"
	"servers:\n"
	"  s1: { at: { campus: 10.1.0.1 }, public_key: KEY(s1) }\n"
	"  s2: { at: { campus: 10.1.0.2 }, public_key: KEY(s2) }\n"
	"users:\n"
	"  al: { gateways: [g1], devices: { lap: { public_key: KEY(lap) },\n"
	"                                   tab: { public_key: KEY(tab) } } }\n"
	"  bo: { gateways: [g2], public_key: KEY(bo) }\n";

static void test_explain_paths(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		const char *path;
	} rows[] = {
		{"s1", "s2", "s1 -> s2"},
		{"s1", "g1", "s1 -> g1"},
		{"g1", "g2", "g1 -> g2"},
		{"al/lap", "g1", "al/lap -> g1"},
		{"g1", "al/lap", "g1 -> al/lap"},
		{"al/lap", "g2", "al/lap -> g1 -> g2"},
		{"g2", "al/lap", "g2 -> g1 -> al/lap"},
		{"al/lap", "s1", "al/lap -> g1 -> s1"},
		{"s1", "al/lap", "s1 -> g1 -> al/lap"},
		{"al/lap", "al/tab", "al/lap -> g1 -> al/tab"},
		{"al/lap", "bo", "al/lap -> g1 -> g2 -> bo"},
		{"bo", "al/tab", "bo -> g2 -> g1 -> al/tab"},
	};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text out = {0};
		struct text line = {0};

		text_printf(&line, "\npath\n  %s\n", rows[i].path);
		assert_int_equal(explain_pair(&c, rows[i].from, rows[i].to, false, &out), 0);
		if (strstr(out.data, line.data) == NULL)
			fail_msg("%s - %s: %s", rows[i].from, rows[i].to, out.data);
		text_finish(&line);
		text_finish(&out);
	}
	compile_finish(&c);
}

static void test_explain_text(void **state)
{
	struct text out = {0};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	assert_int_equal(explain_pair(&c, "s1", "bo", false, &out), 0);
	fixture_expect_text(
		&out,
		"s1 reaches bo through a gateway\n"
		"\n"
		"path\n"
		"  s1 -> g2 -> bo\n"
		"\n"
		"s1 - g2: direct over the internet\n"
		"  s1 sends to 192.0.2.2:51820; keepalive every 25 s: nobody outside campus can "
		"send to this host first\n"
		"  g2 sends to where the other's packets come from (no endpoint); no keepalive: the "
		"peer sends first and keeps it alive\n"
		"\n"
		"g2 - bo: direct over the internet\n"
		"  g2 sends to where the other's packets come from (no endpoint); no keepalive: the "
		"peer sends first and keeps it alive\n"
		"  bo sends to 192.0.2.2:51820; keepalive every 25 s: this host has no fixed "
		"address to send to first\n"
		"\n"
		"mtu\n"
		"  1400 bytes: set in the topology\n"
		"\n"
		"evidence\n"
		"  net/topology.yaml:7:23: server 's1' is at campus (nat: symmetric), 10.1.0.1\n"
		"  net/topology.yaml:5:25: gateway 'g2' is at internet, 192.0.2.2\n"
		"  net/topology.yaml:12:3: device 'bo' roams on the internet\n");
	text_finish(&out);
	compile_finish(&c);
}

/* The narrowest part of the path decides, wherever on it the author knows of one. */
static void test_explain_mtu(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		const char *expected;
	} rows[] = {
		{"s1", "s2", "\n  1400 bytes: "},     {"s2", "g1", "\n  1300 bytes: "},
		{"g1", "s2", "\n  1300 bytes: "},     {"al/lap", "s2", "\n  1290 bytes: "},
		{"s2", "al/tab", "\n  1300 bytes: "}, {"s1", "al/lap", "\n  1290 bytes: "},
		{"s1", "bo", "\n  1400 bytes: "},
	};
	struct text text = {0};
	struct compilation c;

	(void)state;
	text_printf(&text,
		    "%slinks:\n"
		    "  - { between: [s2, g1], mtu: 1300 }\n"
		    "  - { between: [al/lap, g1], mtu: 1290 }\n"
		    "  - { between: [g2, s2], persistent_keepalive: 9 }\n",
		    topology);
	fixture_check_good(&c, text.data, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text out = {0};

		assert_int_equal(explain_pair(&c, rows[i].from, rows[i].to, false, &out), 0);
		if (strstr(out.data, rows[i].expected) == NULL)
			fail_msg("%s - %s: %s", rows[i].from, rows[i].to, out.data);
		text_finish(&out);
	}
	text_finish(&text);
	compile_finish(&c);
}

/* Each place of a node, of each sort. */
static void test_explain_evidence(void **state)
{
	static const char nodes[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites: { cloud: { nat: none } }\n"
		"servers:\n"
		"  a: { at: { internet: [dynamic, a.example], cloud: 192.0.2.3 },\n"
		"       public_key: KEY(a) }\n"
		"  b: { at: { internet: 192.0.2.4 }, public_key: KEY(b) }\n";
	struct text out = {0};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, nodes, NULL);
	assert_int_equal(explain_pair(&c, "a", "b", false, &out), 0);
	assert_non_null(strstr(
		out.data,
		"\nevidence\n"
		"  net/topology.yaml:4:25: server 'a' is at internet, without a fixed address\n"
		"  net/topology.yaml:4:34: server 'a' is at internet, a.example\n"
		"  net/topology.yaml:4:53: server 'a' is at cloud (nat: none), 192.0.2.3\n"
		"  net/topology.yaml:6:24: server 'b' is at internet, 192.0.2.4\n"));
	text_finish(&out);
	compile_finish(&c);
}

static void test_explain_json(void **state)
{
	struct text out = {0};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	assert_int_equal(explain_pair(&c, "bo", "g2", true, &out), 0);
	fixture_expect_text(
		&out, "{\n"
		      "  \"from\": \"bo\",\n"
		      "  \"to\": \"g2\",\n"
		      "  \"path\": [\n"
		      "    \"bo\",\n"
		      "    \"g2\"\n"
		      "  ],\n"
		      "  \"tunnels\": [\n"
		      "    {\n"
		      "      \"verdict\": \"direct\",\n"
		      "      \"way\": \"direct over the internet\",\n"
		      "      \"ends\": [\n"
		      "        {\n"
		      "          \"node\": \"bo\",\n"
		      "          \"peer\": \"g2\",\n"
		      "          \"endpoint\": \"192.0.2.2:51820\",\n"
		      "          \"persistent_keepalive\": 25,\n"
		      "          \"reason\": \"this host has no fixed address to send to first\"\n"
		      "        },\n"
		      "        {\n"
		      "          \"node\": \"g2\",\n"
		      "          \"peer\": \"bo\",\n"
		      "          \"endpoint\": null,\n"
		      "          \"persistent_keepalive\": 0,\n"
		      "          \"reason\": \"the peer sends first and keeps it alive\"\n"
		      "        }\n"
		      "      ]\n"
		      "    }\n"
		      "  ],\n"
		      "  \"mtu\": 1400,\n"
		      "  \"mtu_reason\": \"set in the topology\"\n"
		      "}\n");
	text_finish(&out);
	compile_finish(&c);
}

/* An unknown name is a finding and nothing is said; where something is near, it is offered. */
static void test_explain_unknown_names(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		size_t n_errors;
		const char *help; /* a part of the first one's */
	} rows[] = {
		{"s1", "s2", 0, NULL},
		{"s1", "zzzzzzzzz", 1, "name a gateway"},
		{"s1", "al", 1, "al/lap"},
		{"al/lab", "s1", 1, "al/lap"},
		{"yyyyyyyyy", "zzzzzzzzz", 2, "name a gateway"},
		{"s1", "", 1, NULL},
		{"s1", "s1", 1, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text out = {0};
		struct compilation c;

		fixture_check_good(&c, topology, NULL);
		assert_int_equal(explain_pair(&c, rows[i].from, rows[i].to, i % 2, &out), 0);
		assert_int_equal(c.diags.n_errors, rows[i].n_errors);
		assert_int_equal(out.length > 0, rows[i].n_errors == 0);
		if (rows[i].n_errors > 0)
			assert_int_equal(c.diags.items.items[0]->rule, DIAG_SELECTION_UNKNOWN);
		if (rows[i].help != NULL)
			assert_non_null(strstr(c.diags.items.items[0]->help, rows[i].help));
		text_finish(&out);
		compile_finish(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_explain_paths), cmocka_unit_test(test_explain_text),
		cmocka_unit_test(test_explain_mtu),   cmocka_unit_test(test_explain_evidence),
		cmocka_unit_test(test_explain_json),  cmocka_unit_test(test_explain_unknown_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
