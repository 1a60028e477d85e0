/* SPDX-License-Identifier: MIT */

/*
 * Exposures: what a single host is to others, behind every kind of box and chain of boxes, as a
 * table. An exposure is shown as
 *
 *     kind [filter] endpoint [elsewhere] timeout cause[@site of the box]
 *
 * where the endpoint of an unpredictable end has a port that is a guess.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "compiler/reach/classes.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

struct row {
	const char *sites;    /* without the braces */
	const char *at;       /* of the host; NULL: it roams */
	const char *in;       /* the site in which it is asked for */
	const char *expected; /* in IPv4 */
	const char *ipv6;     /* NULL: absent */
};

static void show_exposure(const struct exposure *exposure, struct text *out)
{
	static const char *const kinds[] = {
		[EXPOSURE_ABSENT] = "absent",
		[EXPOSURE_BLOCKED] = "blocked",
		[EXPOSURE_UNPREDICTABLE] = "unknown",
		[EXPOSURE_PREDICTABLE] = "known",
		[EXPOSURE_OPEN] = "open",
	};
	static const char *const filters[] = {
		[NAT_FILTERING_NONE] = "any",
		[NAT_FILTERING_ENDPOINT_INDEPENDENT] = "eif",
		[NAT_FILTERING_ADDRESS_DEPENDENT] = "adf",
		[NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT] = "apdf",
	};
	static const char *const causes[] = {
		[CAUSE_NONE] = "none",
		[CAUSE_FILTER] = "filter",
		[CAUSE_MAPPING] = "mapping",
		[CAUSE_NOT_DECLARED] = "undeclared",
		[CAUSE_PUBLIC_UNKNOWN] = "public unknown",
		[CAUSE_PUBLIC_PRIVATE] = "public private",
		[CAUSE_DYNAMIC] = "dynamic",
		[CAUSE_ROAMING] = "roaming",
		[CAUSE_SEVERAL_WAYS] = "several ways",
		[CAUSE_PRIVATE] = "private",
		[CAUSE_BLOCKED] = "blocked",
	};
	char endpoint[NET_ENDPOINT_TEXT] = "-";

	text_puts(out, kinds[exposure->kind]);
	if (exposure->kind > EXPOSURE_BLOCKED) {
		if (exposure->kind < EXPOSURE_OPEN)
			text_join(out, " ", filters[exposure->filtering]);
		if (exposure->endpoint.port != 0)
			net_endpoint_format(&exposure->endpoint, endpoint);
		text_printf(out, " %s%s %us", endpoint,
			    exposure->sends_elsewhere ? " elsewhere" : "", exposure->timeout_s);
	}
	text_join(out, " ", causes[exposure->cause], exposure->box == NULL ? "" : "@",
		  exposure->box == NULL ? "" : exposure->box->name);
}

/* Of the host, as its class has it. */
static const struct reach_view *view_of(const struct compilation *c, const char *host,
					const char *site)
{
	const struct network_host *found = network_find_host(c->network, host);
	size_t class;

	assert_non_null(found);
	class = c->reach->class_of[found->index];
	return classes_find_view(&c->reach->classes[class], network_find_site(c->network, site));
}

static void expect_exposure(const struct row *row, const struct exposure *exposure,
			    const char *expected)
{
	struct text shown = {0};

	show_exposure(exposure, &shown);
	if (strcmp(shown.data, expected) != 0)
		print_error("sites: { %s }, at: { %s }, in %s\n", row->sites, row->at, row->in);
	fixture_expect_text(&shown, expected);
	text_finish(&shown);
	/* whoever sends from a known port sends from a known address; the guess is known, too */
	if (exposure->kind == EXPOSURE_PREDICTABLE || exposure->kind == EXPOSURE_OPEN)
		assert_true(exposure->endpoint.port != 0);
	if (exposure->kind == EXPOSURE_PREDICTABLE)
		assert_true(exposure->knows_address && !exposure->sends_elsewhere);
	if (exposure->kind == EXPOSURE_UNPREDICTABLE)
		assert_int_equal(exposure->knows_address, exposure->endpoint.port != 0);
}

static void check_row(const struct row *row)
{
	struct text text = {0};
	const struct reach_view *view;
	struct compilation c;

	text_printf(&text,
		    "network: { name: lab, addresses: [10.20.0.0/24] }\n"
		    "sites: { %s }\n",
		    row->sites);
	if (row->at != NULL) {
		text_printf(&text, "servers: { h: { at: { %s }, public_key: KEY(h) } }\n", row->at);
	} else {
		text_puts(&text, "gateways: { g: { at: { internet: dynamic }, public_key: KEY(g) } "
				 "}\nusers: { h: { public_key: KEY(h) } }\n");
	}
	fixture_check(&c, text.data, NULL);
	if (c.reach == NULL) {
		print_error("%s", text.data);
		fail_msg("%s", c.diags.items.items[0]->message);
		return; /* not reached */
	}
	view = view_of(&c, "h", row->in);
	assert_non_null(view);
	expect_exposure(row, &view->exposure[NET_IPV4], row->expected);
	expect_exposure(row, &view->exposure[NET_IPV6],
			row->ipv6 == NULL ? "absent none" : row->ipv6);
	text_finish(&text);
	compile_finish(&c);
}

static void check_rows(const struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++)
		check_row(&rows[i]);
}

#define BOTH  "s: [10.1.0.1, \"2001:db8:1::1\"]"
#define PLAIN "s: [192.0.2.9, \"2001:db8:1::1\"]"
#define FOUND "198.51.100.7:51820"
#define SIX   "[2001:db8:1::1]:51820"
#define WALL6 "known apdf " SIX " 30s filter@s"

/* Every preset; IPv6 is translated by none of them, and filtered by all but `none`. */
static void test_exposure_presets(void **state)
{
	static const struct row rows[] = {
		{"s: { nat: none }", PLAIN, "internet", "open 192.0.2.9:51820 0s none",
		 "open " SIX " 0s none"},
		{"s: { nat: firewall }", PLAIN, "internet",
		 "known apdf 192.0.2.9:51820 30s filter@s", WALL6},
		{"s: { nat: full-cone, public: [198.51.100.7] }", BOTH, "internet",
		 "known eif " FOUND " 120s filter@s", WALL6},
		{"s: { nat: restricted-cone, public: [198.51.100.7] }", BOTH, "internet",
		 "known adf " FOUND " 120s filter@s", WALL6},
		{"s: { nat: port-restricted-cone, public: [198.51.100.7] }", BOTH, "internet",
		 "known apdf " FOUND " 120s filter@s", WALL6},
		{"s: { nat: linux, public: [198.51.100.7] }", BOTH, "internet",
		 "known apdf " FOUND " 30s filter@s", WALL6},
		{"s: { nat: symmetric, public: [198.51.100.7] }", BOTH, "internet",
		 "unknown apdf " FOUND " 30s mapping@s", WALL6},
		{"s: { nat: cgnat, public: [198.51.100.7] }", BOTH, "internet",
		 "unknown apdf " FOUND " 30s mapping@s", WALL6},
		{"s: { nat: unknown, public: [198.51.100.7] }", BOTH, "internet",
		 "unknown apdf " FOUND " 30s undeclared@s", WALL6},
		{"s: { public: [198.51.100.7] }", BOTH, "internet",
		 "unknown apdf " FOUND " 30s undeclared@s", WALL6},
		{"s: { nat: udp-blocked, public: [198.51.100.7] }", BOTH, "internet",
		 "blocked blocked@s", "blocked blocked@s"},
		/* at the site itself there is no box in between */
		{"s: { nat: udp-blocked }", BOTH, "s", "open 10.1.0.1:51820 0s none",
		 "open " SIX " 0s none"},
		{"s: { nat: symmetric }", BOTH, "s", "open 10.1.0.1:51820 0s none",
		 "open " SIX " 0s none"},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

#define TERMS(terms) "s: { public: [198.51.100.7], nat: { " terms " } }"

/* What is not said is the worst. */
static void test_exposure_terms(void **state)
{
	static const struct row rows[] = {
		{TERMS("mapping: endpoint-independent, filtering: endpoint-independent, "
		       "port_preservation: true, mapping_timeout: 300"),
		 BOTH, "internet", "known eif " FOUND " 300s filter@s", WALL6},
		{TERMS("mapping: endpoint-independent, filtering: address-dependent, "
		       "port_preservation: true"),
		 BOTH, "internet", "known adf " FOUND " 30s filter@s", WALL6},
		{TERMS("mapping: endpoint-independent, port_preservation: true"), BOTH, "internet",
		 "known apdf " FOUND " 30s filter@s", WALL6},
		/* a cone that does not keep ports is as good as a symmetric NAT */
		{TERMS("mapping: endpoint-independent, filtering: endpoint-independent"), BOTH,
		 "internet", "unknown eif " FOUND " 30s mapping@s", WALL6},
		{TERMS("mapping: address-dependent, filtering: endpoint-independent, "
		       "port_preservation: true"),
		 BOTH, "internet", "unknown eif " FOUND " 30s mapping@s", WALL6},
		{TERMS("port_preservation: true"), BOTH, "internet",
		 "unknown apdf " FOUND " 30s mapping@s", WALL6},
		{TERMS("mapping_timeout: 7"), BOTH, "internet",
		 "unknown apdf " FOUND " 7s mapping@s", "known apdf " SIX " 7s filter@s"},
		/* nothing translated: both families alike */
		{"s: { nat: { mapping: none } }", PLAIN, "internet",
		 "known apdf 192.0.2.9:51820 30s filter@s", WALL6},
		{"s: { nat: { mapping: none, filtering: endpoint-independent, mapping_timeout: 60 "
		 "} }",
		 PLAIN, "internet", "known eif 192.0.2.9:51820 60s filter@s",
		 "known eif " SIX " 60s filter@s"},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* A forward makes an end open; with another port outside it sends from elsewhere. */
static void test_exposure_forwards(void **state)
{
	static const struct row rows[] = {
		{"s: { nat: linux, public: [198.51.100.7], forward: { 51820: h } }", BOTH,
		 "internet", "open " FOUND " 0s none", WALL6},
		{"s: { nat: linux, public: [198.51.100.7], forward: { 51899: h } }", BOTH,
		 "internet", "open 198.51.100.7:51899 elsewhere 30s none", WALL6},
		{"s: { nat: linux, public: [198.51.100.7], forward: { 51899: \"h:51820\" } }", BOTH,
		 "internet", "open 198.51.100.7:51899 elsewhere 30s none", WALL6},
		{"s: { nat: symmetric, public: [198.51.100.7], forward: { 51820: h } }", BOTH,
		 "internet", "open " FOUND " elsewhere 30s mapping@s", WALL6},
		{TERMS("mapping: endpoint-independent") ", t: { nat: none }", BOTH, "internet",
		 "unknown apdf " FOUND " 30s mapping@s", WALL6},
		{"s: { nat: full-cone, public: [home.example.net], forward: { 51820: h } }", BOTH,
		 "internet", "open home.example.net:51820 0s none", WALL6},
		/* a pinhole in IPv6 is not one in IPv4 */
		{"s: { nat: linux, public: [198.51.100.7], forward: { 51820/ipv6: h } }", BOTH,
		 "internet", "known apdf " FOUND " 30s filter@s", "open " SIX " 0s none"},
		{"s: { nat: linux, public: [198.51.100.7],\n"
		 "     forward: { 51899: h, 51820/ipv6: h } }",
		 BOTH, "internet", "open 198.51.100.7:51899 elsewhere 30s none",
		 "open " SIX " 0s none"},
		{"s: { nat: firewall, forward: { 51820: h } }", PLAIN, "internet",
		 "open 192.0.2.9:51820 0s none", "open " SIX " 0s none"},
		{"s: { nat: firewall, forward: { 51820/ipv6: h } }", PLAIN, "internet",
		 "known apdf 192.0.2.9:51820 30s filter@s", "open " SIX " 0s none"},
		/* the router knows where the host is, if nobody else does */
		{"s: { nat: linux, public: [198.51.100.7], forward: { 51820: h } }", "s: dynamic",
		 "internet", "open " FOUND " 0s none", "unknown apdf - 30s dynamic"},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_exposure_one_to_one(void **state)
{
	static const struct row rows[] = {
		{"s: { nat: none, one_to_one: { 203.0.113.40: h } }", BOTH, "internet",
		 "open 203.0.113.40:51820 0s none", "open " SIX " 0s none"},
		{"s: { nat: symmetric, one_to_one: { 203.0.113.40: h } }", BOTH, "internet",
		 "open 203.0.113.40:51820 0s none", WALL6},
		{"s: { nat: none, one_to_one: { 203.0.113.40: h } }", "s: dynamic", "internet",
		 "open 203.0.113.40:51820 0s none", "unknown any - 0s dynamic"},
		/* udp-blocked is what it says */
		{"s: { nat: udp-blocked, one_to_one: { 203.0.113.40: h } }", BOTH, "internet",
		 "blocked blocked@s", "blocked blocked@s"},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

#define OUTER(nat) "s: { public: [198.51.100.7], nat: " nat " }"
#define INNER(nat) "n: { inside: s, public: [10.1.9.9], nat: " nat " }"

/* Open only if every box is; the strictest filter, the shortest memory, any port that is lost. */
static void test_exposure_chains(void **state)
{
	static const struct row rows[] = {
		{OUTER("full-cone") ", " INNER("full-cone"), "n: 192.168.1.2", "internet",
		 "known eif " FOUND " 120s filter@n", NULL},
		{OUTER("full-cone") ", " INNER("full-cone"), "n: 192.168.1.2", "s",
		 "known eif 10.1.9.9:51820 120s filter@n", NULL},
		{OUTER("full-cone") ", " INNER("port-restricted-cone"), "n: 192.168.1.2",
		 "internet", "known apdf " FOUND " 120s filter@n", NULL},
		{OUTER("restricted-cone") ", " INNER("full-cone"), "n: 192.168.1.2", "internet",
		 "known adf " FOUND " 120s filter@n", NULL},
		{OUTER("full-cone") ", " INNER("linux"), "n: 192.168.1.2", "internet",
		 "known apdf " FOUND " 30s filter@n", NULL},
		{OUTER("linux") ", " INNER("full-cone"), "n: 192.168.1.2", "internet",
		 "known apdf " FOUND " 30s filter@n", NULL},
		/* masquerade behind a symmetric NAT, and the other way round */
		{OUTER("symmetric") ", " INNER("linux"), "n: 192.168.1.2", "internet",
		 "unknown apdf " FOUND " 30s mapping@s", NULL},
		{OUTER("symmetric") ", " INNER("linux"), "n: 192.168.1.2", "s",
		 "known apdf 10.1.9.9:51820 30s filter@n", NULL},
		{OUTER("linux") ", " INNER("symmetric"), "n: 192.168.1.2", "internet",
		 "unknown apdf " FOUND " 30s mapping@n", NULL},
		{OUTER("unknown") ", " INNER("symmetric"), "n: 192.168.1.2", "internet",
		 "unknown apdf " FOUND " 30s mapping@n", NULL},
		{"s: { nat: cgnat }, n: { inside: s, nat: linux, public: [100.64.0.9] }",
		 "n: 192.168.1.2", "internet", "unknown apdf - 30s mapping@s", NULL},
		/* an inner router whose outer address nobody knows: the outer one hides it */
		{OUTER("linux") ", n: { inside: s, nat: linux }", "n: 192.168.1.2", "internet",
		 "known apdf " FOUND " 30s filter@s", NULL},
		{OUTER("linux") ", n: { inside: s, nat: linux }", "n: 192.168.1.2", "s",
		 "unknown apdf - 30s public unknown@n", NULL},
		/* firewalls */
		{OUTER("linux") ", n: { inside: s, nat: firewall }", "n: 10.1.5.5", "internet",
		 "known apdf " FOUND " 30s filter@n", NULL},
		{"s: { nat: firewall }, n: { inside: s, nat: full-cone, public: [192.0.2.77] }",
		 "n: 192.168.1.2", "internet", "known apdf 192.0.2.77:51820 30s filter@n", NULL},
		{"s: { nat: none }, n: { inside: s, nat: none }",
		 "n: [192.0.2.9, \"2001:db8:1::1\"]", "internet", "open 192.0.2.9:51820 0s none",
		 "open " SIX " 0s none"},
		{"s: { nat: linux }, n: { inside: s, nat: none }", "n: \"2001:db8:1::1\"",
		 "internet", "absent none", WALL6},
		/* nothing gets out of either */
		{OUTER("udp-blocked") ", " INNER("linux"), "n: 192.168.1.2", "internet",
		 "blocked blocked@s", NULL},
		{OUTER("linux") ", " INNER("udp-blocked"), "n: 192.168.1.2", "internet",
		 "blocked blocked@n", NULL},
		{OUTER("udp-blocked") ", " INNER("linux"), "n: 192.168.1.2", "s",
		 "known apdf 10.1.9.9:51820 30s filter@n", NULL},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* A forward on every box, or it is none (one on the outer box alone is refused before). */
static void test_exposure_forwards_in_chains(void **state)
{
	static const struct row rows[] = {
		{"s: { nat: linux, public: [198.51.100.7], forward: { 51820: h } },\n"
		 "n: { inside: s, nat: linux, public: [10.1.9.9], forward: { 51820: h } }",
		 "n: 192.168.1.2", "internet", "open " FOUND " 0s none", NULL},
		{"s: { nat: linux, public: [198.51.100.7], forward: { 51899: h } },\n"
		 "n: { inside: s, nat: linux, public: [10.1.9.9], forward: { 51820: h } }",
		 "n: 192.168.1.2", "internet", "open 198.51.100.7:51899 elsewhere 30s none", NULL},
		{"s: { nat: linux, public: [198.51.100.7], forward: { 51820: h } },\n"
		 "n: { inside: s, nat: symmetric, public: [10.1.9.9], forward: { 51820: h } }",
		 "n: 192.168.1.2", "internet", "open " FOUND " elsewhere 30s mapping@n", NULL},
		{"s: { nat: linux, public: [198.51.100.7] },\n"
		 "n: { inside: s, nat: linux, public: [10.1.9.9], forward: { 51820: h } }",
		 "n: 192.168.1.2", "internet", "known apdf " FOUND " 30s filter@s", NULL},
		{"s: { nat: linux, public: [198.51.100.7] },\n"
		 "n: { inside: s, nat: linux, public: [10.1.9.9], forward: { 51899: h } }",
		 "n: 192.168.1.2", "s", "open 10.1.9.9:51899 elsewhere 30s none", NULL},
		/* ... and then the port that it sends from counts, not the forwarded one */
		{"s: { nat: linux, public: [198.51.100.7] },\n"
		 "n: { inside: s, nat: linux, public: [10.1.9.9], forward: { 51899: h } }",
		 "n: 192.168.1.2", "internet", "known apdf " FOUND " 30s filter@s", NULL},
		/* pinholes */
		{"s: { nat: linux, public: [198.51.100.7], forward: { 51820: h } },\n"
		 "n: { inside: s, nat: firewall, forward: { 51820: h } }",
		 "n: 10.1.5.5", "internet", "open " FOUND " 0s none", NULL},
		{"s: { nat: linux, public: [198.51.100.7] },\n"
		 "n: { inside: s, nat: firewall, forward: { 51820: h } }",
		 "n: 10.1.5.5", "internet", "known apdf " FOUND " 30s filter@s", NULL},
		{"s: { nat: firewall, forward: { 51820: h } },\n"
		 "n: { inside: s, nat: linux, public: [192.0.2.77], forward: { 51820: h } }",
		 "n: 192.168.1.2", "internet", "open 192.0.2.77:51820 0s none", NULL},
		{"s: { nat: firewall, forward: { 51820/ipv6: h } },\n"
		 "n: { inside: s, nat: firewall, forward: { 51820/ipv6: h } }",
		 "n: \"2001:db8:1::1\"", "internet", "absent none", "open " SIX " 0s none"},
		{"s: { nat: firewall },\n"
		 "n: { inside: s, nat: firewall, forward: { 51820/ipv6: h } }",
		 "n: \"2001:db8:1::1\"", "internet", "absent none",
		 "known apdf " SIX " 30s filter@s"},
		/* 1:1 on one box, whatever the other one needs */
		{"s: { nat: linux, public: [198.51.100.7], forward: { 51820: h } },\n"
		 "n: { inside: s, nat: none, one_to_one: { 10.1.9.8: h } }",
		 "n: 172.31.0.5", "internet", "open " FOUND " 0s none", NULL},
		{"s: { nat: symmetric, one_to_one: { 203.0.113.40: h } },\n"
		 "n: { inside: s, nat: linux, public: [10.1.9.9], forward: { 51899: h } }",
		 "n: 172.31.0.5", "internet", "open 203.0.113.40:51899 elsewhere 30s none", NULL},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* The address that packets come from, where it is no single known one. */
static void test_exposure_public(void **state)
{
	static const struct row rows[] = {
		{"s: { nat: linux }", BOTH, "internet", "unknown apdf - 30s public unknown@s",
		 WALL6},
		{"s: { nat: full-cone }", BOTH, "internet", "unknown eif - 120s public unknown@s",
		 WALL6},
		{"s: { nat: linux, public: [dynamic] }", BOTH, "internet",
		 "unknown apdf - 30s public unknown@s", WALL6},
		{"s: { nat: linux, public: [198.51.100.7, 198.51.100.8] }", BOTH, "internet",
		 "unknown apdf - 30s public unknown@s", WALL6},
		{"s: { nat: symmetric, public: [198.51.100.7, 198.51.100.8] }", BOTH, "internet",
		 "unknown apdf - 30s mapping@s", WALL6},
		{"s: { nat: symmetric }", BOTH, "internet", "unknown apdf - 30s mapping@s", WALL6},
		{"s: { nat: linux, public: [home.example.net] }", BOTH, "internet",
		 "known apdf home.example.net:51820 30s filter@s", WALL6},
		/* an address that another box has to translate first */
		{"s: { nat: linux, public: [10.9.9.9] }", BOTH, "internet",
		 "unknown apdf - 30s public private@s", WALL6},
		{"s: { nat: linux, public: [100.64.9.9] }", BOTH, "internet",
		 "unknown apdf - 30s public private@s", WALL6},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* The host's own address. */
static void test_exposure_places(void **state)
{
	static const struct row rows[] = {
		{"", "internet: 192.0.2.9", "internet", "open 192.0.2.9:51820 0s none", NULL},
		{"", "internet: \"2001:db8:1::1\"", "internet", "absent none",
		 "open " SIX " 0s none"},
		{"", "internet: vpn.example.org", "internet", "open vpn.example.org:51820 0s none",
		 "open vpn.example.org:51820 0s none"},
		{"", "internet: dynamic", "internet", "unknown any - 0s dynamic",
		 "unknown any - 0s dynamic"},
		{"", "internet: [dynamic, 192.0.2.9]", "internet", "open 192.0.2.9:51820 0s none",
		 "unknown any - 0s dynamic"},
		{"", NULL, "internet", "unknown apdf - 0s roaming", "unknown apdf - 0s roaming"},
		{"s: { nat: firewall }", "s: dynamic", "internet", "unknown apdf - 30s dynamic",
		 "unknown apdf - 30s dynamic"},
		{"s: { nat: none }", "s: dynamic", "internet", "unknown any - 0s dynamic",
		 "unknown any - 0s dynamic"},
		/* behind a NAT it has the router's address all the same */
		{"s: { nat: linux, public: [198.51.100.7] }", "s: dynamic", "internet",
		 "known apdf " FOUND " 30s filter@s", "unknown apdf - 30s dynamic"},
		{"s: { nat: linux, public: [198.51.100.7] }", "s: dynamic", "s",
		 "unknown any - 0s dynamic", "unknown any - 0s dynamic"},
		{"s: { nat: symmetric, public: [198.51.100.7] }", "s: dynamic", "internet",
		 "unknown apdf " FOUND " 30s mapping@s", "unknown apdf - 30s dynamic"},
		/* private addresses without a NAT exist inside only */
		{"", "internet: 10.1.1.1", "internet", "absent private", NULL},
		{"", "internet: \"fd00::1\"", "internet", "absent none", "absent private"},
		{"s: { nat: none }", "s: 172.31.0.1", "internet", "absent private", NULL},
		{"s: { nat: none }", "s: 172.31.0.1", "s", "open 172.31.0.1:51820 0s none", NULL},
		{"s: { nat: firewall }", "s: 100.64.0.1", "internet", "absent private", NULL},
		{"s: { nat: linux, public: [198.51.100.7] }", "s: [10.1.0.1, \"fd00::1\"]",
		 "internet", "known apdf " FOUND " 30s filter@s", "absent private"},
		{"s: { nat: linux, public: [198.51.100.7] }", "s: [10.1.0.1, \"fd00::1\"]", "s",
		 "open 10.1.0.1:51820 0s none", "open [fd00::1]:51820 0s none"},
		{"s: { nat: linux, public: [198.51.100.7], forward: { 51820/ipv6: h } }",
		 "s: [10.1.0.1, \"2001:db8:1::1\"]", "internet",
		 "known apdf " FOUND " 30s filter@s", "open " SIX " 0s none"},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

#define TWO                                                                                        \
	"a: { nat: linux, public: [198.51.100.7] }, b: { nat: linux, public: [198.51.100.8] },\n"  \
	"x: { nat: udp-blocked }, c: { nat: none }, p: { inside: q, nat: linux,\n"                 \
	"public: [10.0.0.9] }, q: { nat: linux, public: [198.51.100.9] },\n"                       \
	"r: { inside: q, nat: linux, public: [10.0.0.10] }"

/* Several sites: the internet itself if it is there, the only one that leads out, or nobody knows.
 */
static void test_exposure_several_ways(void **state)
{
	static const struct row rows[] = {
		{TWO, "a: 10.1.0.1, b: 10.2.0.1", "internet", "unknown apdf - 0s several ways",
		 NULL},
		{TWO, "a: 10.1.0.1, b: \"2001:db8:1::1\"", "internet",
		 "known apdf " FOUND " 30s filter@a", "known apdf " SIX " 30s filter@b"},
		{TWO, "a: 10.1.0.1, b: [10.2.0.1, \"2001:db8:1::1\"]", "internet",
		 "unknown apdf - 0s several ways", "known apdf " SIX " 30s filter@b"},
		{TWO, "a: 10.1.0.1, internet: 192.0.2.9", "internet",
		 "open 192.0.2.9:51820 0s none", NULL},
		{TWO, "a: 10.1.0.1, internet: dynamic", "internet", "unknown any - 0s dynamic",
		 "unknown any - 0s dynamic"},
		/* ways that lead nowhere do not count */
		{TWO, "a: 10.1.0.1, x: 10.2.0.1", "internet", "known apdf " FOUND " 30s filter@a",
		 NULL},
		{TWO, "a: 10.1.0.1, c: 172.31.0.1", "internet", "known apdf " FOUND " 30s filter@a",
		 NULL},
		{TWO, "x: 10.1.0.1, c: 172.31.0.1", "internet", "blocked blocked@x", NULL},
		/* in each site that it is at, it is there */
		{TWO, "a: 10.1.0.1, b: 10.2.0.1", "a", "open 10.1.0.1:51820 0s none", NULL},
		{TWO, "a: 10.1.0.1, b: 10.2.0.1", "b", "open 10.2.0.1:51820 0s none", NULL},
		/* at a site, and inside it as well: before and after it by name */
		{TWO, "p: 192.168.1.1, q: 10.0.0.1", "q", "open 10.0.0.1:51820 0s none", NULL},
		{TWO, "r: 192.168.1.1, q: 10.0.0.1", "q", "open 10.0.0.1:51820 0s none", NULL},
		{TWO, "p: 192.168.1.1, q: dynamic", "q", "unknown any - 0s dynamic",
		 "unknown any - 0s dynamic"},
		{TWO, "r: 192.168.1.1, q: dynamic", "q", "unknown any - 0s dynamic",
		 "unknown any - 0s dynamic"},
		{"q: { nat: linux, public: [198.51.100.9] },\n"
		 "p: { inside: q, nat: linux, public: [10.0.0.9], forward: { 51820: h } }",
		 "p: 192.168.1.1, q: 10.0.0.1", "q", "open 10.0.0.1:51820 0s none", NULL},
		{"q: { nat: linux, public: [198.51.100.9] },\n"
		 "r: { inside: q, nat: linux, public: [10.0.0.9], forward: { 51820: h } }",
		 "r: 192.168.1.1, q: 10.0.0.1", "q", "open 10.0.0.1:51820 0s none", NULL},
		{TWO, "p: 192.168.1.1, r: 192.168.2.1", "internet",
		 "unknown apdf - 0s several ways", NULL},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exposure_presets),
		cmocka_unit_test(test_exposure_terms),
		cmocka_unit_test(test_exposure_forwards),
		cmocka_unit_test(test_exposure_one_to_one),
		cmocka_unit_test(test_exposure_chains),
		cmocka_unit_test(test_exposure_forwards_in_chains),
		cmocka_unit_test(test_exposure_public),
		cmocka_unit_test(test_exposure_places),
		cmocka_unit_test(test_exposure_several_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
