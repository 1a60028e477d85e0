/* SPDX-License-Identifier: MIT */

/* Keepalives, per direction: on the side that nobody can send to first, with the reason. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/plan/plan.h"
#include "tests/unit/compiler/fixture.h"

#define BOTH   "0: either side can send first"
#define PEER   "0: the peer sends first and keeps it alive"
#define OFF    "0: turned off in the topology"
#define OPEN_A "internet: 192.0.2.1"
#define OPEN_B "internet: 192.0.2.2"

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
	 "25: this host has no fixed address to send to first", PEER},
	{"auto", "", "cloud: dynamic", OPEN_B,
	 "25: this host has no fixed address to send to first", PEER},
	{"auto", "", "campus: 10.1.0.1", "campus: 10.1.0.2", BOTH, BOTH},
	{"auto", "", "campus: dynamic", "campus: 10.1.0.2",
	 "25: this host has no fixed address to send to first", PEER},
	/* a number means: on the sides that need one */
	{"10", "", OPEN_A, OPEN_B, BOTH, BOTH},
	{"10", "", "campus: 10.1.0.1", OPEN_B,
	 "10: nobody outside campus can send to this host first", PEER},
	{"65535", "", "internet: dynamic", OPEN_B,
	 "65535: this host has no fixed address to send to first", PEER},
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

static void expect_peer(const struct row *row, const struct plan_peer *peer, const char *expected)
{
	struct text shown = {0};
	char reason[PLAN_TEXT];

	text_printf(&shown, "%u: %s", peer->persistent_keepalive_s, plan_reason_text(peer, reason));
	if (strcmp(shown.data, expected) != 0)
		print_error("%s/%s: %s - %s\n", row->network, row->link, row->a, row->b);
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
	expect_peer(row, fixture_peer(&c, "a", "b"), row->at_a);
	expect_peer(row, fixture_peer(&c, "b", "a"), row->at_b);
	text_finish(&text);
	compile_finish(&c);
}

static void test_keepalive_of_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
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
		{"60", "campus: 10.1.0.1", ""},
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keepalive_of_pairs),
		cmocka_unit_test(test_keepalive_of_others),
		cmocka_unit_test(test_keepalive_off_is_doubtful),
		cmocka_unit_test(test_keepalive_of_roaming_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
