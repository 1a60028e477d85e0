/* SPDX-License-Identifier: MIT */

/*
 * Remedies: what is offered to a pair that is apart, in which order, and that each of them helps:
 * where a row says how a topology looks with a fix applied, the two have a tunnel there.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/reach/remedy.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

enum {
	MOST = 4,
};

struct row {
	const char *sites; /* without the braces */
	const char *a;     /* `at` */
	const char *b;
	const char *offered[MOST]; /* a part of each fix, in order; all of them */
};

static const struct network_host *host_of(const struct compilation *c, const char *name)
{
	return network_find_host(c->network, name);
}

/* Two servers, `a` and `b`. */
static void check_pair(struct compilation *c, const char *sites, const char *a, const char *b)
{
	struct text text = {0};

	text_printf(&text,
		    "network: { name: lab, addresses: [10.20.0.0/24] }\n"
		    "sites: { %s }\nservers:\n"
		    "  a: { at: { %s }, public_key: KEY(a) }\n"
		    "  b: { at: { %s }, public_key: KEY(b) }\n",
		    sites, a, b);
	fixture_check(c, text.data, NULL);
	if (c->reach == NULL) {
		fail_msg("%s: %s", text.data, c->diags.items.items[0]->message);
		return; /* not reached */
	}
	text_finish(&text);
}

static struct reach_verdict decide(const struct compilation *c)
{
	return reach_decide(c->reach, c->reach->class_of[host_of(c, "a")->index],
			    c->reach->class_of[host_of(c, "b")->index]);
}

static void check_offers(const struct row *row, const struct remedies *found)
{
	struct text shown = {0};
	bool is_right = true;

	for (size_t i = 0; i < MOST; i++) {
		const char *text = i < found->n_texts ? found->texts[i] : NULL;

		if (text != NULL)
			text_join(&shown, "  ", text, "\n");
		is_right = is_right && (text == NULL) == (row->offered[i] == NULL) &&
			   (text == NULL || strstr(text, row->offered[i]) != NULL);
	}
	if (!is_right) {
		fail_msg("%s: %s - %s:\n%s", row->sites, row->a, row->b,
			 shown.data == NULL ? "" : shown.data);
	}
	text_finish(&shown);
}

static void check_row(const struct row *row)
{
	struct remedies found;
	struct compilation c;

	check_pair(&c, row->sites, row->a, row->b);
	assert_int_equal(decide(&c).kind, REACH_APART);
	found = remedies_find(c.reach, host_of(&c, "a"), 1, host_of(&c, "b"), 1);
	check_offers(row, &found);
	compile_finish(&c);
}

#define CHECK(rows)                                                                                \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                              \
	check_row(&(rows)[i])

#define SYM  "s: { nat: symmetric, public: [198.51.100.1] }"
#define SYM2 "t: { nat: symmetric, public: [198.51.100.2] }"
#define LIN  "l: { nat: linux, public: [198.51.100.3] }"
#define BOTH "give both ends IPv6"

/* Ports that cannot be foretold: a forward first, then another family, then words. */
static void test_remedies_of_boxes(void **state)
{
	static const struct row rows[] = {
		{SYM ", " SYM2,
		 "s: 10.1.0.1",
		 "t: 10.2.0.1",
		 {"forward UDP port 51820 on the router of 's' to 'a': `forward: { 51820: a }`",
		  BOTH}},
		{SYM ", " LIN, "s: 10.1.0.1", "l: 10.2.0.1", {"`forward: { 51820: a }`", BOTH}},
		/* where there is a box of one's own */
		{LIN ", w: { nat: firewall }",
		 "internet: dynamic",
		 "l: 10.2.0.1",
		 {"`forward: { 51820: b }`"}},
		{LIN ", w: { nat: firewall }",
		 "internet: dynamic",
		 "w: 192.0.2.9",
		 {"open UDP port 51820 on the firewall of 'w'"}},
		/* fewer routers before dearer ones */
		{SYM ", " SYM2 ", n: { inside: s, nat: linux, public: [10.1.9.9] }",
		 "n: 192.168.1.2",
		 "t: 10.2.0.1",
		 {"the router of 't' to 'b'", BOTH}},
		/* nobody forwards a port on a carrier's router */
		{"c: { nat: cgnat }, " LIN,
		 "c: 10.1.0.1",
		 "l: 10.2.0.1",
		 {"the router of 'l' to 'b'", BOTH}},
		{"c: { nat: cgnat }, d: { nat: cgnat }", "c: 10.1.0.1", "d: 10.2.0.1", {BOTH}},
		{"c: { nat: cgnat }, n: { inside: c, nat: linux, public: [100.64.0.9] }, "
		 "d: { nat: cgnat }",
		 "n: 192.168.1.2",
		 "d: 10.2.0.1",
		 {BOTH}},
		/* the end that lacks IPv6 is named */
		{SYM ", " SYM2,
		 "s: [10.1.0.1, \"2001:db8:1::1\"]",
		 "t: 10.2.0.1",
		 {"`forward: { 51820: a }`", "give 'b' an IPv6 address, as 'a' has one"}},
		{SYM ", " SYM2,
		 "s: 10.1.0.1",
		 "t: [10.2.0.1, \"2001:db8:1::1\"]",
		 {"`forward: { 51820: a }`", "give 'a' an IPv6 address, as 'b' has one"}},
		/* IPv6 would not help: its own address moves, or it may be anywhere */
		{SYM, "s: 10.1.0.1", "internet: dynamic", {"`forward: { 51820: a }`"}},
	};

	(void)state;
	CHECK(rows);
}

/* What the topology does not say yet. */
static void test_remedies_of_words(void **state)
{
	static const struct row rows[] = {
		{"u: { public: [198.51.100.1] }, " LIN,
		 "u: 10.1.0.1",
		 "l: 10.2.0.1",
		 {"`forward: { 51820: a }`", BOTH, "declare what the NAT of 'u' is"}},
		{"u: { nat: unknown }, " LIN,
		 "u: 10.1.0.1",
		 "l: 10.2.0.1",
		 {"`forward: {", BOTH, "(`nat: linux`, `public: [ADDRESS]`)"}},
		/* both unknown: both would have to be told */
		{"u: {}, v: {}",
		 "u: 10.1.0.1",
		 "v: 10.2.0.1",
		 {"`forward: {", BOTH, "and the same for 'v'"}},
		/* it would not help */
		{"u: { public: [198.51.100.9] }, " SYM,
		 "u: 10.1.0.1",
		 "s: 10.2.0.1",
		 {"`forward: { 51820: a }`", BOTH}},
		{"u: { public: [198.51.100.1] }",
		 "u: 10.1.0.1",
		 "internet: dynamic",
		 {"`forward: { 51820: a }`"}},
		/* one address would do */
		{"u: { nat: linux }, " LIN,
		 "u: 10.1.0.1",
		 "l: 10.2.0.1",
		 {"`forward: {", BOTH, "the outside sees of 'u': `public: [ADDRESS]`"}},
		{"u: { nat: linux }, " SYM, "u: 10.1.0.1", "s: 10.2.0.1", {"`forward: {", BOTH}},
	};

	(void)state;
	CHECK(rows);
}

/* What is offered helps: not what somebody else's box undoes. */
static void test_remedies_in_vain(void **state)
{
	static const struct row rows[] = {
		/* behind a carrier nothing that is said of one's own router helps */
		{SYM ", u: { inside: s, public: [10.1.9.9] }, " LIN,
		 "u: 192.168.1.2",
		 "l: 10.2.0.1",
		 {"`forward: { 51820: b }`", BOTH}},
		/* nobody can send to a private address, forwarded or not */
		{"s: { nat: symmetric, public: [10.9.9.9] }",
		 "s: 10.1.0.1",
		 "internet: dynamic",
		 {NULL}},
	};

	(void)state;
	CHECK(rows);
}

/* A filter that looks at addresses only needs no more than an address. */
static void test_remedies_of_addresses(void **state)
{
	static const struct row rows[] = {
		{"s: { nat: symmetric }, f: { nat: restricted-cone, public: [198.51.100.2] }",
		 "s: 10.1.0.1",
		 "f: 10.2.0.1",
		 {"`forward: {", BOTH, "the outside sees of 's': `public: [ADDRESS]`"}},
	};

	(void)state;
	CHECK(rows);
}

/* IPv6: nothing is translated, and so the port is opened in that family. */
static void test_remedies_of_ipv6(void **state)
{
	static const struct row rows[] = {
		{LIN,
		 "l: \"2001:db8:1::1\"",
		 "internet: dynamic",
		 {"`forward: { 51820/ipv6: a }`"}},
		{"w: { nat: firewall }",
		 "w: \"2001:db8:1::1\"",
		 "internet: dynamic",
		 {"open UDP port 51820 on the firewall of 'w'"}},
	};

	(void)state;
	CHECK(rows);
}

static void test_remedies_of_the_rest(void **state)
{
	static const struct row rows[] = {
		{"i: { nat: linux, client_isolation: true }",
		 "i: 10.1.0.1",
		 "i: 10.1.0.2",
		 {"let clients of 'i' talk to each other"}},
		{"c: { nat: linux, public: [198.51.100.1] }, m: { inside: c, nat: linux },\n"
		 "n: { inside: c, nat: linux }",
		 "m: 192.168.1.1",
		 "n: 192.168.2.1",
		 {"the router of 'c' does hairpin"}},
		{"", "internet: 192.0.2.1", "internet: \"2001:db8::1\"", {"the other's family"}},
		{"x: { nat: udp-blocked }", "x: 10.1.0.1", "internet: 192.0.2.1", {"let UDP out"}},
		{"c: { nat: none }", "c: 10.1.0.1", "internet: 192.0.2.1", {"public address"}},
		{SYM, "s: dynamic", "s: dynamic", {"fixed address"}},
	};

	(void)state;
	CHECK(rows);
}

/* Each fix as it would be applied: then the two have a tunnel. */
static void test_remedies_help(void **state)
{
	static const struct {
		const char *sites;
		const char *a;
		const char *b;
	} rows[] = {
		{SYM ", t: { nat: symmetric, public: [198.51.100.2], forward: { 51820: b } }",
		 "s: 10.1.0.1", "t: 10.2.0.1"},
		{LIN ", w: { nat: firewall, forward: { 51820: b } }", "internet: dynamic",
		 "w: 192.0.2.9"},
		{"c: { nat: cgnat }, d: { nat: cgnat }", "c: [10.1.0.1, \"2001:db8:1::1\"]",
		 "d: [10.2.0.1, \"2001:db8:2::1\"]"},
		{SYM ", w: { nat: firewall }", "s: [10.1.0.1, \"2001:db8:1::1\"]",
		 "w: [192.0.2.9, \"2001:db8:2::1\"]"},
		{"u: { nat: linux, public: [198.51.100.1] }, " LIN, "u: 10.1.0.1", "l: 10.2.0.1"},
		{"s: { nat: symmetric, public: [198.51.100.1] },\n"
		 "f: { nat: restricted-cone, public: [198.51.100.2] }",
		 "s: 10.1.0.1", "f: 10.2.0.1"},
		{"l: { nat: linux, forward: { 51820/ipv6: a } }", "l: \"2001:db8:1::1\"",
		 "internet: dynamic"},
		{"i: { nat: linux }", "i: 10.1.0.1", "i: 10.1.0.2"},
		{"c: { public: [198.51.100.1], nat: { mapping: endpoint-independent,\n"
		 "     port_preservation: true, hairpinning: true } },\n"
		 "m: { inside: c, nat: linux }, n: { inside: c, nat: linux }",
		 "m: 192.168.1.1", "n: 192.168.2.1"},
		{SYM, "s: dynamic", "s: 10.1.0.2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct compilation c;

		check_pair(&c, rows[i].sites, rows[i].a, rows[i].b);
		if (decide(&c).kind == REACH_APART)
			fail_msg("%s: %s - %s", rows[i].sites, rows[i].a, rows[i].b);
		compile_finish(&c);
	}
}

/* What has to be done once per host is done at the lighter end. */
static void test_remedies_weigh(void **state)
{
	static const struct row rows[] = {
		{SYM ", " SYM2,
		 "s: 10.1.0.1",
		 "t: 10.2.0.1",
		 {"the router of 's' to 'a': `forward: { 51820: a }` in the site; likewise for "
		  "the other 2, at their sites",
		  BOTH}},
		{SYM ", " SYM2, "s: 10.1.0.1", "t: 10.2.0.1", {"the router of 't' to 'b'", BOTH}},
	};
	struct remedies found;
	struct compilation c;

	(void)state;
	check_pair(&c, rows[0].sites, rows[0].a, rows[0].b);
	found = remedies_find(c.reach, host_of(&c, "a"), 3, host_of(&c, "b"), 9);
	check_offers(&rows[0], &found);
	found = remedies_find(c.reach, host_of(&c, "a"), 9, host_of(&c, "b"), 1);
	check_offers(&rows[1], &found);
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remedies_of_boxes),
		cmocka_unit_test(test_remedies_of_words),
		cmocka_unit_test(test_remedies_in_vain),
		cmocka_unit_test(test_remedies_of_addresses),
		cmocka_unit_test(test_remedies_of_ipv6),
		cmocka_unit_test(test_remedies_of_the_rest),
		cmocka_unit_test(test_remedies_help),
		cmocka_unit_test(test_remedies_weigh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
