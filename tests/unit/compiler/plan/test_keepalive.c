/* SPDX-License-Identifier: MIT */

/*
 * Keepalives, per direction: on the side that nobody can send to first, or that is sent to at
 * another port than its own; below what NATs remember; with the reason.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/plan/plan.h"
#include "tests/unit/compiler/fixture.h"

#define BOTH             "0: either side can send first"
#define PEER             "0: the peer sends first and keeps it alive"
#define OFF              "0: turned off in the topology"
#define PUNCHED(site)    "14: both ends have to send, and " site " forgets those that do not"
#define REMEMBERED(site) "25: both ends have to send, and " site " forgets those that do not"
#define OTHER            "25: this host's own packets leave from another port than others send to"
#define OPEN_A           "internet: 192.0.2.1"
#define OPEN_B           "internet: 192.0.2.2"

struct row {
	const char *network; /* its persistent_keepalive, or "" */
	const char *link;
	const char *a;
	const char *b;
	const char *at_a; /* what a does for b */
	const char *at_b;
};

static const struct row rows[] = {
	{"auto", "", OPEN_A, OPEN_B, BOTH, BOTH},
	{"auto", "", "campus: 10.1.0.1", OPEN_B,
	 "25: nobody outside campus can send to this host first", PEER},
	{"auto", "", "wall: 192.0.2.9", OPEN_B,
	 "25: nobody outside wall can send to this host first", PEER},
	{"auto", "", "internet: dynamic", OPEN_B,
	 "25: this host has no known address to send to first", PEER},
	{"auto", "", "cloud: dynamic", OPEN_B,
	 "25: this host has no known address to send to first", PEER},
	{"auto", "", "campus: 10.1.0.1", "campus: 10.1.0.2", BOTH, BOTH},
	{"auto", "", "campus: dynamic", "campus: 10.1.0.2",
	 "25: this host has no known address to send to first", PEER},
	/* a number means: on the sides that need one */
	{"10", "", OPEN_A, OPEN_B, BOTH, BOTH},
	{"10", "", "campus: 10.1.0.1", OPEN_B,
	 "10: nobody outside campus can send to this host first", PEER},
	{"65535", "", "internet: dynamic", OPEN_B,
	 "65535: this host has no known address to send to first", PEER},
	{"off", "", OPEN_A, OPEN_B, OFF, OFF},
	{"off", "", "campus: 10.1.0.1", OPEN_B, OFF, OFF},
	/* a link's number holds for both sides, whatever they need */
	{"auto", "15", OPEN_A, OPEN_B, "15: set for this pair in the topology",
	 "15: set for this pair in the topology"},
	{"auto", "15", "campus: 10.1.0.1", OPEN_B, "15: set for this pair in the topology",
	 "15: set for this pair in the topology"},
	{"off", "15", "campus: 10.1.0.1", OPEN_B, "15: set for this pair in the topology",
	 "15: set for this pair in the topology"},
	{"10", "off", "campus: 10.1.0.1", OPEN_B, OFF, OFF},
	/* and its `auto` takes the network's word back */
	{"off", "auto", "campus: 10.1.0.1", OPEN_B,
	 "25: nobody outside campus can send to this host first", PEER},
	{"10", "auto", OPEN_A, OPEN_B, BOTH, BOTH},
};

/* With sites of their own, all derived. */
struct site_row {
	const char *sites; /* without the braces */
	const char *a;
	const char *b;
	const char *at_a;
	const char *at_b;
};

#define TIMEOUT(name, seconds)                                                                     \
	name ": { nat: { mapping: endpoint-independent, port_preservation: true,\n"                \
	     "mapping_timeout: " seconds " }, public: [198.51.100.9] }"

static const struct site_row site_rows[] = {
	/* two ends that punch: both */
	{"x: { nat: linux, public: [198.51.100.1] }, y: { nat: full-cone, public: [198.51.100.2] }",
	 "x: 10.1.0.1", "y: 10.2.0.1", PUNCHED("x"), REMEMBERED("y")},
	{"x: { nat: restricted-cone, public: [198.51.100.1] },\n"
	 "y: { nat: symmetric, public: [198.51.100.2] }",
	 "x: 10.1.0.1", "y: 10.2.0.1", REMEMBERED("x"), PUNCHED("y")},
	{"x: { nat: firewall }, y: { nat: firewall }", "x: 192.0.2.1", "y: 192.0.2.2", PUNCHED("x"),
	 PUNCHED("y")},
	/* open by a forward, and it sends from there, or from elsewhere */
	{"x: { nat: linux, public: [198.51.100.1], forward: { 51820: a } }", "x: 10.1.0.1", OPEN_B,
	 BOTH, BOTH},
	{"x: { nat: linux, public: [198.51.100.1], forward: { 51899: a } }", "x: 10.1.0.1", OPEN_B,
	 OTHER, BOTH},
	{"x: { nat: symmetric, public: [198.51.100.1], forward: { 51820: a } }", "x: 10.1.0.1",
	 OPEN_B, OTHER, BOTH},
	{"x: { nat: symmetric, public: [198.51.100.1], forward: { 51820: a } },\n"
	 "y: { nat: symmetric }",
	 "x: 10.1.0.1", "y: 10.2.0.1",
	 "14: this host's own packets leave from another port than others send to",
	 "14: nobody outside y can send to this host first"},
	{"x: { nat: symmetric, one_to_one: { 198.51.100.1: a } }", "x: 10.1.0.1", OPEN_B, BOTH,
	 BOTH},
	{"x: { nat: firewall, forward: { 51820: a } }, y: { nat: linux }", "x: 192.0.2.1",
	 "y: 10.2.0.1", PEER, "25: nobody outside y can send to this host first"},
	/* on the LAN nothing of that matters */
	{"x: { nat: symmetric, public: [198.51.100.1], forward: { 51899: a } }", "x: 10.1.0.1",
	 "x: 10.1.0.2", BOTH, BOTH},
	/* the innermost box that is in the way is named */
	{"x: { nat: cgnat }, y: { inside: x, nat: firewall }", "y: 100.64.0.1", OPEN_B,
	 "25: nobody outside x can send to this host first", PEER},
	{"x: { nat: linux, public: [198.51.100.1] },\n"
	 "y: { inside: x, nat: linux, public: [10.1.0.9] }",
	 "y: 192.168.1.2", OPEN_B, "25: nobody outside y can send to this host first", PEER},
	/* within an outer site */
	{"x: { nat: cgnat }, y: { inside: x, nat: linux, public: [100.64.0.1] },\n"
	 "z: { inside: x, nat: linux, public: [100.64.0.2] }",
	 "y: 192.168.1.2", "z: 192.168.1.2", PUNCHED("y"), PUNCHED("z")},
	/* below the mapping timeout, wherever the shortest one is */
	{TIMEOUT("x", "12"), "x: 10.1.0.1", OPEN_B,
	 "10: nobody outside x can send to this host first", PEER},
	{TIMEOUT("x", "2"), "x: 10.1.0.1", OPEN_B,
	 "1: nobody outside x can send to this host first", PEER},
	{TIMEOUT("x", "1"), "x: 10.1.0.1", OPEN_B,
	 "1: nobody outside x can send to this host first", PEER},
	{TIMEOUT("x", "30"), "x: 10.1.0.1", OPEN_B,
	 "25: nobody outside x can send to this host first", PEER},
	{TIMEOUT("x", "86400"), "x: 10.1.0.1", OPEN_B,
	 "25: nobody outside x can send to this host first", PEER},
	{TIMEOUT("x", "12") ", y: { inside: x, nat: linux, public: [10.1.0.9] }", "y: 192.168.1.2",
	 OPEN_B, "10: nobody outside y can send to this host first", PEER},
	{"x: { nat: linux }, y: { inside: x, nat: { mapping_timeout: 12 } }", "y: 192.168.1.2",
	 OPEN_B, "10: nobody outside y can send to this host first", PEER},
	{"x: { nat: { mapping_timeout: 12 }, public: [198.51.100.1], forward: { 51820: a } }",
	 "x: 10.1.0.1", OPEN_B,
	 "10: this host's own packets leave from another port than others send to", BOTH},
	/* the other end's own timeout is for the other end */
	{TIMEOUT("x", "12") ", y: { nat: linux, public: [198.51.100.1] }", "x: 10.1.0.1",
	 "y: 10.2.0.1", "5: both ends have to send, and x forgets those that do not", PUNCHED("y")},
};

static void expect_peer(const char *row, const struct plan_peer *peer, const char *expected)
{
	struct text shown = {0};
	char reason[PLAN_TEXT];

	text_printf(&shown, "%u: %s", peer->persistent_keepalive_s, plan_reason_text(peer, reason));
	if (strcmp(shown.data, expected) != 0)
		print_error("%s\n", row);
	fixture_expect_text(&shown, expected);
	text_finish(&shown);
}

static void check_row(const struct row *row)
{
	struct text text = {0};
	struct compilation c;

	text_printf(&text,
		    "network: { name: lab, addresses: [10.20.0.0/24], persistent_keepalive: %s }\n"
		    "sites: { campus: { nat: symmetric }, wall: { nat: firewall },\n"
		    "  cloud: { nat: none } }\n"
		    "servers: { a: { at: { %s }, public_key: KEY(a) } }\n"
		    "gateways: { b: { at: { %s }, public_key: KEY(b) } }\n",
		    row->network, row->a, row->b);
	if (row->link[0] != '\0') {
		text_printf(&text, "links: [ { between: [b, a], persistent_keepalive: %s } ]\n",
			    row->link);
	}
	fixture_check_good(&c, text.data, NULL);
	expect_peer(text.data, fixture_peer(&c, "a", "b"), row->at_a);
	expect_peer(text.data, fixture_peer(&c, "b", "a"), row->at_b);
	text_finish(&text);
	compile_finish(&c);
}

static void test_keepalive_of_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

static void test_keepalive_of_sites(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(site_rows) / sizeof(site_rows[0]); i++) {
		const struct site_row *row = &site_rows[i];
		struct text text = {0};
		struct compilation c;

		text_printf(&text,
			    "network: { name: lab, addresses: [10.20.0.0/24] }\n"
			    "sites: { %s }\n"
			    "servers: { a: { at: { %s }, public_key: KEY(a) } }\n"
			    "gateways: { b: { at: { %s }, public_key: KEY(b) } }\n",
			    row->sites, row->a, row->b);
		fixture_check_good(&c, text.data, NULL);
		expect_peer(text.data, fixture_peer(&c, "a", "b"), row->at_a);
		expect_peer(text.data, fixture_peer(&c, "b", "a"), row->at_b);
		text_finish(&text);
		compile_finish(&c);
	}
}

/* A link is for its pair: the same host's other peers keep what they have. */
static void test_keepalive_of_others(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites: { campus: { nat: symmetric } }\n"
		"servers:\n"
		"  a: { at: { campus: 10.1.0.1 }, public_key: KEY(a) }\n"
		"  a2: { at: { campus: 10.1.0.2 }, public_key: KEY(a2) }\n"
		"  b: { at: { internet: 192.0.2.1 }, public_key: KEY(b) }\n"
		"  b2: { at: { internet: 192.0.2.2 }, public_key: KEY(b2) }\n"
		"links: [ { between: [a, b], persistent_keepalive: off } ]\n";
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	assert_int_equal(fixture_peer(&c, "a", "b")->persistent_keepalive_s, 0);
	assert_int_equal(fixture_peer(&c, "a", "b2")->persistent_keepalive_s, 25);
	assert_int_equal(fixture_peer(&c, "a2", "b")->persistent_keepalive_s, 25);
	assert_int_equal(fixture_peer(&c, "a", "b")->reason, PLAN_SET_OFF);
	assert_int_equal(fixture_peer(&c, "b", "a")->reason, PLAN_SET_OFF);
	assert_int_equal(fixture_peer(&c, "b", "a2")->reason, PLAN_PEER_KEEPS);
	compile_finish(&c);
}

static void test_keepalive_of_roaming_devices(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"gateways: { gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) } }\n"
		"users: { u: { public_key: KEY(u) } }\n";
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	assert_int_equal(fixture_peer(&c, "u", "gw")->persistent_keepalive_s, 25);
	assert_int_equal(fixture_peer(&c, "u", "gw")->reason, PLAN_NOT_FIXED);
	assert_int_equal(fixture_peer(&c, "gw", "u")->persistent_keepalive_s, 0);
	assert_int_equal(fixture_peer(&c, "gw", "u")->reason, PLAN_PEER_KEEPS);
	assert_int_equal(fixture_peer(&c, "gw", "u")->endpoint.port, 0);
	compile_finish(&c);
}

/* Turned off where somebody needs them: allowed, but said. */
static void test_keepalive_off_is_doubtful(void **state)
{
	static const struct {
		const char *keepalive;
		const char *at;
		const char *expected;
	} cases[] = {
		{"off", "campus: 10.1.0.1", "keepalive-off 'off'\n"},
		{"off", "internet: dynamic", "keepalive-off 'off'\n"},
		{"off", "internet: 192.0.2.9", ""},
		{"off", "campus: 10.1.0.1, internet: 192.0.2.9", ""},
		{"auto", "campus: 10.1.0.1", ""},
		{"60", "internet: 192.0.2.9", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text text = {0};

		text_printf(&text,
			    "network: { name: lab, addresses: [10.20.0.0/24],\n"
			    "  persistent_keepalive: %s }\n"
			    "sites: { campus: { nat: symmetric } }\n"
			    "servers:\n"
			    "  a: { at: { %s }, public_key: KEY(a) }\n"
			    "  b: { at: { internet: 192.0.2.1 }, public_key: KEY(b) }\n",
			    cases[i].keepalive, cases[i].at);
		fixture_expect_findings(text.data, NULL, cases[i].expected);
		text_finish(&text);
	}
}

/* An interval that the author chose, against what the NATs on the way remember. */
static void test_keepalive_too_long(void **state)
{
	static const struct {
		const char *keepalive; /* of the network */
		const char *sites;
		const char *at;
		const char *link; /* `persistent_keepalive` of the pair, or NULL */
		const char *expected;
	} cases[] = {
		{"60", "x: { nat: symmetric }", "x: 10.1.0.1", NULL, "keepalive-too-long '60'\n"},
		{"30", "x: { nat: linux }", "x: 10.1.0.1", NULL, "keepalive-too-long '30'\n"},
		{"29", "x: { nat: linux }", "x: 10.1.0.1", NULL, ""},
		{"60", "x: { nat: full-cone }", "x: 10.1.0.1", NULL, ""},
		{"120", "x: { nat: full-cone }", "x: 10.1.0.1", NULL, "keepalive-too-long '120'\n"},
		{"11", "x: { nat: { mapping_timeout: 12 } }", "x: 10.1.0.1", NULL, ""},
		{"12", "x: { nat: { mapping_timeout: 12 } }", "x: 10.1.0.1", NULL,
		 "keepalive-too-long '12'\n"},
		{"60", "x: { nat: firewall }", "x: 192.0.2.9", NULL, "keepalive-too-long '60'\n"},
		/* who needs none cannot be too late */
		{"600", "x: { nat: none }", "x: 192.0.2.9", NULL, ""},
		{"600", "x: { nat: firewall, forward: { 51820: a } }", "x: 192.0.2.9", NULL, ""},
		{"600", "x: { nat: symmetric, one_to_one: { 198.51.100.1: a } }", "x: 10.1.0.1",
		 NULL, ""},
		{"600", "x: { nat: linux, public: [198.51.100.1], forward: { 51820: a } }",
		 "x: 10.1.0.1", NULL, ""},
		{"600", "x: { nat: linux, public: [198.51.100.1], forward: { 51899: a } }",
		 "x: 10.1.0.1", NULL, "keepalive-too-long '600'\n"},
		{"600", "x: {}", "internet: dynamic", NULL, ""},
		/* of a pair */
		{"auto", "x: { nat: linux }", "x: 10.1.0.1", "29", ""},
		{"auto", "x: { nat: linux }", "x: 10.1.0.1", "30", "keepalive-too-long '30'\n"},
		{"auto", "x: { nat: linux }", "x: 10.1.0.1", "off", "keepalive-off 'off'\n"},
		{"auto", "x: { nat: firewall, forward: { 51820: a } }", "x: 192.0.2.9", "600", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text text = {0};

		text_printf(&text,
			    "network: { name: lab, addresses: [10.20.0.0/24],\n"
			    "  persistent_keepalive: %s }\n"
			    "sites: { %s }\n"
			    "servers:\n"
			    "  a: { at: { %s }, public_key: KEY(a) }\n"
			    "  b: { at: { internet: 192.0.2.1 }, public_key: KEY(b) }\n",
			    cases[i].keepalive, cases[i].sites, cases[i].at);
		if (cases[i].link != NULL) {
			text_printf(&text,
				    "links: [ { between: [a, b], persistent_keepalive: %s } ]\n",
				    cases[i].link);
		}
		fixture_expect_findings(text.data, NULL, cases[i].expected);
		text_finish(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keepalive_of_pairs),
		cmocka_unit_test(test_keepalive_of_sites),
		cmocka_unit_test(test_keepalive_too_long),
		cmocka_unit_test(test_keepalive_of_others),
		cmocka_unit_test(test_keepalive_off_is_doubtful),
		cmocka_unit_test(test_keepalive_of_roaming_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
