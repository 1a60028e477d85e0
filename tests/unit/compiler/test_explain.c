/* SPDX-License-Identifier: MIT */

/* Explain: the path between two nodes, what each tunnel on it is made of, what keeps them apart. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "compiler/explain.h"
#include "compiler/reach/rule.h"
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

static void expect_explanation(struct compilation *c, const char *from, const char *to,
			       const struct text *expected)
{
	struct text out = {0};

	assert_int_equal(explain_pair(c, from, to, false, &out), 0);
	fixture_expect_text(&out, expected->data);
	text_finish(&out);
}

static void test_explain_text(void **state)
{
	struct text expected = {0};
	struct compilation c;

	(void)state;
	text_join(
		&expected,
		"s1 reaches bo through a gateway\n"
		"\n"
		"path\n"
		"  s1 -> g2 -> bo\n"
		"\n"
		"s1 - g2: direct over the internet\n"
		"  s1, 10.1.0.1:51820 at campus\n"
		"    |  campus: symmetric NAT; outside it is an unknown address and port\n"
		"    +  internet, IPv4\n"
		"  g2, 192.0.2.2:51820 at internet\n"
		"  rule: ",
		rule_text(RULE_OPEN),
		"\n"
		"  s1 sends to 192.0.2.2:51820; keepalive every 25 s: nobody outside campus can "
		"send to this host first\n"
		"  g2 sends to where the other's packets come from (no endpoint); no keepalive: the "
		"peer sends first and keeps it alive\n"
		"\n"
		"g2 - bo: direct over the internet\n"
		"  g2, 192.0.2.2:51820 at internet\n"
		"    +  internet, IPv4\n"
		"  bo, anywhere\n"
		"  rule: ",
		rule_text(RULE_OPEN),
		"\n"
		"  g2 sends to where the other's packets come from (no endpoint); no keepalive: the "
		"peer sends first and keeps it alive\n"
		"  bo sends to 192.0.2.2:51820; keepalive every 25 s: this host has no known "
		"address to send to first\n"
		"\n"
		"mtu\n"
		"  1400 bytes: set in the topology\n"
		"\n"
		"evidence\n"
		"  net/topology.yaml:7:23: server 's1' is at campus, 10.1.0.1\n"
		"  net/topology.yaml:2:25: site 'campus' has nat: symmetric\n"
		"  net/topology.yaml:5:25: gateway 'g2' is at internet, 192.0.2.2\n"
		"  net/topology.yaml:12:3: device 'bo' roams on the internet\n");
	fixture_check_good(&c, topology, NULL);
	expect_explanation(&c, "s1", "bo", &expected);
	text_finish(&expected);
	compile_finish(&c);
}

/* A symmetric campus with a lab inside it, machines with outer addresses, and a home's router. */
static const char apart[] =
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"
	"sites:\n"
	"  campus: { nat: symmetric, public: [198.51.100.7] }\n"
	"  inner: { inside: campus, nat: linux, public: [10.1.9.9] }\n"
	"  cloud: { nat: none, one_to_one: { 203.0.113.40: vm } }\n"
	"  home: { nat: linux, public: [198.51.100.8], forward: { 51899: fw } }\n"
	"  wall: { nat: firewall }\n"
	"  cone: { public: [198.51.100.9], nat: { mapping: endpoint-independent,\n"
	"          port_preservation: true, filtering: address-dependent } }\n"
	"  shut: { nat: udp-blocked }\n"
	"gateways:\n"
	"  g: { at: { internet: 192.0.2.1, shut: 10.9.0.9 }, public_key: KEY(g) }\n"
	"servers:\n"
	"  a: { at: { inner: 192.168.1.2 }, public_key: KEY(a) }\n"
	"  vm: { at: { cloud: 172.31.0.5 }, public_key: KEY(vm) }\n"
	"  fw: { at: { home: 192.168.0.5 }, public_key: KEY(fw) }\n"
	"  w: { at: { wall: 192.0.2.9 }, public_key: KEY(w) }\n"
	"  t: { at: { cone: dynamic }, public_key: KEY(t) }\n"
	"  x: { at: { shut: 10.9.0.1 }, public_key: KEY(x) }\n"
	"users:\n"
	"  u: { public_key: KEY(u) }\n"
	"links: [ { between: [vm, fw], via: g }, { between: [a, x], via: g } ]\n";

/* The boxes between two, outward from the one and inward to the other, and what is seen behind each
 * of them. */
static void test_explain_chains(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		const char *chain;
	} rows[] = {
		{"a", "w",
		 "  a, 192.168.1.2:51820 at inner\n"
		 "    |  inner: linux NAT; outside it is 10.1.9.9:51820\n"
		 "    |  campus: symmetric NAT; outside it is 198.51.100.7, at a port that nobody "
		 "knows\n"
		 "    +  internet, IPv4\n"
		 "    |  wall: stateful firewall; outside it is 192.0.2.9:51820\n"
		 "  w, 192.0.2.9:51820 at wall\n"},
		{"fw", "a",
		 "  fw, 192.168.0.5:51820 at home\n"
		 "    |  home: linux NAT; outside it is 198.51.100.8:51899, open to all\n"
		 "    +  internet, IPv4\n"
		 "    |  campus: symmetric NAT; outside it is 198.51.100.7, at a port that nobody "
		 "knows\n"
		 "    |  inner: linux NAT; outside it is 10.1.9.9:51820\n"
		 "  a, 192.168.1.2:51820 at inner\n"},
		{"t", "vm",
		 "  t, a changing address at cone, port 51820\n"
		 "    |  cone: NAT, endpoint-independent mapping, address-dependent filtering, keeps "
		 "ports; outside it is 198.51.100.9:51820\n"
		 "    +  internet, IPv4\n"
		 "    |  cloud: no NAT, no firewall; outside it is 203.0.113.40:51820, open to all\n"
		 "  vm, 172.31.0.5:51820 at cloud\n"},
		{"x", "a",
		 "  x, 10.9.0.1:51820 at shut\n"
		 "    |  shut: no UDP gets out; outside it is nothing\n"
		 "    +  internet, IPv4\n"},
		{"x", "a",
		 "  x, 10.9.0.1:51820 at shut\n"
		 "    +  shut, IPv4\n"
		 "  g, 10.9.0.9:51820 at shut\n"},
	};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, apart, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text out = {0};

		assert_int_equal(explain_pair(&c, rows[i].from, rows[i].to, false, &out), 0);
		if (strstr(out.data, rows[i].chain) == NULL)
			fail_msg("%s - %s:\n%s", rows[i].from, rows[i].to, out.data);
		text_finish(&out);
	}
	compile_finish(&c);
}

/* Two that are apart: why, what would help, and the way that there is. */
static void test_explain_apart(void **state)
{
	static const char *const said[] = {
		"a reaches w through a gateway\n\npath\n  a -> g -> w\n",
		"\na - w: no tunnel of their own\n",
		"\n  fix:  open UDP port 51820 on the firewall of 'wall' to 'w'",
		"\n    or: give both ends IPv6 addresses",
		"\na - g: direct over the internet\n",
		"\ng - w: direct over the internet\n",
		"\n  net/topology.yaml:4:33: site 'inner' has nat: linux\n",
		"\n  net/topology.yaml:3:18: site 'campus' has nat: symmetric\n",
	};
	struct text rule = {0};
	struct text out = {0};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, apart, NULL);
	assert_int_equal(explain_pair(&c, "a", "w", false, &out), 0);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		if (strstr(out.data, said[i]) == NULL)
			fail_msg("%s\nis not in\n%s", said[i], out.data);
	}
	text_join(&rule, "\n  rule: ", rule_text(RULE_STRICT_FILTER), "\n");
	assert_non_null(strstr(out.data, rule.data));
	text_finish(&rule);
	text_clear(&out);
	/* by choice: there is nothing to fix */
	assert_int_equal(explain_pair(&c, "vm", "fw", false, &out), 0);
	assert_non_null(strstr(out.data, "\n  vm -> g -> fw\n"));
	assert_non_null(
		strstr(out.data, "\n  rule: 'links' has them relayed by g, though they could\n"));
	assert_null(strstr(out.data, "fix:"));
	assert_non_null(strstr(out.data, ": 'links' has 'vm' and 'fw' relayed by 'g'\n"));
	text_clear(&out);
	/* the same for two that could not: what would mend it is not asked for */
	text_join(&rule, "\n  rule: 'links' has them relayed by g; by themselves they could not: ",
		  rule_text(RULE_BLOCKED), "\n");
	assert_int_equal(explain_pair(&c, "a", "x", false, &out), 0);
	if (strstr(out.data, rule.data) == NULL)
		fail_msg("%s\nis not in\n%s", rule.data, out.data);
	assert_null(strstr(out.data, "fix:"));
	assert_non_null(strstr(out.data, ": 'links' has 'a' and 'x' relayed by 'g'\n"));
	text_finish(&rule);
	text_clear(&out);
	/* between a device and a server it is the gateway that may need another one */
	assert_int_equal(explain_pair(&c, "u", "x", false, &out), 0);
	assert_non_null(strstr(out.data, "\n  u -> g -> x\n"));
	assert_null(strstr(out.data, "no tunnel of their own"));
	text_finish(&out);
	compile_finish(&c);
}

/* A device behind one gateway, a server that only the other one reaches: all five nodes. */
static void test_explain_longest_path(void **state)
{
	static const char long_way[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites: { s: { nat: symmetric }, t: { nat: symmetric } }\n"
		"gateways:\n"
		"  g: { at: { internet: 192.0.2.1 }, public_key: KEY(g) }\n"
		"  h: { at: { s: 10.1.0.1 }, public_key: KEY(h) }\n"
		"  i: { at: { t: 10.2.0.1 }, public_key: KEY(i) }\n"
		"users:\n"
		"  u: { gateways: [h], at: { s: dynamic }, public_key: KEY(u) }\n"
		"  v: { gateways: [i], at: { t: dynamic }, public_key: KEY(v) }\n";
	struct text out = {0};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, long_way, NULL);
	assert_int_equal(explain_pair(&c, "u", "v", false, &out), 0);
	assert_non_null(strstr(out.data, "u reaches v through gateways\n"
					 "\npath\n  u -> h -> g -> i -> v\n"
					 "\nh - i: no tunnel of their own\n"));
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
		"  net/topology.yaml:4:53: server 'a' is at cloud, 192.0.2.3\n"
		"  net/topology.yaml:2:24: site 'cloud' has nat: none\n"
		"  net/topology.yaml:6:24: server 'b' is at internet, 192.0.2.4\n"));
	text_clear(&out);
	compile_finish(&c);
	fixture_check_good(&c, apart, NULL);
	assert_int_equal(explain_pair(&c, "fw", "vm", false, &out), 0);
	assert_non_null(
		strstr(out.data, "site 'home' forwards UDP port 51899 to 'fw', port 51820\n"));
	assert_non_null(strstr(out.data, "site 'cloud' has 203.0.113.40 for 'vm' alone\n"));
	text_finish(&out);
	compile_finish(&c);
}

static void test_explain_json(void **state)
{
	struct text expected = {0};
	struct text out = {0};
	struct compilation c;

	(void)state;
	text_join(&expected,
		  "{\n"
		  "  \"from\": \"bo\",\n"
		  "  \"to\": \"g2\",\n"
		  "  \"is_reached\": true,\n"
		  "  \"path\": [\n"
		  "    \"bo\",\n"
		  "    \"g2\"\n"
		  "  ],\n"
		  "  \"tunnels\": [\n"
		  "    {\n"
		  "      \"verdict\": \"direct\",\n"
		  "      \"way\": \"direct over the internet\",\n"
		  "      \"rule\": \"",
		  rule_text(RULE_OPEN),
		  "\",\n"
		  "      \"site\": \"internet\",\n"
		  "      \"family\": \"ipv4\",\n"
		  "      \"ends\": [\n"
		  "        {\n"
		  "          \"node\": \"bo\",\n"
		  "          \"peer\": \"g2\",\n"
		  "          \"place\": \"anywhere\",\n"
		  "          \"hops\": [],\n"
		  "          \"endpoint\": \"192.0.2.2:51820\",\n"
		  "          \"persistent_keepalive\": 25,\n"
		  "          \"reason\": \"this host has no known address to send to first\"\n"
		  "        },\n"
		  "        {\n"
		  "          \"node\": \"g2\",\n"
		  "          \"peer\": \"bo\",\n"
		  "          \"place\": \"192.0.2.2:51820 at internet\",\n"
		  "          \"hops\": [],\n"
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
	fixture_check_good(&c, topology, NULL);
	assert_int_equal(explain_pair(&c, "bo", "g2", true, &out), 0);
	fixture_expect_text(&out, expected.data);
	text_finish(&expected);
	text_finish(&out);
	compile_finish(&c);
}

/* What keeps two apart, with every box and every fix. */
static void test_explain_json_apart(void **state)
{
	struct text out = {0};
	struct compilation c;
	json_t *root;
	json_t *apart_json;
	json_t *ends;
	const char *seen;

	(void)state;
	fixture_check_good(&c, apart, NULL);
	assert_int_equal(explain_pair(&c, "a", "w", true, &out), 0);
	root = json_loads(out.data, 0, NULL);
	assert_non_null(root);
	assert_int_equal(json_array_size(json_object_get(root, "path")), 3);
	assert_int_equal(json_array_size(json_object_get(root, "tunnels")), 2);
	apart_json = json_object_get(root, "apart");
	assert_string_equal(json_string_value(json_object_get(apart_json, "verdict")), "apart");
	assert_string_equal(json_string_value(json_object_get(apart_json, "rule")),
			    rule_text(RULE_STRICT_FILTER));
	assert_true(json_is_false(json_object_get(apart_json, "is_chosen")));
	assert_int_equal(json_array_size(json_object_get(apart_json, "fixes")), 2);
	ends = json_object_get(apart_json, "ends");
	assert_int_equal(json_array_size(ends), 2);
	assert_int_equal(json_array_size(json_object_get(json_array_get(ends, 0), "hops")), 2);
	seen = json_string_value(json_object_get(
		json_array_get(json_object_get(json_array_get(ends, 0), "hops"), 0), "seen"));
	assert_string_equal(seen, "10.1.9.9:51820");
	assert_null(json_object_get(json_array_get(ends, 0), "endpoint"));
	json_decref(root);
	text_clear(&out);
	assert_int_equal(explain_pair(&c, "vm", "fw", true, &out), 0);
	root = json_loads(out.data, 0, NULL);
	apart_json = json_object_get(root, "apart");
	assert_true(json_is_true(json_object_get(apart_json, "is_chosen")));
	assert_int_equal(json_array_size(json_object_get(apart_json, "fixes")), 0);
	json_decref(root);
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
		cmocka_unit_test(test_explain_paths),
		cmocka_unit_test(test_explain_text),
		cmocka_unit_test(test_explain_chains),
		cmocka_unit_test(test_explain_apart),
		cmocka_unit_test(test_explain_longest_path),
		cmocka_unit_test(test_explain_mtu),
		cmocka_unit_test(test_explain_evidence),
		cmocka_unit_test(test_explain_json),
		cmocka_unit_test(test_explain_json_apart),
		cmocka_unit_test(test_explain_unknown_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
