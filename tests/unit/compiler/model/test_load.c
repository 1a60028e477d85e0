/* SPDX-License-Identifier: MIT */

/* Load: sections, and the files that a topology includes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/model/load.h"
#include "compiler/model/topology.h"
#include "tests/unit/compiler/fixture.h"

struct loading {
	struct arena *arena;
	struct diag_bag diags;
	struct topology *topology;
	int result;
};

static void load(struct loading *loading, const char *path, const struct fixture_file *files)
{
	const struct load_options options = {path, fixture_read, (void *)files};

	*loading = (struct loading){.arena = arena_create()};
	loading->diags.arena = loading->arena;
	loading->result =
		load_topology(loading->arena, &options, &loading->diags, &loading->topology);
	diag_sort(&loading->diags);
}

static void finish(struct loading *loading)
{
	loading->arena = arena_destroy(loading->arena);
}

/* Each server, with the file and the text that its span points at. */
static void show_servers(const struct topology *topology, struct text *out)
{
	vec_foreach(server, &topology->servers) {
		struct span span = server->name.span;

		text_printf(out, "%s (%s: %.*s) ", server->name.value, span.source->path,
			    (int)(span.end - span.begin), span.source->text + span.begin);
	}
}

#define NETWORK "network: { name: lab, addresses: [10.20.0.0/24] }\n"
#define AT      "{ at: { internet: 192.0.2.1 } }"

static void test_load_includes_in_order(void **state)
{
	static const struct fixture_file files[] = {
		{"topology.yaml",
		 "include: [teams/b.yaml, a.yaml]\n" NETWORK "servers: { z: " AT " }\n"},
		{"a.yaml", "servers:\n  \"s3\": " AT "\n"},
		{"teams/b.yaml", "include: [c.yaml]\nservers: { s1: " AT " }\n"},
		{"teams/c.yaml", "# empty lines first\n\n\nservers: { s2: " AT " }\n"},
		{"c.yaml", "servers: { wrong: " AT " }\n"},
		{NULL, NULL},
	};
	struct text shown = {0};
	struct loading loading;

	(void)state;
	load(&loading, "lab/topology.yaml", files);
	assert_int_equal(loading.result, 0);
	assert_int_equal(loading.diags.n_errors, 0);
	show_servers(loading.topology, &shown);
	fixture_expect_text(&shown, "z (lab/topology.yaml: z) s1 (lab/teams/b.yaml: s1) "
				    "s2 (lab/teams/c.yaml: s2) s3 (lab/a.yaml: \"s3\") ");
	assert_string_equal(loading.topology->source->path, "lab/topology.yaml");
	text_finish(&shown);
	finish(&loading);
}

static void test_load_topology_in_this_folder(void **state)
{
	static const struct fixture_file files[] = {
		{"net.yml", NETWORK "include: [a.yaml]\n"},
		{"a.yaml", "servers: { s: " AT " }\n"},
		{NULL, NULL},
	};
	struct text shown = {0};
	struct loading loading;

	(void)state;
	load(&loading, "net.yml", files);
	assert_int_equal(loading.diags.n_errors, 0);
	show_servers(loading.topology, &shown);
	fixture_expect_text(&shown, "s (a.yaml: s) ");
	text_finish(&shown);
	finish(&loading);
	load(&loading, "other.yml", files);
	assert_int_equal(loading.result, -ENOENT);
	finish(&loading);
}

static void test_load_include_faults(void **state)
{
	static const struct {
		const char *include;
		const char *expected;
	} rows[] = {
		{"[good.yaml]", ""},
		{"[empty.yaml, null.yaml]", ""},
		{"[\"good.yaml\", sub/good.yaml]", ""},
		{"[topology.yaml]", "include-failed 'topology.yaml'\n"},
		{"[good.yaml, good.yaml]", "include-failed 'good.yaml'\n"},
		{"[missing.yaml]", "include-failed 'missing.yaml'\n"},
		{"[./good.yaml]", "include-failed './good.yaml'\n"},
		{"[../good.yaml]", "include-failed '../good.yaml'\n"},
		{"[sub/../good.yaml]", "include-failed 'sub/../good.yaml'\n"},
		{"[sub//good.yaml]", "include-failed 'sub//good.yaml'\n"},
		{"[/etc/passwd]", "include-failed '/etc/passwd'\n"},
		{"[sub/]", "include-failed 'sub/'\n"},
		{"['']", "bad-value ''''\n"},
		{"good.yaml", "wrong-type 'good.yaml'\n"},
		{"[pass.yaml, good.yaml]", "include-failed 'good.yaml'\n"},
		{"[pass.yaml, also.yaml]", "net/also.yaml: include-failed 'good.yaml'\n"},
		{"[cycle.yaml]", "net/cycle.yaml: include-failed 'topology.yaml'\n"},
		{"[self.yaml]", "net/self.yaml: include-failed 'self.yaml'\n"},
		{"[loop.yaml]", "net/pool.yaml: include-failed 'loop.yaml'\n"},
		{"[network.yaml]", "net/network.yaml: include-failed 'network'\n"},
		{"[list.yaml]", "net/list.yaml: wrong-type '- a'\n"},
		{"[typo.yaml]", "net/typo.yaml: unknown-key 'severs'\n"},
		{"[broken.yaml, typo.yaml]",
		 "net/broken.yaml: yaml-syntax '}'\nnet/typo.yaml: unknown-key 'severs'\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = {0};
		struct text shown = {0};
		struct loading loading;

		text_printf(&text, "%sinclude: %s\n", NETWORK, rows[i].include);
		const struct fixture_file files[] = {
			{"topology.yaml", text.data},
			{"good.yaml", "users: { u: {} }\n"},
			{"sub/good.yaml", "users: { v: {} }\n"},
			{"empty.yaml", ""},
			{"null.yaml", "~\n"},
			{"pass.yaml", "include: [good.yaml]\n"},
			{"also.yaml", "include: [good.yaml]\n"},
			{"cycle.yaml", "include: [topology.yaml]\n"},
			{"self.yaml", "include: [self.yaml]\n"},
			{"loop.yaml", "include: [pool.yaml]\n"},
			{"pool.yaml", "include: [loop.yaml]\n"},
			{"network.yaml", NETWORK},
			{"list.yaml", "- a\n"},
			{"typo.yaml", "severs: {}\n"},
			{"broken.yaml", "}\n"},
			{NULL, NULL},
		};
		load(&loading, "net/topology.yaml", files);
		assert_int_equal(loading.result, 0);
		fixture_show_findings(&loading.diags, &shown);
		fixture_expect_text(&shown, rows[i].expected);
		text_finish(&shown);
		text_finish(&text);
		finish(&loading);
	}
}

static const struct {
	const char *text;
	const char *expected; /* findings */
} structures[] = {
	{NETWORK, ""},
	{NETWORK "users:\nservers: ~\ngateways: {}\n", ""},
	{NETWORK "servers: { a: { at: { internet: [192.0.2.1, dynamic] } } }\n", ""},
	{NETWORK "servers: { a: " AT ", b: { address: 10.20.0.3, at: { x: dynamic } } }\n", ""},
	{NETWORK "servers: { a: { address: [10.20.0.3, fd00::1], at: { x: dynamic } } }\n", ""},
	{"", "wrong-type ''\n"},
	{"~\n", "wrong-type '~'\n"},
	{"- a\n", "wrong-type '- a'\n"},
	{"{}\n", "missing-key '{}'\n"},
	{"network: { addresses: [10.20.0.0/24] }\n",
	 "missing-key '{ addresses: [10.20.0.0/24] }'\n"},
	/* a misspelled key is not missing as well */
	{"network: { nmae: lab, addresses: [10.20.0.0/24] }\n", "unknown-key 'nmae'\n"},
	{"netwrok: { name: lab, addresses: [10.20.0.0/24] }\n", "unknown-key 'netwrok'\n"},
	{NETWORK "servers: [a]\n", "wrong-type '[a]'\n"},
	{NETWORK "servers: { a: {} }\n", "missing-key '{}'\n"},
	{NETWORK "servers: { A: " AT " }\n", "bad-name 'A'\n"},
	{NETWORK "servers: { a: 192.0.2.1 }\n", "wrong-type '192.0.2.1'\n"},
	{NETWORK "servers: { a: { at: 192.0.2.1 } }\n", "wrong-type '192.0.2.1'\n"},
	{NETWORK "servers: { a: { at: { internet: } } }\n", "wrong-type ''\n"},
	{NETWORK "servers: { a: { at: { X_Y: dynamic } } }\n", "bad-name 'X_Y'\n"},
	{NETWORK "servers: { \"gpu[01-64]\": " AT " }\n", "not-supported-yet '\"gpu[01-64]\"'\n"},
	{NETWORK "servers: { a: { at: { x: dynamic }, groups: g } }\n", "wrong-type 'g'\n"},
	{NETWORK "servers: { a: { at: { x: dynamic }, address: [10.0.0.1, fd00::1, fd00::2] } }\n",
	 "bad-value '[10.0.0.1, fd00::1, fd00::2]'\n"},
	{NETWORK "links: [ { mtu: 1400 } ]\n", "missing-key '{ mtu: 1400 }'\n"},
	{NETWORK "links: [ { between: [a, b, c] } ]\n", "bad-value '[a, b, c]'\n"},
	{NETWORK "links: [ a ]\n", "wrong-type 'a'\n"},
	{NETWORK "links: { between: [a, b] }\n", "wrong-type '{ between: [a, b] }'\n"},
	/* refused by name, never ignored */
	{NETWORK "access: []\n", "not-supported-yet 'access'\n"},
	{NETWORK "sites: { s: { nat: { mapping: none } } }\n", "not-supported-yet 'mapping'\n"},
	{NETWORK "sites: { s: { nat: { mapping_: none } } }\n", "unknown-key 'mapping_'\n"},
	{NETWORK "gateways: { g: { at: { x: dynamic }, exit: true } }\n",
	 "not-supported-yet 'exit'\n"},
	/* all of them in one run */
	{NETWORK "servers: { a: { at: { x: 1.2.3 }, listen_port: 0 } }\nfoo: 1\n",
	 "bad-value '1.2.3'\nbad-value '0'\nunknown-key 'foo'\n"},
};

static void test_load_structures(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(structures) / sizeof(structures[0]); i++) {
		const struct fixture_file files[] = {
			{"topology.yaml", structures[i].text},
			{NULL, NULL},
		};
		struct text shown = {0};
		struct loading loading;

		load(&loading, "net/topology.yaml", files);
		assert_int_equal(loading.result, 0);
		fixture_show_findings(&loading.diags, &shown);
		if (strcmp(shown.data == NULL ? "" : shown.data, structures[i].expected) != 0)
			print_error("topology:\n%s\n", structures[i].text);
		fixture_expect_text(&shown, structures[i].expected);
		text_finish(&shown);
		finish(&loading);
	}
}

/* What was not given has no span, and what was wrong is left out and leaves the rest. */
static void test_load_absent_values(void **state)
{
	static const struct fixture_file files[] = {
		{"topology.yaml",
		 "network: { name: lab, addresses: [10.20.0.1/24, 10.30.0.0/24], mtu: 9 }\n"
		 "servers: { a: { at: { internet: [10.1, 192.0.2.7] } } }\n"},
		{NULL, NULL},
	};
	const struct topology_network *network;
	struct loading loading;

	(void)state;
	load(&loading, "topology.yaml", files);
	assert_int_equal(loading.diags.n_errors, 3);
	network = &loading.topology->network;
	assert_string_equal(network->name.value, "lab");
	assert_int_equal(network->addresses.n_items, 1);
	assert_false(span_is_given(network->mtu.span));
	assert_false(span_is_given(network->listen_port.span));
	assert_false(span_is_given(network->domain.span));
	assert_int_equal(loading.topology->servers.items[0].at.items[0].places.n_items, 1);
	assert_false(span_is_given(loading.topology->servers.items[0].public_key.span));
	finish(&loading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load_includes_in_order),
		cmocka_unit_test(test_load_topology_in_this_folder),
		cmocka_unit_test(test_load_include_faults),
		cmocka_unit_test(test_load_structures),
		cmocka_unit_test(test_load_absent_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
