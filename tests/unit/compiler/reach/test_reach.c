/* SPDX-License-Identifier: MIT */

/*
 * Reach: a table of pairs of places and what holds between them. Each row is asked from both ends;
 * the measured truth behind it is the rule of docs on reachability: the open end is sent to, and a
 * shared LAN comes before everything.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/model/topology.h"
#include "compiler/reach/reach.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

#define NETWORK                                                                                    \
	"network: { name: lab, addresses: [10.20.0.0/16] }\n"                                      \
	"sites:\n"                                                                                 \
	"  sym: { nat: symmetric }\n"                                                              \
	"  cone: { nat: full-cone }\n"                                                             \
	"  wall: { nat: firewall }\n"                                                              \
	"  blocked: { nat: udp-blocked }\n"                                                        \
	"  cloud: { nat: none }\n"                                                                 \
	"  cloud2: { nat: none }\n"

struct row {
	const char *a; /* `at` of one node */
	const char *b;
	const char *expected; /* verdict, where, family, who is open */
};

/* "LAN at sym, IPv4, open: a b". */
static void show_verdict(const struct reach_verdict *verdict, struct text *out)
{
	static const char *const kinds[REACH_N_VERDICTS] = {
		[REACH_LAN] = "lan",
		[REACH_DIRECT] = "direct",
		[REACH_UNDECIDED] = "undecided",
		[REACH_NO_FAMILY] = "no family",
		[REACH_UDP_BLOCKED] = "blocked",
		[REACH_HIDDEN] = "hidden",
	};

	text_puts(out, kinds[verdict->kind]);
	if (verdict->kind != REACH_LAN && verdict->kind != REACH_DIRECT)
		return;
	if (verdict->kind == REACH_LAN)
		text_printf(out, " %s", verdict->site->name);
	text_printf(out, " %s%s%s", verdict->family == NET_IPV4 ? "4" : "6",
		    verdict->first_is_open ? " a" : "", verdict->second_is_open ? " b" : "");
}

/* The verdict for the two hosts, which must be the same from the other end. */
static struct reach_verdict decide(const struct compilation *c, const char *a, const char *b)
{
	const struct network_host *first = network_find_host(c->network, a);
	const struct network_host *second = network_find_host(c->network, b);
	size_t class_a = c->reach->class_of[first->index];
	size_t class_b = c->reach->class_of[second->index];
	struct reach_verdict there = reach_decide(c->reach, class_a, class_b);
	struct reach_verdict back = reach_decide(c->reach, class_b, class_a);

	assert_int_equal(there.kind, back.kind);
	assert_ptr_equal(there.site, back.site);
	assert_int_equal(there.family, back.family);
	assert_int_equal(there.first_is_open, back.second_is_open);
	assert_int_equal(there.second_is_open, back.first_is_open);
	/* whoever is open has a place to send to, at the site and of the family */
	if (there.first_is_open)
		assert_non_null(reach_place(first, &there));
	if (there.second_is_open)
		assert_non_null(reach_place(second, &there));
	return there;
}

static void check_row(const struct row *row, const char *kind, const char *gateway)
{
	struct text topology = {0};
	struct text shown = {0};
	struct reach_verdict verdict;
	struct compilation c;

	text_printf(&topology, "%sgateways: { b: { at: { %s }, public_key: KEY(b) } }\n", NETWORK,
		    row->b);
	text_printf(&topology, "%s:\n  a: { public_key: KEY(a)%s%s%s%s }\n", kind,
		    row->a == NULL ? "" : ", at: { ", row->a == NULL ? "" : row->a,
		    row->a == NULL ? "" : " }", gateway);
	fixture_check(&c, topology.data, NULL);
	assert_non_null(c.reach);
	verdict = decide(&c, "a", "b");
	show_verdict(&verdict, &shown);
	if (strcmp(shown.data, row->expected) != 0)
		print_error("%s: a at { %s }, b at { %s }\n", kind, row->a, row->b);
	fixture_expect_text(&shown, row->expected);
	/* exactly the pairs that cannot talk are errors, and then there is no plan */
	assert_int_equal(c.diags.n_errors,
			 verdict.kind != REACH_LAN && verdict.kind != REACH_DIRECT);
	assert_int_equal(c.planner == NULL, c.diags.n_errors > 0);
	text_finish(&shown);
	text_finish(&topology);
	compile_finish(&c);
}

static const struct row rows[] = {
	/* O and anything: the other side initiates; both O: either side */
	{"internet: 192.0.2.1", "internet: 192.0.2.2", "direct 4 a b"},
	{"internet: 192.0.2.1", "internet: dynamic", "direct 4 a"},
	{"internet: dynamic", "internet: 192.0.2.1", "direct 4 b"},
	{"internet: 192.0.2.1", "sym: 10.1.0.1", "direct 4 a"},
	{"internet: 192.0.2.1", "cone: 10.1.0.1", "direct 4 a"},
	{"internet: 192.0.2.1", "wall: 192.0.2.9", "direct 4 a"},
	{"internet: 192.0.2.1", "cloud: 192.0.2.9", "direct 4 a b"},
	{"cloud: 192.0.2.8", "cloud2: 192.0.2.9", "direct 4 a b"},
	{"internet: vpn.example.org", "sym: 10.1.0.1", "direct 4 a"},
	{"internet: vpn.example.org", "internet: dynamic", "direct 4 a"},
	{"internet: vpn.example.org", "internet: \"2001:db8::1\"", "direct 6 a b"},
	/* an open and a closed attachment of one host: open */
	{"sym: 10.1.0.1, internet: 192.0.2.1", "cone: 10.2.0.1", "direct 4 a"},
	/* families: the first of both, unless another has two open ends */
	{"internet: \"2001:db8::1\"", "internet: \"2001:db8::2\"", "direct 6 a b"},
	{"internet: [192.0.2.1, \"2001:db8::1\"]", "internet: [192.0.2.2, \"2001:db8::2\"]",
	 "direct 4 a b"},
	{"internet: [192.0.2.1, \"2001:db8::1\"]", "internet: \"2001:db8::2\"", "direct 6 a b"},
	{"internet: [192.0.2.1, \"2001:db8::1\"]", "sym: 10.1.0.1, internet: \"2001:db8::2\"",
	 "direct 6 a b"},
	{"internet: [192.0.2.1, \"2001:db8::1\"]", "sym: \"2001:db8:9::1\"", "direct 6 a"},
	{"internet: 192.0.2.1", "internet: \"2001:db8::2\"", "no family"},
	{"internet: 192.0.2.1", "sym: \"2001:db8::2\"", "no family"},
	{"internet: \"2001:db8::1\"", "internet: dynamic", "direct 6 a"},
	/* nobody is open */
	{"internet: dynamic", "sym: 10.1.0.1", "undecided"},
	{"sym: 10.1.0.1", "cone: 10.2.0.1", "undecided"},
	{"wall: 192.0.2.8", "wall: dynamic, sym: 10.1.0.1", "lan wall 4 a"},
	{"wall: 192.0.2.8", "sym: 10.1.0.1", "undecided"},
	{"wall: \"2001:db8::1\"", "sym: 10.1.0.1", "no family"},
	{"cloud: dynamic", "cone: 10.2.0.1", "undecided"},
	/* a LAN, even behind a symmetric NAT, even where UDP does not leave it */
	{"sym: 10.1.0.1", "sym: 10.1.0.2", "lan sym 4 a b"},
	{"blocked: 10.1.0.1", "blocked: 10.1.0.2", "lan blocked 4 a b"},
	{"cloud: 172.31.0.1", "cloud: 172.31.0.2", "lan cloud 4 a b"},
	{"sym: 10.1.0.1", "sym: dynamic", "lan sym 4 a"},
	{"sym: dynamic", "sym: dynamic", "undecided"},
	{"sym: host.campus", "sym: 10.1.0.2", "lan sym 4 a b"},
	{"sym: \"fd00::1\"", "sym: \"fd00::2\"", "lan sym 6 a b"},
	{"sym: [10.1.0.1, \"fd00::1\"]", "sym: \"fd00::2\"", "lan sym 6 a b"},
	{"sym: [10.1.0.1, \"fd00::1\"]", "sym: [10.1.0.2, \"fd00::2\"]", "lan sym 4 a b"},
	{"sym: 10.1.0.1", "sym: \"2001:db8:9::2\"", "no family"},
	/* presets translate IPv4 only: private IPv6 does not leave its site */
	{"internet: \"2001:db8::1\"", "sym: [10.1.0.2, \"fd00::2\"]", "no family"},
	{"internet: \"2001:db8::1\"", "sym: \"fd00::2\"", "hidden"},
	/* before the internet, where that would do as well */
	{"sym: 10.1.0.1, internet: 192.0.2.1", "sym: 10.1.0.2, internet: 192.0.2.2",
	 "lan sym 4 a b"},
	{"sym: 10.1.0.1, internet: \"2001:db8::1\"", "sym: \"fd00::2\", internet: \"2001:db8::2\"",
	 "direct 6 a b"},
	{"sym: dynamic, internet: 192.0.2.1", "sym: dynamic, internet: 192.0.2.2", "direct 4 a b"},
	/* the first shared site by name, whatever the order written */
	{"wall: 192.0.2.1, cone: 10.1.0.1", "cone: 10.1.0.2, wall: 192.0.2.2", "lan cone 4 a b"},
	/* the internet is no LAN */
	{"internet: dynamic", "internet: dynamic", "undecided"},
	/* UDP does not leave */
	{"internet: 192.0.2.1", "blocked: 10.1.0.1", "blocked"},
	{"sym: 10.1.0.1", "blocked: 10.1.0.1", "blocked"},
	{"internet: 192.0.2.1", "blocked: 10.1.0.1, sym: 10.2.0.1", "direct 4 a"},
	/* a private address without a NAT exists inside only */
	{"internet: 192.0.2.1", "cloud: 172.31.0.1", "hidden"},
	{"internet: 192.0.2.1", "wall: 10.9.0.1", "hidden"},
	{"internet: \"2001:db8::1\"", "wall: \"fd09::1\"", "hidden"},
	{"blocked: 10.1.0.1", "cloud: 172.31.0.1", "blocked"},
	{"internet: 192.0.2.1", "cloud: 172.31.0.1, internet: dynamic", "direct 4 a"},
	{"cloud: 172.31.0.1, internet: 192.0.2.1", "cloud: 172.31.0.2", "lan cloud 4 a b"},
	{"sym: 10.1.0.1", "cloud: 172.31.0.2, internet: 192.0.2.1", "direct 4 b"},
};

static void test_reach_of_servers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row swapped = {rows[i].b, rows[i].a, rows[i].expected};
		const char *open = strrchr(rows[i].expected, ' ');

		check_row(&rows[i], "servers", "");
		/* where both or none are open, the two may change places */
		if (strstr(rows[i].expected, " a b") != NULL || open == NULL)
			check_row(&swapped, "servers", "");
	}
}

/* A device behaves like a server; without `at` it is anywhere, in both families. */
/* Whether the text of an `at` names two sites: another letter follows a comma. */
static bool is_at_several_sites(const char *at)
{
	const char *comma = strstr(at, ", ");

	while (comma != NULL && !(comma[2] >= 'a' && comma[2] <= 'z'))
		comma = strstr(comma + 2, ", ");
	return comma != NULL;
}

static void test_reach_of_devices(void **state)
{
	static const struct row roaming[] = {
		{NULL, "internet: 192.0.2.1", "direct 4 b"},
		{NULL, "internet: \"2001:db8::1\"", "direct 6 b"},
		{NULL, "internet: [\"2001:db8::1\", 192.0.2.1]", "direct 4 b"},
		{NULL, "internet: vpn.example.org", "direct 4 b"},
		{NULL, "internet: dynamic", "undecided"},
		{NULL, "sym: 10.1.0.1", "undecided"},
		{NULL, "wall: 192.0.2.1", "undecided"},
		{NULL, "cloud: 192.0.2.1", "direct 4 b"},
		{NULL, "cloud: 172.31.0.1", "hidden"},
		{NULL, "blocked: 10.1.0.1", "blocked"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(roaming) / sizeof(roaming[0]); i++)
		check_row(&roaming[i], "users", "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!is_at_several_sites(rows[i].a)) /* refused for devices */
			check_row(&rows[i], "users", ", gateways: [b]");
	}
}

static const char campus[] =
	NETWORK "servers:\n"
		"  s1: { at: { sym: 10.1.0.1 }, public_key: KEY(s1) }\n"
		"  s2: { at: { sym: 10.1.0.2 }, public_key: KEY(s2), listen_port: 9 }\n"
		"  s3: { at: { sym: [10.1.0.3, 10.1.0.4] }, public_key: KEY(s3) }\n"
		"  s4: { at: { sym: dynamic }, public_key: KEY(s4) }\n"
		"  s5: { at: { sym: [10.1.0.5, \"2001:db8:9::5\"] }, public_key: KEY(s5) }\n"
		"gateways:\n"
		"  g1: { at: { sym: 10.1.0.9, internet: 192.0.2.1 }, public_key: KEY(g1) }\n"
		"  g2: { at: { sym: 10.1.0.8, internet: 192.0.2.2 }, public_key: KEY(g2) }\n"
		"users:\n"
		"  u1: { public_key: KEY(u1), gateways: [g1] }\n"
		"  u2: { public_key: KEY(u2), gateways: [g2] }\n"
		"  u3: { public_key: KEY(u3), gateways: [g2], at: { sym: 10.1.0.7 } }\n";

static size_t class_of(const struct compilation *c, const char *name)
{
	return c->reach->class_of[network_find_host(c->network, name)->index];
}

static void test_reach_classes(void **state)
{
	size_t n_hosts = 0;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, campus, NULL);
	assert_int_equal(class_of(&c, "s1"), class_of(&c, "s2"));
	assert_int_equal(class_of(&c, "s1"), class_of(&c, "s3"));
	assert_int_equal(class_of(&c, "g1"), class_of(&c, "g2"));
	assert_int_equal(class_of(&c, "u1"), class_of(&c, "u2"));
	assert_int_not_equal(class_of(&c, "s1"), class_of(&c, "s4"));
	assert_int_not_equal(class_of(&c, "s1"), class_of(&c, "s5"));
	assert_int_not_equal(class_of(&c, "s1"), class_of(&c, "g1"));
	assert_int_not_equal(class_of(&c, "s1"), class_of(&c, "u3"));
	assert_int_not_equal(class_of(&c, "u1"), class_of(&c, "u3"));
	assert_int_equal(c.reach->n_classes, 6);
	for (size_t i = 0; i < c.reach->n_classes; i++) {
		const struct reach_class *class = &c.reach->classes[i];

		n_hosts += class->n_hosts;
		assert_int_equal(c.reach->class_of[class->example->index], i);
	}
	assert_int_equal(n_hosts, c.network->n_hosts);
	assert_string_equal(c.reach->classes[class_of(&c, "s2")].example->name, "s1");
	assert_int_equal(c.reach->classes[class_of(&c, "s2")].n_hosts, 3);
	assert_int_equal(c.reach->classes[class_of(&c, "g1")].exposure[NET_IPV4], REACH_OPEN);
	assert_int_equal(c.reach->classes[class_of(&c, "g1")].exposure[NET_IPV6], REACH_ABSENT);
	assert_int_equal(c.reach->classes[class_of(&c, "s5")].exposure[NET_IPV6], REACH_CLOSED);
	assert_int_equal(c.reach->classes[class_of(&c, "u1")].exposure[NET_IPV6], REACH_CLOSED);
	compile_finish(&c);
}

/* Where a peer is sent to: the attachment at the shared LAN, or the one that the internet sees. */
static void test_reach_place(void **state)
{
	const struct network_host *gateway;
	struct reach_verdict verdict;
	char buffer[NET_ADDRESS_TEXT];
	struct compilation c;

	(void)state;
	fixture_check_good(&c, campus, NULL);
	gateway = network_find_host(c.network, "g1");
	verdict = decide(&c, "s1", "g1");
	assert_string_equal(net_address_format(&reach_place(gateway, &verdict)->address, buffer),
			    "10.1.0.9");
	verdict = decide(&c, "u1", "g1");
	assert_string_equal(net_address_format(&reach_place(gateway, &verdict)->address, buffer),
			    "192.0.2.1");
	/* of several, the first one written */
	verdict = decide(&c, "s1", "s3");
	assert_string_equal(
		net_address_format(
			&reach_place(network_find_host(c.network, "s3"), &verdict)->address,
			buffer),
		"10.1.0.3");
	compile_finish(&c);
}

/* All pairs of two groups are one finding; devices count at their gateway only. */
static void test_reach_findings(void **state)
{
	static const struct {
		const char *nodes;
		const char *expected;
	} cases[] = {
		{"servers:\n"
		 "  a1: { at: { sym: 10.1.0.1 }, public_key: KEY(a1) }\n"
		 "  a2: { at: { sym: 10.1.0.2 }, public_key: KEY(a2) }\n"
		 "  b1: { at: { cone: 10.2.0.1 }, public_key: KEY(b1) }\n"
		 "  b2: { at: { cone: 10.2.0.2 }, public_key: KEY(b2) }\n"
		 "  o: { at: { internet: 192.0.2.1 }, public_key: KEY(o) }\n",
		 "nat-undecided 'b1'\n"},
		{"servers:\n"
		 "  a1: { at: { internet: dynamic }, public_key: KEY(a1) }\n"
		 "  a2: { at: { internet: dynamic }, public_key: KEY(a2) }\n",
		 "nat-undecided 'a1'\n"},
		{"servers:\n"
		 "  a1: { at: { internet: dynamic }, public_key: KEY(a1) }\n",
		 ""},
		/* two devices of two gateways have no tunnel, nor has a device with a server */
		{"gateways:\n"
		 "  g1: { at: { internet: 192.0.2.1 }, public_key: KEY(g1) }\n"
		 "  g2: { at: { internet: 192.0.2.2 }, public_key: KEY(g2) }\n"
		 "servers:\n"
		 "  s: { at: { sym: 10.1.0.1 }, public_key: KEY(s) }\n"
		 "users:\n"
		 "  u1: { gateways: [g1], public_key: KEY(u1) }\n"
		 "  u2: { gateways: [g2], public_key: KEY(u2) }\n",
		 ""},
		{"gateways: { g: { at: { sym: 10.1.0.1 }, public_key: KEY(g) } }\n"
		 "users:\n"
		 "  u1: { public_key: KEY(u1) }\n"
		 "  u2: { public_key: KEY(u2) }\n"
		 "  u3: { public_key: KEY(u3), at: { sym: dynamic } }\n",
		 "nat-undecided 'u1'\n"},
		{"servers:\n"
		 "  a: { at: { internet: 10.9.0.1 }, public_key: KEY(a) }\n"
		 "  b: { at: { cloud: 172.31.0.1, internet: v.example }, public_key: KEY(b) }\n"
		 "  c: { at: { sym: 10.1.0.1 }, public_key: KEY(c) }\n"
		 "  d: { at: { internet: 100.64.0.1 }, public_key: KEY(d) }\n"
		 "  e: { at: { internet: 203.0.113.1 }, public_key: KEY(e) }\n",
		 "endpoint-private '10.9.0.1'\nendpoint-private '172.31.0.1'\n"
		 "endpoint-name 'v.example'\nendpoint-private '100.64.0.1'\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text text = {0};

		text_printf(&text, "%s%s", NETWORK, cases[i].nodes);
		fixture_expect_findings(text.data, NULL, cases[i].expected);
		text_finish(&text);
	}
}

static void test_reach_texts(void **state)
{
	(void)state;
	assert_string_equal(reach_verdict_text(REACH_LAN), "lan");
	assert_string_equal(reach_verdict_text(REACH_DIRECT), "direct");
	assert_string_equal(reach_verdict_text(REACH_UNDECIDED), "unreachable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reach_of_servers), cmocka_unit_test(test_reach_of_devices),
		cmocka_unit_test(test_reach_classes),    cmocka_unit_test(test_reach_place),
		cmocka_unit_test(test_reach_findings),   cmocka_unit_test(test_reach_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
