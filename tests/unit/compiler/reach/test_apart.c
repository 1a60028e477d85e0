/* SPDX-License-Identifier: MIT */

/*
 * Findings about pairs that are apart: how many there are, where they point, and what they say and
 * count. A row is a topology, its findings, and what they have to say, in any of their parts.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "tests/unit/compiler/fixture.h"

enum {
	MOST_SAID = 6,
};

struct row {
	const char *network; /* further keys of it */
	const char *nodes;
	const char *findings;
	const char *said[MOST_SAID];
	const char *unsaid[MOST_SAID];
};

#define SITES                                                                                      \
	"sites:\n"                                                                                 \
	"  sym: { nat: symmetric, public: [198.51.100.1] }\n"                                      \
	"  sym2: { nat: symmetric, public: [198.51.100.2] }\n"                                     \
	"  sym3: { nat: symmetric, public: [198.51.100.3] }\n"                                     \
	"  lin: { nat: linux, public: [198.51.100.4] }\n"                                          \
	"  lin2: { nat: linux, public: [198.51.100.5] }\n"                                         \
	"  dunno: { public: [198.51.100.6] }\n"                                                    \
	"  wall: { nat: firewall }\n"                                                              \
	"  blocked: { nat: udp-blocked }\n"                                                        \
	"  iso: { nat: linux, public: [198.51.100.7], client_isolation: true }\n"                  \
	"  cg: { nat: cgnat }\n"                                                                   \
	"  n1: { inside: cg, nat: linux }\n"                                                       \
	"  n2: { inside: cg, nat: linux }\n"                                                       \
	"  cone: { nat: full-cone, public: [198.51.100.8] }\n"                                     \
	"  k1: { inside: cone, nat: linux }\n"                                                     \
	"  k2: { inside: cone, nat: linux }\n"

#define NODE(name, at) "  " name ": { at: { " at " }, public_key: KEY(" name ") }\n"
#define GW             "gateways:\n" NODE("gw", "internet: 192.0.2.1")
#define GW2            GW NODE("gw2", "internet: 192.0.2.2")

/* Everything that the findings say, a line each. */
static void show_words(const struct diag_bag *diags, struct text *out)
{
	vec_foreach(item, &diags->items) {
		text_join(out, (*item)->message, "\n");
		vec_foreach(label, &(*item)->related)
			text_join(out, label->message, "\n");
		vec_foreach(note, &(*item)->notes)
			text_join(out, *note, "\n");
		if ((*item)->help != NULL)
			text_join(out, (*item)->help, "\n");
	}
}

static void check_words(const struct row *row, const char *words)
{
	for (size_t i = 0; i < MOST_SAID && row->said[i] != NULL; i++) {
		if (strstr(words, row->said[i]) == NULL)
			fail_msg("%s\nis not in\n%s", row->said[i], words);
	}
	for (size_t i = 0; i < MOST_SAID && row->unsaid[i] != NULL; i++) {
		if (strstr(words, row->unsaid[i]) != NULL)
			fail_msg("%s\nis in\n%s", row->unsaid[i], words);
	}
}

static void check_row(const struct row *row)
{
	struct text text = {0};
	struct text shown = {0};
	struct text words = {0};
	struct compilation c;

	text_printf(&text, "network: { name: lab, addresses: [10.20.0.0/16]%s }\n" SITES "%s",
		    row->network, row->nodes);
	fixture_check(&c, text.data, NULL);
	text_puts(&shown, "");
	text_puts(&words, "");
	fixture_show_findings(&c.diags, &shown);
	show_words(&c.diags, &words);
	if (strcmp(shown.data, row->findings) != 0)
		print_error("%s\n%s\n", row->nodes, words.data);
	fixture_expect_text(&shown, row->findings);
	check_words(row, words.data);
	assert_non_null(c.planner); /* to explain what is wrong */
	text_finish(&text);
	text_finish(&shown);
	text_finish(&words);
	compile_finish(&c);
}

#define CHECK(rows)                                                                                \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                              \
	check_row(&(rows)[i])

/* One finding for all pairs of two groups that have one reason and one fate. */
static void test_apart_groups(void **state)
{
	static const struct row rows[] = {
		{"",
		 GW "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE("a2", "sym: 10.1.0.2")
			 NODE("b1", "sym2: 10.2.0.1"),
		 "nat-relayed 'symmetric'\n",
		 {"2 nodes at sym such as 'a1' cannot open a tunnel to 'b1' at sym2",
		  "relayed by gw (2 pairs)", "'sym' gives every flow", "'sym2' gives every flow"},
		 {"c1", "no gateway"}},
		{"",
		 GW "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE("b1", "sym2: 10.2.0.1"),
		 "nat-relayed 'symmetric'\n",
		 {"'a1' at sym cannot open a tunnel to 'b1' at sym2", "relayed by gw (1 pair)",
		  "`links: [{ between: [a1, b1], via: gw }]`"},
		 {"nodes", "pairs"}},
		{"",
		 GW "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE("a2", "sym: 10.1.0.2")
			 NODE("a3", "sym: 10.1.0.3") NODE("b1", "sym2: 10.2.0.1")
				 NODE("b2", "sym2: 10.2.0.2") NODE("b3", "sym2: 10.2.0.3")
					 NODE("b4", "sym2: 10.2.0.4"),
		 "nat-relayed 'symmetric'\n",
		 {"3 nodes at sym", "4 nodes at sym2 such as 'b1'", "(12 pairs)"},
		 {NULL}},
		/* one that is apart from many is told of once, with all of them */
		{"",
		 GW "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE("b1", "wall: 192.0.2.11")
			 NODE("c1", "lin: 10.3.0.1") NODE("d1", "lin2: 10.4.0.1")
				 NODE("d2", "lin2: 10.4.0.2"),
		 "nat-relayed 'symmetric'\n",
		 {"'a1' at sym cannot open a tunnel to 4 nodes at wall, lin and lin2", "(4 pairs)"},
		 {NULL}},
		/* two reasons are two findings */
		{"",
		 GW "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE("b1", "sym2: 10.2.0.1")
			 NODE("c1", "lin: 10.3.0.1"),
		 "nat-relayed 'symmetric'\nnat-relayed 'symmetric'\nnat-relayed 'symmetric'\n",
		 {"'b1' at sym2", "'c1' at lin"},
		 {"(2 pairs)"}},
		/* several gateways have their part of it */
		{"",
		 GW2 "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE("b1", "sym2: 10.2.0.1"),
		 "nat-relayed 'symmetric'\n",
		 {"relayed by gw and gw2 (1 pair)"},
		 {NULL}},
		/* among themselves */
		{"",
		 GW "servers:\n" NODE("a1", "iso: 10.1.0.1") NODE("a2", "iso: 10.1.0.2")
			 NODE("a3", "iso: 10.1.0.3"),
		 "nat-relayed 'true'\n",
		 {"3 nodes at iso such as 'a1' cannot open a tunnel to each other",
		  "relayed by gw (3 pairs)", "keeps its clients apart"},
		 {NULL}},
		{"",
		 GW "servers:\n" NODE("a1", "iso: 10.1.0.1") NODE("a2", "iso: 10.1.0.2"),
		 "nat-relayed 'true'\n",
		 {"(1 pair)", "`links: [{ between: [a1, a2], via: gw }]`"},
		 {"[a1, a1]"}},
		/* nobody is apart */
		{"",
		 GW "servers:\n" NODE("a1", "lin: 10.1.0.1") NODE("b1", "lin2: 10.2.0.1"),
		 "",
		 {NULL},
		 {NULL}},
		/* a single one is not apart from itself */
		{"", GW "servers:\n" NODE("a1", "iso: 10.1.0.1"), "", {NULL}, {NULL}},
		{"", "servers:\n" NODE("a1", "internet: dynamic"), "", {NULL}, {NULL}},
	};

	(void)state;
	CHECK(rows);
}

/* The cause, and where it stands in the topology. */
static void test_apart_causes(void **state)
{
	static const struct row rows[] = {
		{"",
		 GW "servers:\n" NODE("a1", "dunno: 10.1.0.1") NODE("b1", "lin: 10.2.0.1"),
		 "nat-relayed 'dunno'\n",
		 {"'dunno' does not say what NAT it has", "taken for the worst",
		  "'lin' lets in only addresses and ports that were sent to"},
		 {NULL}},
		{"",
		 GW "servers:\n" NODE("a1", "internet: dynamic") NODE("b1", "wall: 192.0.2.11"),
		 "nat-relayed 'dynamic'\n",
		 {"'a1' has no fixed address here"},
		 {NULL}},
		{"",
		 GW "servers:\n" NODE("a1", "k1: 192.168.1.1") NODE("b1", "k2: 192.168.1.1"),
		 "nat-relayed 'full-cone'\n",
		 {"'cone' does not turn packets around"},
		 {NULL}},
		{"",
		 GW "servers:\n" NODE("a1", "n1: 192.168.1.1") NODE("b1", "n2: 192.168.1.1"),
		 "nat-relayed 'n1'\n",
		 {"'n1' does not say at which address the outside sees it"},
		 {NULL}},
		{"",
		 GW "servers:\n" NODE("a1", "lin: 10.1.0.1, lin2: 10.2.0.1")
			 NODE("b1", "wall: 192.0.2.11"),
		 "nat-relayed 'a1'\nseveral-ways-out 'a1'\n",
		 {"'a1' could leave by any of its sites", "at 'lin'", "at 'lin2'"},
		 {NULL}},
		{"",
		 "gateways:\n" NODE("gw", "internet: 192.0.2.1, blocked: 10.1.0.9") "servers:\n" NODE(
			 "a1", "blocked: 10.1.0.1") NODE("b1", "sym: 10.2.0.1"),
		 "nat-relayed 'udp-blocked'\n",
		 {"'blocked' lets no UDP out", "relayed by gw (1 pair)"},
		 {"private"}},
		{"",
		 "gateways:\n" NODE("gw", "internet: [192.0.2.1, \"2001:db8::1\"]") "servers:\n" NODE(
			 "a1", "internet: 192.0.2.11") NODE("b1", "internet: \"2001:db8::11\""),
		 "nat-relayed '192.0.2.11'\n",
		 {"no address family in common"},
		 {NULL}},
	};

	(void)state;
	CHECK(rows);
}

/* No gateway between them, or the author wants none: an error. */
static void test_apart_errors(void **state)
{
	static const struct row rows[] = {
		{"",
		 "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE("b1", "sym2: 10.2.0.1"),
		 "nat-unreachable 'symmetric'\n",
		 {"no gateway has a tunnel to both (1 pair)", "add a gateway"},
		 {"relayed", "via"}},
		{"",
		 "servers:\n" NODE("a1", "internet: 192.0.2.11")
			 NODE("b1", "internet: \"2001:db8::11\""),
		 "family-mismatch '192.0.2.11'\n",
		 {"no address family in common"},
		 {NULL}},
		{"",
		 GW "servers:\n" NODE("a1", "blocked: 10.1.0.1"),
		 "nat-unreachable 'udp-blocked'\n",
		 {"'a1' at blocked", "'gw' at internet"},
		 {NULL}},
		{", unreachable: error",
		 GW "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE("a2", "sym: 10.1.0.2")
			 NODE("b1", "sym2: 10.2.0.1"),
		 "nat-unreachable 'symmetric'\n",
		 {"gw could relay", "`unreachable: error` forbids it (2 pairs)"},
		 {"relayed by", "leave them relayed"}},
		{", unreachable: relay",
		 GW "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE("b1", "sym2: 10.2.0.1"),
		 "nat-relayed 'symmetric'\n",
		 {NULL},
		 {NULL}},
		/* cut off, and relayed: each its own finding */
		{"",
		 GW "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE("b1", "sym2: 10.2.0.1")
			 NODE("c1", "internet: 192.0.2.11") NODE("d1", "internet: \"2001:db8::1\""),
		 "nat-relayed 'symmetric'\nfamily-mismatch '\"2001:db8::1\"'\n",
		 {"'d1' at internet", "(4 pairs)", "(1 pair)"},
		 {NULL}},
	};

	(void)state;
	CHECK(rows);
}

/* What the author has acknowledged is neither said nor counted. */
static void test_apart_links(void **state)
{
	static const struct row rows[] = {
		{"",
		 GW "servers:\n" NODE("a1", "sym: 10.1.0.1")
			 NODE("b1", "sym2: 10.2.0.1") "links: [{ between: [b1, a1], via: gw }]\n",
		 "",
		 {NULL},
		 {NULL}},
		{"",
		 GW "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE("a2", "sym: 10.1.0.2")
			 NODE("b1", "sym2: 10.2.0.1") "links: [{ between: [b1, a1], via: gw }]\n",
		 "nat-relayed 'symmetric'\n",
		 {"(1 pair)"},
		 {NULL}},
		{"",
		 GW "servers:\n" NODE("a1", "iso: 10.1.0.1") NODE("a2", "iso: 10.1.0.2")
			 NODE("a3", "iso: 10.1.0.3") "links: [{ between: [a3, a1], via: gw }]\n",
		 "nat-relayed 'true'\n",
		 {"(2 pairs)"},
		 {NULL}},
		{", unreachable: error",
		 GW "servers:\n" NODE("a1", "sym: 10.1.0.1")
			 NODE("b1", "sym2: 10.2.0.1") "links: [{ between: [b1, a1], via: gw }]\n",
		 "",
		 {NULL},
		 {NULL}},
		/* also where there is no need */
		{"",
		 GW "servers:\n" NODE("a1", "lin: 10.1.0.1")
			 NODE("b1", "lin2: 10.2.0.1") "links: [{ between: [b1, a1], via: gw }]\n",
		 "",
		 {NULL},
		 {NULL}},
		/* by one that cannot */
		{"",
		 GW NODE("gw2", "lin: 10.3.0.9") "servers:\n" NODE("a1", "sym: 10.1.0.1") NODE(
			 "b1", "wall: 192.0.2.11") "links: [{ between: [b1, a1], via: gw2 }]\n",
		 "nat-relayed 'symmetric'\nnat-unreachable 'gw2'\n",
		 {"'gw2' cannot relay for 'a1'"},
		 {"for 'b1'"}},
	};

	(void)state;
	CHECK(rows);
}

/* A device has its gateway and nobody else. */
static void test_apart_devices(void **state)
{
	static const struct row rows[] = {
		{"",
		 "gateways:\n" NODE("gw", "lin: 10.1.0.9") "users:\n"
							   "  u1: { public_key: KEY(u1) }\n"
							   "  u2: { public_key: KEY(u2) }\n"
							   "  u3: { public_key: KEY(u3) }\n",
		 "nat-unreachable 'u1'\n",
		 {"'u1' cannot reach its gateway 'gw'", "the same holds for 2 more devices",
		  "'u1' may be anywhere", "'lin' lets in only", "an address that anyone"},
		 {NULL}},
		/* those of other places are another case; those on its LAN are none */
		{"",
		 "gateways:\n" NODE(
			 "gw",
			 "lin: 10.1.0.9") "users:\n"
					  "  u1: { public_key: KEY(u1) }\n"
					  "  u2: { public_key: KEY(u2), at: { lin: dynamic } }\n"
					  "  u3: { public_key: KEY(u3), at: { sym: dynamic } "
					  "}\n",
		 "nat-unreachable 'u1'\nnat-unreachable 'u3'\n",
		 {"'u3' cannot reach"},
		 {"more device", "'u2' cannot"}},
		{"",
		 GW "users:\n"
		    "  u1: { public_key: KEY(u1) }\n"
		    "  u2: { public_key: KEY(u2), at: { sym: dynamic } }\n",
		 "",
		 {NULL},
		 {NULL}},
		{"",
		 "gateways:\n" NODE("gw", "internet: \"2001:db8::1\"") "users:\n"
								       "  u1: { public_key: "
								       "KEY(u1), at: { lin: "
								       "10.1.0.1 } }\n",
		 "family-mismatch 'u1'\n",
		 {NULL},
		 {NULL}},
		/* nobody relays for a device to its gateway */
		{"",
		 GW NODE("gw2", "lin: 10.1.0.9") "users:\n"
						 "  u1: { public_key: KEY(u1), gateways: [gw2] }\n",
		 "nat-unreachable 'u1'\n",
		 {NULL},
		 {"relayed"}},
	};

	(void)state;
	CHECK(rows);
}

/* What is doubtful of endpoints, whoever has to use them. */
static void test_apart_endpoints(void **state)
{
	static const struct row rows[] = {
		{"",
		 "gateways:\n" NODE("gw", "internet: vpn.example.org"),
		 "endpoint-name 'vpn.example.org'\n",
		 {"resolves once"},
		 {NULL}},
		{"",
		 GW "servers:\n" NODE("a1", "internet: 10.9.0.1"),
		 "nat-unreachable '10.9.0.1'\nendpoint-private '10.9.0.1'\n",
		 {"10.9.0.1 is a private address"},
		 {NULL}},
		{"",
		 GW "servers:\n" NODE("a1", "wall: [100.64.0.1, \"2001:db8:1::1\"]")
			 NODE("b1", "sym: [10.1.0.1, \"fd00::1\"]"),
		 "nat-unreachable '100.64.0.1'\nendpoint-private '100.64.0.1'\n",
		 {"'a1' has a private address here", "(2 pairs)"},
		 {NULL}},
	};

	(void)state;
	CHECK(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apart_groups),  cmocka_unit_test(test_apart_causes),
		cmocka_unit_test(test_apart_errors),  cmocka_unit_test(test_apart_links),
		cmocka_unit_test(test_apart_devices), cmocka_unit_test(test_apart_endpoints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
