/* SPDX-License-Identifier: MIT */

/* Ranges: the same topology as written out, and every mistake in one said once and at its place. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/model/load.h"
#include "compiler/model/topology.h"
#include "tests/unit/compiler/fixture.h"

#define NETWORK "network: { name: lab, addresses: [10.20.0.0/24] }\n"

struct loading {
	struct arena *arena;
	struct diag_bag diags;
	struct topology *topology;
};

static void load(struct loading *loading, const char *sections)
{
	struct fixture_file files[] = {{"topology.yaml", NULL}, {NULL, NULL}};
	const struct load_options options = {"net/topology.yaml", fixture_read, (void *)files};

	*loading = (struct loading){.arena = arena_create()};
	loading->diags.arena = loading->arena;
	files[0].text = arena_printf(loading->arena, "%s%s", NETWORK, sections);
	assert_int_equal(
		load_topology(loading->arena, &options, &loading->diags, &loading->topology), 0);
	diag_sort(&loading->diags);
}

static void finish(struct loading *loading)
{
	loading->arena = arena_destroy(loading->arena);
}

static void show_place(const struct given_place *place, struct text *out)
{
	char buffer[NET_ADDRESS_TEXT];

	switch (place->kind) {
	case PLACE_ADDRESS:
		text_printf(out, " %s", net_address_format(&place->address, buffer));
		return;
	case PLACE_NAME:
		text_printf(out, " %s", place->name);
		return;
	case PLACE_DYNAMIC:
		text_puts(out, " dynamic");
		return;
	}
	unreachable();
}

static void show_node(const struct topology_node *node, struct text *out)
{
	char buffer[NET_ADDRESS_TEXT];

	text_puts(out, node->name.value);
	vec_foreach(at, &node->at) {
		text_printf(out, " %s:", at->site.value);
		vec_foreach(place, &at->places)
			show_place(place, out);
	}
	vec_foreach(address, &node->address)
		text_printf(out, " = %s", net_address_format(&address->value, buffer));
	if (span_is_given(node->listen_port.span))
		text_printf(out, " port %d", (int)node->listen_port.value);
	vec_foreach(group, &node->groups)
		text_printf(out, " in %s", group->value);
	text_puts(out, "\n");
}

static void show_topology(const struct topology *topology, struct text *out)
{
	vec_foreach(gateway, &topology->gateways)
		show_node(gateway, out);
	vec_foreach(server, &topology->servers)
		show_node(server, out);
	vec_foreach(user, &topology->users) {
		show_node(&user->own, out);
		vec_foreach(device, &user->devices) {
			text_puts(out, "  ");
			show_node(device, out);
		}
	}
}

static void expect(const char *sections, const char *expected)
{
	cleanup_(text_finish) struct text shown = {0};
	struct loading loading;

	load(&loading, sections);
	fixture_show_findings(&loading.diags, &shown);
	show_topology(loading.topology, &shown);
	fixture_expect_text(&shown, expected);
	finish(&loading);
}

static void test_range_is_written_out(void **state)
{
	static const struct {
		const char *sections;
		const char *expected;
	} rows[] = {
		{"servers: { \"gpu[09-11]\": { at: { campus: \"10.1.2.[1-3]\" } } }\n",
		 "gpu09 campus: 10.1.2.1\ngpu10 campus: 10.1.2.2\ngpu11 campus: 10.1.2.3\n"},
		{"servers: { 'r[1-2]n[1-2]': { at: { a: '10.1.[1-2].[8-9]', b: [dynamic] } } }\n",
		 "r1n1 a: 10.1.1.8 b: dynamic\nr1n2 a: 10.1.1.9 b: dynamic\n"
		 "r2n1 a: 10.1.2.8 b: dynamic\nr2n2 a: 10.1.2.9 b: dynamic\n"},
		{"gateways:\n  ? gw[1,5]\n  : { at: { internet: ['203.0.113.[1-2]', 'fd00::[9-10]', "
		 "'gw[1,5].example.org'] }, address: '10.20.0.[7-8]', listen_port: 9, "
		 "groups: [g] }\n",
		 "gw1 internet: 203.0.113.1 fd00::9 gw1.example.org = 10.20.0.7 port 9 in g\n"
		 "gw5 internet: 203.0.113.2 fd00::10 gw5.example.org = 10.20.0.8 port 9 in g\n"},
		{"servers: { \"a[1-2],b\": { at: { lan: \"10.0.0.[1-2],10.9.9.9\" } } }\n",
		 "a1 lan: 10.0.0.1\na2 lan: 10.0.0.2\nb lan: 10.9.9.9\n"},
		{"servers: { \"one[1]\": { at: { lan: 10.0.0.1 } } }\n", "one1 lan: 10.0.0.1\n"},
		{"servers: { \"one[1]\": { at: { lan: \"10.0.0.[1]\" } } }\n",
		 "one1 lan: 10.0.0.1\n"},
		{"users: { \"u[1-2]\": ~, v: { groups: [g] } }\n", "u1\nu2\nv in g\n"},
		{"users: { \"u[1-2]\": { devices: { \"d[1-2]\": { address: "
		 "\"10.20.0.[1-4]\" }, e: { address: \"10.20.0.[5-6]\" } } } }\n",
		 "u1\n  d1 = 10.20.0.1\n  d2 = 10.20.0.2\n  e = 10.20.0.5\n"
		 "u2\n  d1 = 10.20.0.3\n  d2 = 10.20.0.4\n  e = 10.20.0.6\n"},
		{"users: { u: { devices: { \"d[1-2]\": {} } } }\n", "u\n  d1\n  d2\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(rows[i].sections, rows[i].expected);
}

/* The nodes that are there in spite of a mistake are those that it does not concern. */
static void test_range_mistakes(void **state)
{
	static const struct {
		const char *sections;
		const char *expected;
	} rows[] = {
		{"servers: { \"g[2-1]\": { at: { a: dynamic } } }\n", "range-invalid '2-1'\n"},
		{"servers: { 'g[1-2': { at: { a: dynamic } } }\n", "range-invalid '[1-2'\n"},
		{"servers:\n  g[1,,2]: { at: { a: dynamic } }\n", "range-invalid ',,'\n"},
		/* Not written as it is meant, so that no part of it can be pointed at. */
		{"servers: { \"g\\x5b2-1]\": { at: { a: dynamic } } }\n",
		 "range-invalid '\"g\\x5b2-1]\"'\n"},
		{"servers: { \"g[1-2]\": { at: { a: \"10.0.0.[1-3]\" } } }\n",
		 "range-length '\"10.0.0.[1-3]\"'\ng1 a:\ng2 a:\n"},
		{"servers: { \"g[1-2]\": { at: { a: \"10.0.0.[2-1]\", b: \"10.0.0.[1-2]\" } } }\n",
		 "range-invalid '2-1'\ng1 a: b: 10.0.0.1\ng2 a: b: 10.0.0.2\n"},
		{"servers: { \"g[1-2]\": { at: { a: \"10.0.0.[255-256]\" } } }\n",
		 "bad-value '\"10.0.0.[255-256]\"'\ng1 a:\ng2 a:\n"},
		{"servers: { \"g[1-2]\": { at: { a: 10.0.0.1, b: x.org } } }\n",
		 "range-length '10.0.0.1'\nrange-length 'x.org'\ng1 a: b:\ng2 a: b:\n"},
		{"servers: { \"g[1-3]\": { at: { a: dynamic }, address: 10.20.0.1, color: red } }\n",
		 "range-length '10.20.0.1'\nunknown-key 'color'\n"
		 "g1 a: dynamic\ng2 a: dynamic\ng3 a: dynamic\n"},
		{"servers: { \"g[1-2]\": { at: { a: dynamic }, routes: [10.9.0.0/16] } }\n",
		 "prefix-conflict '10.9.0.0/16'\ng1 a: dynamic\ng2 a: dynamic\n"},
		{"servers: { \"g[1-2]\": { listen_port: 0 } }\n",
		 "missing-key '{ listen_port: 0 }'\nbad-value '0'\ng1\ng2\n"},
		{"servers: { \"g[1,1]\": { at: { a: dynamic } }, h: { at: { a: dynamic } } }\n",
		 "name-duplicate '1'\nh a: dynamic\n"},
		{"servers: { \"G[1-2]\": { at: { a: dynamic } } }\n", "bad-name '\"G[1-2]\"'\n"},
		{"sites: { \"s[1-2]\": { nat: none } }\n", "not-supported-yet '\"s[1-2]\"'\n"},
		{"servers: { g: { at: { \"s[1-2]\": dynamic } } }\n",
		 "not-supported-yet '\"s[1-2]\"'\ng\n"},
		/* Outside a range a bracket is nothing but a mistake. */
		{"servers: { g: { at: { a: \"10.0.0.[1-2]\" } } }\n",
		 "bad-value '\"10.0.0.[1-2]\"'\ng a:\n"},
		{"users: { \"u[1-2]\": { devices: { \"d[2-1]\": {}, e: { address: 10.20.0.9 } } } }\n",
		 "range-invalid '2-1'\nrange-length '10.20.0.9'\nu1\n  e\nu2\n  e\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(rows[i].sections, rows[i].expected);
}

/* A key of a range is refused once, and does not count as missing on any of the nodes. */
static void test_range_keys(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check(
		&c,
		NETWORK
		"servers: { \"g[1-3]\": { at: { internet: \"192.0.2.[1-3]\" }, public_key: KEY(g) } }\n",
		NULL);
	assert_int_equal(c.diags.n_errors, 1);
	assert_int_equal(c.diags.items.items[0]->rule, DIAG_KEY_SHARED);
	compile_finish(&c);
}

static void test_range_bounds(void **state)
{
	static const struct {
		const char *sections;
		const char *expected;
		size_t n_servers;
		size_t n_users;
	} rows[] = {
		{"servers: { \"a[1-60000]\": { at: { a: dynamic } } }\n"
		 "users: { \"b[1-40000]\": ~ }\n",
		 "", 60000, 40000},
		{"servers: { \"a[1-60000]\": { at: { a: dynamic } } }\n"
		 "users: { \"b[1-40001]\": ~, c: ~ }\n",
		 "range-invalid '\"b[1-40001]\"'\n", 60000, 1},
		{"users: { \"a[1-1000]\": { devices: { \"b[1-1000]\": {} } } }\n",
		 "range-invalid '\"b[1-1000]\"'\n", 0, 1000},
		{"users: { \"a[1-100000]\": { groups: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, "
		 "q, r] } }\n",
		 "range-invalid '\"a[1-100000]\"'\n", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_(text_finish) struct text shown = {0};
		struct loading loading;

		load(&loading, rows[i].sections);
		fixture_show_findings(&loading.diags, &shown);
		fixture_expect_text(&shown, rows[i].expected);
		assert_int_equal(loading.topology->servers.n_items, rows[i].n_servers);
		assert_int_equal(loading.topology->users.n_items, rows[i].n_users);
		finish(&loading);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_range_is_written_out),
		cmocka_unit_test(test_range_mistakes),
		cmocka_unit_test(test_range_keys),
		cmocka_unit_test(test_range_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
