/* SPDX-License-Identifier: MIT */

/*
 * Reach: a table of pairs of places, and which of all their meetings counts. Each row is asked from
 * both ends. A verdict is shown as
 *
 *     kind site family [hairpin] a=... b=...
 *
 * where an end is O: open, e: its endpoint is told to the other one, k: it keeps alive; and, where
 * the two are apart, as the rule that decided.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/reach/reach.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

#define SITES                                                                                      \
	"  sym: { nat: symmetric, public: [198.51.100.1] }\n"                                      \
	"  symu: { nat: symmetric }\n"                                                             \
	"  eif: { nat: full-cone, public: [198.51.100.2] }\n"                                      \
	"  adf: { nat: restricted-cone, public: [198.51.100.3] }\n"                                \
	"  apdf: { nat: port-restricted-cone, public: [198.51.100.4] }\n"                          \
	"  lin: { nat: linux, public: [198.51.100.5] }\n"                                          \
	"  wall: { nat: firewall }\n"                                                              \
	"  blocked: { nat: udp-blocked }\n"                                                        \
	"  cloud: { nat: none }\n"                                                                 \
	"  cloud2: { nat: none }\n"                                                                \
	"  carrier: { nat: cgnat }\n"                                                              \
	"  home1: { inside: carrier, nat: linux, public: [100.64.0.1] }\n"                         \
	"  home2: { inside: carrier, nat: linux, public: [100.64.0.2] }\n"                         \
	"  flat: { inside: carrier, nat: symmetric, public: [100.64.0.3] }\n"                      \
	"  dmz: { inside: carrier, nat: none }\n"

struct row {
	const char *sites; /* more of them */
	const char *a;     /* `at` of one node */
	const char *b;
	const char *expected;
};

static const char *rule_name(enum reach_rule rule)
{
	static const char *const names[RULE_N_RULES] = {
		[RULE_NO_FAMILY] = "no family",
		[RULE_BLOCKED] = "blocked",
		[RULE_PRIVATE] = "private",
		[RULE_BOTH_DYNAMIC] = "both dynamic",
		[RULE_ADDRESS_UNKNOWN] = "address unknown",
		[RULE_BOTH_UNPREDICTABLE] = "both unpredictable",
		[RULE_STRICT_FILTER] = "strict filter",
		[RULE_NO_HAIRPIN] = "no hairpin",
		[RULE_ISOLATED] = "isolated",
		[RULE_SAME_LAN] = "lan",
		[RULE_OPEN] = "open",
		[RULE_BOTH_PREDICTABLE] = "predictable",
		[RULE_FILTER_ADMITS] = "filter admits",
	};

	return names[rule];
}

static void show_end(const struct reach_end *end, struct text *out)
{
	text_join(out, end->is_open ? "O" : "", end->has_endpoint ? "e" : "",
		  end->keeps_alive ? "k" : "");
}

static void show_verdict(const struct reach_verdict *verdict, struct text *out)
{
	if (verdict->kind == REACH_APART) {
		text_puts(out, rule_name(verdict->rule));
		return;
	}
	text_join(out, reach_verdict_text(verdict->kind), " ", verdict->site->name,
		  verdict->family == NET_IPV4 ? " 4" : " 6", verdict->hairpin ? " hairpin" : "",
		  " a=");
	show_end(&verdict->ends[0], out);
	text_puts(out, " b=");
	show_end(&verdict->ends[1], out);
}

/* Who has to be told an endpoint finds a place to send to in the exposure of that very host. */
static void check_end(const struct reach *reach, const struct network_host *host,
		      const struct reach_verdict *verdict, const struct reach_end *end)
{
	if (end->has_endpoint && verdict->kind != REACH_APART)
		assert_int_not_equal(reach_exposure(reach, host, verdict).endpoint.port, 0);
	if (end->is_open)
		assert_true(end->has_endpoint);
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
	assert_int_equal(there.rule, back.rule);
	assert_ptr_equal(there.site, back.site);
	assert_int_equal(there.family, back.family);
	assert_ptr_equal(there.hairpin, back.hairpin);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(there.ends[i].is_open, back.ends[1 - i].is_open);
		assert_int_equal(there.ends[i].has_endpoint, back.ends[1 - i].has_endpoint);
		assert_int_equal(there.ends[i].keeps_alive, back.ends[1 - i].keeps_alive);
	}
	check_end(c->reach, first, &there, &there.ends[0]);
	check_end(c->reach, second, &there, &there.ends[1]);
	/* somebody begins, and somebody holds on */
	if (there.kind != REACH_APART) {
		assert_int_equal(rule_connects(there.rule), true);
		assert_true(there.ends[0].has_endpoint || there.ends[1].has_endpoint);
		assert_true(there.ends[0].is_open || there.ends[0].keeps_alive);
		assert_true(there.ends[1].is_open || there.ends[1].keeps_alive);
	}
	return there;
}

static void check_row(const struct row *row, const char *kind, const char *more)
{
	struct text topology = {0};
	struct text shown = {0};
	struct reach_verdict verdict;
	struct compilation c;

	text_printf(&topology,
		    "network: { name: lab, addresses: [10.20.0.0/16] }\nsites:\n%s%s"
		    "gateways: { b: { at: { %s }, public_key: KEY(b) } }\n",
		    SITES, row->sites, row->b);
	text_printf(&topology, "%s:\n  a: { public_key: KEY(a)%s%s%s%s }\n", kind,
		    row->a == NULL ? "" : ", at: { ", row->a == NULL ? "" : row->a,
		    row->a == NULL ? "" : " }", more);
	fixture_check(&c, topology.data, NULL);
	if (c.reach == NULL) {
		fail_msg("%s %s: %s", row->a, row->b, c.diags.items.items[0]->message);
		return; /* not reached */
	}
	verdict = decide(&c, "a", "b");
	show_verdict(&verdict, &shown);
	if (strcmp(shown.data, row->expected) != 0)
		print_error("%s%s: a at { %s }, b at { %s }\n", row->sites, kind, row->a, row->b);
	fixture_expect_text(&shown, row->expected);
	/* nobody could relay: exactly the pairs that are apart are errors */
	assert_int_equal(c.diags.n_errors, verdict.kind == REACH_APART);
	text_finish(&shown);
	text_finish(&topology);
	compile_finish(&c);
}

#define OPEN_A "internet: 192.0.2.1"
#define OPEN_B "internet: 192.0.2.2"
#define SIX_A  "internet: \"2001:db8::1\""
#define SIX_B  "internet: \"2001:db8::2\""

static const struct row outside[] = {
	/* an open end: the other one starts; both are: either does */
	{"", OPEN_A, OPEN_B, "direct internet 4 a=Oe b=Oe"},
	{"", OPEN_A, "internet: dynamic", "direct internet 4 a=Oe b=k"},
	{"", OPEN_A, "sym: 10.1.0.1", "direct internet 4 a=Oe b=k"},
	{"", OPEN_A, "symu: 10.1.0.1", "direct internet 4 a=Oe b=k"},
	{"", OPEN_A, "eif: 10.1.0.1", "direct internet 4 a=Oe b=k"},
	{"", OPEN_A, "apdf: 10.1.0.1", "direct internet 4 a=Oe b=k"},
	{"", OPEN_A, "wall: 192.0.2.9", "direct internet 4 a=Oe b=k"},
	{"", OPEN_A, "cloud: 192.0.2.9", "direct internet 4 a=Oe b=Oe"},
	{"", OPEN_A, "home1: 192.168.1.1", "direct internet 4 a=Oe b=k"},
	{"", "cloud: 192.0.2.8", "cloud2: 192.0.2.9", "direct internet 4 a=Oe b=Oe"},
	{"", "internet: vpn.example.org", "sym: 10.1.0.1", "direct internet 4 a=Oe b=k"},
	/* two known ports: both send, and both hold on */
	{"", "eif: 10.1.0.1", "apdf: 10.2.0.1", "punch internet 4 a=ek b=ek"},
	{"", "eif: 10.1.0.1", "adf: 10.2.0.1", "punch internet 4 a=ek b=ek"},
	{"", "lin: 10.1.0.1", "apdf: 10.2.0.1", "punch internet 4 a=ek b=ek"},
	{"", "wall: 192.0.2.9", "lin: 10.2.0.1", "punch internet 4 a=ek b=ek"},
	{"", "lin: dynamic", "apdf: 10.2.0.1", "punch internet 4 a=ek b=ek"},
	{"  lin2: { nat: linux, public: [r.example] }\n", "lin: 10.1.0.1", "lin2: 10.2.0.1",
	 "punch internet 4 a=ek b=ek"},
	/* an unknown port: the other's filter decides */
	{"", "eif: 10.1.0.1", "sym: 10.2.0.1", "punch internet 4 a=ek b=ek"},
	{"", "adf: 10.1.0.1", "sym: 10.2.0.1", "punch internet 4 a=ek b=ek"},
	{"", "eif: 10.1.0.1", "symu: 10.2.0.1", "address unknown"},
	{"", "adf: 10.1.0.1", "symu: 10.2.0.1", "address unknown"},
	{"", "adf: 10.1.0.1", "internet: dynamic", "address unknown"},
	{"", "apdf: 10.1.0.1", "sym: 10.2.0.1", "strict filter"},
	{"", "lin: 10.1.0.1", "symu: 10.2.0.1", "strict filter"},
	{"", "wall: 192.0.2.9", "internet: dynamic", "strict filter"},
	{"", "sym: 10.1.0.1", "symu: 10.2.0.1", "both unpredictable"},
	{"", "internet: dynamic", "internet: dynamic", "both unpredictable"},
	{"", "internet: dynamic", "cloud: dynamic", "both unpredictable"},
	/* nothing gets out, or nothing would arrive */
	{"", OPEN_A, "blocked: 10.1.0.1", "blocked"},
	{"", "sym: 10.1.0.1", "blocked: 10.2.0.1", "blocked"},
	{"", OPEN_A, "cloud: 172.31.0.1", "private"},
	{"", OPEN_A, "wall: 10.9.0.1", "private"},
	{"", SIX_A, "wall: \"fd09::1\"", "private"},
	{"", OPEN_A, SIX_B, "no family"},
	{"", OPEN_A, "sym: \"2001:db8:9::1\"", "no family"},
};

/* Forwards and addresses of one's own, as others see them. */
static const struct row opened[] = {
	{"  f: { nat: symmetric, public: [198.51.100.9], forward: { 51820: b } }\n", OPEN_A,
	 "f: 10.1.0.1", "direct internet 4 a=Oe b=Oek"},
	{"  f: { nat: linux, public: [198.51.100.9], forward: { 51820: b } }\n", OPEN_A,
	 "f: 10.1.0.1", "direct internet 4 a=Oe b=Oe"},
	{"  f: { nat: linux, public: [198.51.100.9], forward: { 51899: b } }\n", "sym: 10.2.0.1",
	 "f: 10.1.0.1", "direct internet 4 a=k b=Oek"},
	{"  f: { nat: none, one_to_one: { 203.0.113.40: b } }\n", "sym: 10.2.0.1", "f: 172.31.0.5",
	 "direct internet 4 a=k b=Oe"},
	{"  f: { nat: firewall, forward: { 51820: b } }\n", "sym: 10.2.0.1", "f: 192.0.2.9",
	 "direct internet 4 a=k b=Oe"},
	/* on its own LAN the forward is of no account */
	{"  f: { nat: symmetric, public: [198.51.100.9], forward: { 51899: b } }\n", "f: 10.1.0.2",
	 "f: 10.1.0.1", "lan f 4 a=Oe b=Oe"},
};

static const struct row lans[] = {
	/* even behind a symmetric NAT, even where UDP does not leave it */
	{"", "sym: 10.1.0.1", "sym: 10.1.0.2", "lan sym 4 a=Oe b=Oe"},
	{"", "blocked: 10.1.0.1", "blocked: 10.1.0.2", "lan blocked 4 a=Oe b=Oe"},
	{"", "cloud: 172.31.0.1", "cloud: 172.31.0.2", "lan cloud 4 a=Oe b=Oe"},
	{"", "wall: 192.0.2.8", "wall: 192.0.2.9", "lan wall 4 a=Oe b=Oe"},
	{"", "sym: 10.1.0.1", "sym: dynamic", "lan sym 4 a=Oe b=k"},
	{"", "symu: dynamic", "symu: dynamic", "both dynamic"},
	{"", "sym: host.campus", "sym: 10.1.0.2", "lan sym 4 a=Oe b=Oe"},
	{"", "sym: \"fd00::1\"", "sym: \"fd00::2\"", "lan sym 6 a=Oe b=Oe"},
	{"", "sym: [10.1.0.1, \"fd00::1\"]", "sym: \"fd00::2\"", "lan sym 6 a=Oe b=Oe"},
	{"", "sym: [10.1.0.1, \"fd00::1\"]", "sym: [10.1.0.2, \"fd00::2\"]", "lan sym 4 a=Oe b=Oe"},
	{"", "sym: 10.1.0.1", "sym: \"2001:db8:9::2\"", "no family"},
	/* before the internet, where that would do as well */
	{"", "sym: 10.1.0.1, " OPEN_A, "sym: 10.1.0.2, " OPEN_B, "lan sym 4 a=Oe b=Oe"},
	{"", "sym: 10.1.0.1, " SIX_A, "sym: \"fd00::2\", " SIX_B, "direct internet 6 a=Oe b=Oe"},
	{"", "sym: dynamic, " OPEN_A, "sym: dynamic, " OPEN_B, "direct internet 4 a=Oe b=Oe"},
	{"", "wall: 192.0.2.1, eif: 10.1.0.1", "eif: 10.1.0.2, wall: 192.0.2.2",
	 "lan eif 4 a=Oe b=Oe"},
	/* the internet is no LAN, and neither are two sites outside one box */
	{"", "lin: 10.1.0.1", "apdf: 10.1.0.2", "punch internet 4 a=ek b=ek"},
};

/* Where both are inside one site, they meet there rather than further out. */
static const struct row nested[] = {
	{"", "home1: 192.168.1.1", "home2: 192.168.2.1", "punch carrier 4 a=ek b=ek"},
	{"", "home1: 192.168.1.1", "flat: 192.168.2.1", "strict filter"},
	{"", "home1: 192.168.1.1", "carrier: 100.64.0.9", "direct carrier 4 a=k b=Oe"},
	{"", "dmz: 100.64.1.1", "carrier: 100.64.0.9", "direct carrier 4 a=Oe b=Oe"},
	{"", "dmz: 100.64.1.1", "home1: 192.168.1.1", "direct carrier 4 a=Oe b=k"},
	{"", "carrier: 100.64.0.8", "carrier: 100.64.0.9", "lan carrier 4 a=Oe b=Oe"},
	{"", "carrier: dynamic", "home1: 192.168.1.1", "strict filter"},
	{"", "home1: 192.168.1.1", "home1: 192.168.1.2", "lan home1 4 a=Oe b=Oe"},
	{"", "home1: 192.168.1.1", "sym: 10.1.0.1", "both unpredictable"},
	{"  in: { inside: carrier, nat: linux, public: [100.64.0.7], forward: { 51820: b } }\n",
	 "home1: 192.168.1.1", "in: 192.168.2.1", "direct carrier 4 a=k b=Oe"},
	/* UDP does not leave the outer site, but there is a way within it */
	{"  b1: { inside: blocked, nat: linux, public: [10.1.0.1] }\n"
	 "  b2: { inside: blocked, nat: linux, public: [10.1.0.2] }\n",
	 "b1: 192.168.1.1", "b2: 192.168.2.1", "punch blocked 4 a=ek b=ek"},
	/* a network that keeps its clients apart does so wherever they are behind it */
	{"  iso: { nat: linux, public: [198.51.100.9], client_isolation: true }\n", "iso: 10.1.0.1",
	 "iso: 10.1.0.2", "isolated"},
	{"  iso: { nat: linux, public: [198.51.100.9], client_isolation: true }\n"
	 "  i1: { inside: iso, nat: linux, public: [10.1.0.1] }\n"
	 "  i2: { inside: iso, nat: linux, public: [10.1.0.2] }\n",
	 "i1: 192.168.1.1", "i2: 192.168.2.1", "isolated"},
	{"  iso: { nat: linux, public: [198.51.100.9], client_isolation: true }\n", "iso: 10.1.0.1",
	 OPEN_B, "direct internet 4 a=k b=Oe"},
	/* neighbours on the isolated LAN who meet in IPv6 outside: that is through the firewall's
	 * outside, which turns nothing around */
	{"  iso: { nat: linux, public: [198.51.100.9], client_isolation: true }\n",
	 "iso: [10.1.0.1, \"2001:db8:1::1\"]", "iso: [10.1.0.2, \"2001:db8:1::2\"]", "isolated"},
};

#define TERMS(terms) "{ public: [198.51.100.9], nat: { " terms ", hairpinning: true } }"
#define EIM          "mapping: endpoint-independent, port_preservation: true"

/* Behind one box, and a LAN does not help: only if the box turns packets around. */
static const struct row hairpins[] = {
	{"  iso: { client_isolation: true, public: [198.51.100.9],\n"
	 "         nat: { " EIM ", hairpinning: true } }\n",
	 "iso: 10.1.0.1", "iso: 10.1.0.2", "punch internet 4 hairpin a=ek b=ek"},
	{"  iso: { client_isolation: true, public: [198.51.100.9],\n"
	 "         nat: { " EIM ", hairpinning: true }, forward: { 51820: b } }\n",
	 "iso: 10.1.0.1", "iso: 10.1.0.2", "direct internet 4 hairpin a=k b=Oe"},
	/* not with ports that change */
	{"  iso: { client_isolation: true, public: [198.51.100.9],\n"
	 "         nat: { mapping: endpoint-independent, hairpinning: true } }\n",
	 "iso: 10.1.0.1", "iso: 10.1.0.2", "isolated"},
	{"  iso: { client_isolation: true, public: [198.51.100.9], nat: { " EIM " } }\n",
	 "iso: 10.1.0.1", "iso: 10.1.0.2", "isolated"},
	/* two routers of one carrier: on its network, or around its box */
	{"  cg: " TERMS(EIM) "\n"
			     "  c1: { inside: cg, nat: linux }\n"
			     "  c2: { inside: cg, nat: linux }\n",
	 "c1: 192.168.1.1", "c2: 192.168.2.1", "punch internet 4 hairpin a=ek b=ek"},
	{"  cg: " TERMS(EIM) "\n"
			     "  c1: { inside: cg, nat: linux, public: [100.64.1.1] }\n"
			     "  c2: { inside: cg, nat: linux, public: [100.64.1.2] }\n",
	 "c1: 192.168.1.1", "c2: 192.168.2.1", "punch cg 4 a=ek b=ek"},
	{"  cg: { nat: port-restricted-cone, public: [198.51.100.9] }\n"
	 "  c1: { inside: cg, nat: linux }\n"
	 "  c2: { inside: cg, nat: linux }\n",
	 "c1: 192.168.1.1", "c2: 192.168.2.1", "no hairpin"},
	/* one that is told how to get in by its own site's router */
	{"  cg: { nat: linux, public: [198.51.100.9], forward: { 51899: b } }\n"
	 "  c1: { inside: cg, nat: linux }\n"
	 "  c2: { inside: cg, nat: linux, public: [100.64.1.2], forward: { 51820: b } }\n",
	 "c1: 192.168.1.1", "c2: 192.168.2.1", "direct cg 4 a=k b=Oe"},
};

/* Families: IPv4 first, and IPv6 where it does better. */
static const struct row families[] = {
	{"", "internet: [192.0.2.1, \"2001:db8::1\"]", "internet: [192.0.2.2, \"2001:db8::2\"]",
	 "direct internet 4 a=Oe b=Oe"},
	{"", SIX_A, SIX_B, "direct internet 6 a=Oe b=Oe"},
	{"", "internet: [192.0.2.1, \"2001:db8::1\"]", SIX_B, "direct internet 6 a=Oe b=Oe"},
	{"", "internet: vpn.example.org", SIX_B, "direct internet 6 a=Oe b=Oe"},
	{"", SIX_A, "internet: dynamic", "direct internet 6 a=Oe b=k"},
	/* both can send first in IPv6 only */
	{"", "internet: [192.0.2.1, \"2001:db8::1\"]", "sym: 10.1.0.1, internet: \"2001:db8::2\"",
	 "direct internet 6 a=Oe b=Oe"},
	/* two symmetric NATs, and firewalls that keep ports */
	{"", "sym: [10.1.0.1, \"2001:db8:1::1\"]", "symu: [10.2.0.1, \"2001:db8:2::1\"]",
	 "punch internet 6 a=ek b=ek"},
	{"  f: { nat: cgnat, forward: { 51820/ipv6: b } }\n", "sym: [10.1.0.1, \"2001:db8:1::1\"]",
	 "f: [10.2.0.1, \"2001:db8:2::1\"]", "direct internet 6 a=k b=Oe"},
	{"  f: { nat: firewall, forward: { 51820/ipv6: b } }\n",
	 "lin: [10.1.0.1, \"2001:db8:1::1\"]", "f: [192.0.2.9, \"2001:db8:2::1\"]",
	 "direct internet 6 a=k b=Oe"},
	/* of two that are punched, IPv4 */
	{"", "lin: [10.1.0.1, \"2001:db8:1::1\"]", "apdf: [10.2.0.1, \"2001:db8:2::1\"]",
	 "punch internet 4 a=ek b=ek"},
	{"", "sym: [10.1.0.1, \"fd00:1::1\"]", "symu: [10.2.0.1, \"fd00:2::1\"]",
	 "both unpredictable"},
	{"", "sym: [10.1.0.1, \"2001:db8:1::1\"]", "symu: 10.2.0.1", "both unpredictable"},
	/* private IPv6 does not leave its site */
	{"", SIX_A, "sym: \"fd00::2\"", "private"},
	{"", SIX_A, "sym: [10.1.0.2, \"fd00::2\"]", "private"},
};

/* Several sites: the best meeting counts, wherever it is. */
static const struct row homes[] = {
	{"  iso: { nat: linux, public: [198.51.100.9], client_isolation: true }\n",
	 "iso: 10.1.0.1, " OPEN_A, "iso: 10.1.0.2", "direct internet 4 a=Oe b=k"},
	{"", "sym: 10.1.0.1, " OPEN_A, "eif: 10.2.0.1", "direct internet 4 a=Oe b=k"},
	{"", OPEN_A, "blocked: 10.1.0.1, sym: 10.2.0.1", "direct internet 4 a=Oe b=k"},
	{"", OPEN_A, "cloud: 172.31.0.1, internet: dynamic", "direct internet 4 a=Oe b=k"},
	{"", "cloud: 172.31.0.1, " OPEN_A, "cloud: 172.31.0.2", "lan cloud 4 a=Oe b=Oe"},
	/* out through one of two, who knows which: as good as nothing known, but for open ends */
	{"", "lin: 10.1.0.1, apdf: 10.2.0.1", OPEN_B, "direct internet 4 a=k b=Oe"},
	{"", "lin: 10.1.0.1, apdf: 10.2.0.1", "adf: 10.3.0.1", "address unknown"},
	{"", "lin: 10.1.0.1, apdf: 10.2.0.1", "apdf: 10.2.0.2", "lan apdf 4 a=Oe b=Oe"},
	{"", "lin: 10.1.0.1, apdf: 10.2.0.1", "wall: 192.0.2.9", "strict filter"},
	/* near before far, of two that one end can open alone */
	{"", "home1: 192.168.1.1", "carrier: 100.64.1.1, " OPEN_B, "direct carrier 4 a=k b=Oe"},
	/* its default route leads elsewhere: on the LAN it reaches what has an address of that LAN
	 */
	{"  in: { inside: lin, nat: linux, public: [10.1.0.9] }\n", "lin: 10.1.0.1, " OPEN_A,
	 "in: 192.168.5.5", "direct lin 4 a=Oe b=k"},
	{"  in: { inside: lin, nat: firewall }\n", "lin: 10.1.0.1, " OPEN_A, "in: 10.1.5.5",
	 "direct internet 4 a=Oe b=k"},
	{"  in: { inside: lin, nat: firewall }\n", "lin: 10.1.0.1", "in: 10.1.5.5",
	 "direct lin 4 a=Oe b=k"},
	/* none of its sites lets UDP out */
	{"  shut: { nat: udp-blocked }\n", "blocked: 10.1.0.1, shut: 10.2.0.1", OPEN_B, "blocked"},
	{"", "home1: 192.168.1.1, lin: 10.1.0.1", "home2: 192.168.2.1", "both unpredictable"},
};

#define CHECK(rows, kind, more)                                                                    \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                              \
	check_row(&(rows)[i], (kind), (more))

static void test_reach_outside(void **state)
{
	(void)state;
	CHECK(outside, "servers", "");
	CHECK(opened, "servers", "");
}

static void test_reach_on_lans(void **state)
{
	(void)state;
	CHECK(lans, "servers", "");
	CHECK(nested, "servers", "");
	CHECK(hairpins, "servers", "");
}

static void test_reach_over_families(void **state)
{
	(void)state;
	CHECK(families, "servers", "");
}

static void test_reach_of_multi_homed(void **state)
{
	(void)state;
	CHECK(homes, "servers", "");
}

/* A device is as a server there; without `at` it is anywhere, in both families. */
static void test_reach_of_devices(void **state)
{
	static const struct row roaming[] = {
		{"", NULL, OPEN_B, "direct internet 4 a=k b=Oe"},
		{"", NULL, SIX_B, "direct internet 6 a=k b=Oe"},
		{"", NULL, "internet: [\"2001:db8::1\", 192.0.2.1]", "direct internet 4 a=k b=Oe"},
		{"", NULL, "internet: vpn.example.org", "direct internet 4 a=k b=Oe"},
		{"", NULL, "internet: dynamic", "both unpredictable"},
		{"", NULL, "sym: 10.1.0.1", "both unpredictable"},
		{"", NULL, "lin: 10.1.0.1", "strict filter"},
		{"", NULL, "wall: 192.0.2.1", "strict filter"},
		{"", NULL, "eif: 10.1.0.1", "address unknown"},
		{"", NULL, "cloud: 192.0.2.1", "direct internet 4 a=k b=Oe"},
		{"", NULL, "cloud: 172.31.0.1", "private"},
		{"", NULL, "blocked: 10.1.0.1", "blocked"},
		{"  f: { nat: linux, public: [198.51.100.9], forward: { 51820: b } }\n", NULL,
		 "f: 10.1.0.1", "direct internet 4 a=k b=Oe"},
	};

	(void)state;
	CHECK(roaming, "users", "");
	CHECK(outside, "users", ", gateways: [b]");
	CHECK(nested, "users", ", gateways: [b]");
}

static void test_reach_texts(void **state)
{
	(void)state;
	assert_string_equal(reach_verdict_text(REACH_LAN), "lan");
	assert_string_equal(reach_verdict_text(REACH_DIRECT), "direct");
	assert_string_equal(reach_verdict_text(REACH_PUNCH), "punch");
	assert_string_equal(reach_verdict_text(REACH_APART), "apart");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reach_outside),
		cmocka_unit_test(test_reach_on_lans),
		cmocka_unit_test(test_reach_over_families),
		cmocka_unit_test(test_reach_of_multi_homed),
		cmocka_unit_test(test_reach_of_devices),
		cmocka_unit_test(test_reach_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
