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
#include "compiler/model/schema.h"
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
	assert_int_equal(loading.topology->files.n_items, 4);
	assert_string_equal(loading.topology->files.items[1].path, "teams/b.yaml");
	assert_string_equal(loading.topology->files.items[1].source->path, "lab/teams/b.yaml");
	assert_non_null(loading.topology->files.items[1].root);
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
	{NETWORK "servers: { \"gpu[01-64]\": " AT " }\n", "range-length '192.0.2.1'\n"},
	{NETWORK "servers: { a: { at: { x: dynamic }, groups: g } }\n", "wrong-type 'g'\n"},
	{NETWORK "servers: { a: { at: { x: dynamic }, address: [10.0.0.1, fd00::1, fd00::2] } }\n",
	 "bad-value '[10.0.0.1, fd00::1, fd00::2]'\n"},
	{NETWORK "links: [ { mtu: 1400 } ]\n", "missing-key '{ mtu: 1400 }'\n"},
	{NETWORK "links: [ { between: [a, b, c] } ]\n", "bad-value '[a, b, c]'\n"},
	{NETWORK "links: [ a ]\n", "wrong-type 'a'\n"},
	{NETWORK "links: { between: [a, b] }\n", "wrong-type '{ between: [a, b] }'\n"},
	/* refused by name, never ignored */
	{NETWORK "access: []\n", "not-supported-yet 'access'\n"},
	{NETWORK "gateways: { g: { at: { x: dynamic }, exit: true } }\n",
	 "not-supported-yet 'exit'\n"},
	/* sites: each key right, then wrong */
	{NETWORK "sites: { s: { nat: { mapping: none } } }\n", ""},
	{NETWORK "sites: { s: { nat: { filtering: address-dependent, mapping_timeout: 60 } } }\n",
	 ""},
	{NETWORK "sites: { s: { nat: { mapping_: none } } }\n", "unknown-key 'mapping_'\n"},
	{NETWORK "sites: { s: { nat: { mapping: linux } } }\n", "bad-value 'linux'\n"},
	{NETWORK "sites: { s: { nat: { filtering: none } } }\n", "bad-value 'none'\n"},
	{NETWORK "sites: { s: { nat: { port_preservation: maybe } } }\n", "bad-value 'maybe'\n"},
	{NETWORK "sites: { s: { nat: { hairpinning: 1, mapping_timeout: 0 } } }\n",
	 "bad-value '1'\nbad-value '0'\n"},
	{NETWORK "sites: { s: { nat: {} } }\n", "bad-value '{}'\n"},
	{NETWORK "sites: { s: { nat: [linux] } }\n", "wrong-type '[linux]'\n"},
	{NETWORK "sites: { s: { nat: ~ } }\n", "wrong-type '~'\n"},
	{NETWORK "sites: { s: { inside: campus } }\n", ""},
	{NETWORK "sites: { s: { inside: [campus] } }\n", "wrong-type '[campus]'\n"},
	{NETWORK "sites: { s: { inside: '' } }\n", "bad-value ''''\n"},
	{NETWORK "sites: { s: { public: [192.0.2.1, a.example, dynamic] } }\n", ""},
	{NETWORK "sites: { s: { public: 192.0.2.1 } }\n", "wrong-type '192.0.2.1'\n"},
	{NETWORK "sites: { s: { public: [192.0.2.1/32] } }\n", "bad-value '192.0.2.1/32'\n"},
	{NETWORK "sites: { s: { forward: { 51820: a, 51821: a:51820, 51820/ipv6: u/d } } }\n", ""},
	{NETWORK "sites: { s: { forward: { \"51820\": a } } }\n", ""},
	{NETWORK "sites: { s: { forward: { 51820: 51820 } } }\n", ""}, /* names are not looked up */
	{NETWORK "sites: { s: { forward: { 0: a, 65536/ipv6: b, 51820/ipv4: c } } }\n",
	 "bad-value '0'\nbad-value '65536/ipv6'\nbad-value '51820/ipv4'\n"},
	{NETWORK "sites: { s: { forward: { home01: 51821 } } }\n", "bad-value 'home01'\n"},
	{NETWORK "sites: { s: { forward: { 51820: a, \"51820\": b } } }\n",
	 "yaml-duplicate-key '\"51820\"'\n"},
	{NETWORK "sites: { s: { forward: { 51820: } } }\n", "wrong-type ''\n"},
	{NETWORK "sites: { s: { forward: { 51820: '' } } }\n", "bad-value ''''\n"},
	{NETWORK "sites: { s: { forward: { 51820: [a] } } }\n", "wrong-type '[a]'\n"},
	{NETWORK "sites: { s: { forward: {} } }\n", "bad-value '{}'\n"},
	{NETWORK "sites: { s: { forward: ~ } }\n", "wrong-type '~'\n"},
	{NETWORK "sites: { s: { forward: [51820] } }\n", "wrong-type '[51820]'\n"},
	{NETWORK "sites: { s: { one_to_one: { 203.0.113.40: vm1 } } }\n", ""},
	{NETWORK "sites: { s: { one_to_one: { vm1: 203.0.113.40 } } }\n", "bad-value 'vm1'\n"},
	{NETWORK "sites: { s: { one_to_one: { \"2001:db8::40\": vm1 } } }\n",
	 "bad-value '\"2001:db8::40\"'\n"},
	{NETWORK "sites: { s: { one_to_one: {} } }\n", "bad-value '{}'\n"},
	{NETWORK "sites: { s: { client_isolation: true } }\n", ""},
	{NETWORK "sites: { s: { client_isolation: on } }\n", "bad-value 'on'\n"},
	{NETWORK "links: [ { between: [a, b], via: gw } ]\n", ""},
	{NETWORK "links: [ { between: [a, b], via: [gw] } ]\n", "wrong-type '[gw]'\n"},
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

static void show_given(struct text *out, const char *name, struct given_number number)
{
	if (span_is_given(number.span))
		text_printf(out, "%s %lld ", name, (long long)number.value);
}

static void show_pair(struct text *out, struct given_pair pair)
{
	struct span name = pair.name.span;
	struct span value = pair.value.span;

	text_printf(out, "%s (%.*s) to %s (%.*s) ", pair.name.value, (int)(name.end - name.begin),
		    name.source->text + name.begin, pair.value.value,
		    (int)(value.end - value.begin), value.source->text + value.begin);
}

/* Each site: its NAT with where that stands, the terms that were given, forwards, addresses. */
static void show_sites(const struct topology *topology, struct text *out)
{
	vec_foreach(site, &topology->sites) {
		struct span nat = site->nat.span;

		text_printf(out, "%s: ", site->name.value);
		if (span_is_given(nat)) {
			text_printf(out, "%s (%.*s) ", schema_nat_text((int)site->nat.value),
				    (int)(nat.end - nat.begin), nat.source->text + nat.begin);
		}
		show_given(out, "mapping", site->nat_terms.mapping);
		show_given(out, "filtering", site->nat_terms.filtering);
		show_given(out, "preservation", site->nat_terms.port_preservation);
		show_given(out, "hairpinning", site->nat_terms.hairpinning);
		show_given(out, "timeout", site->nat_terms.mapping_timeout);
		if (span_is_given(site->inside.span))
			text_printf(out, "inside %s ", site->inside.value);
		text_printf(out, "public %zu ", site->public.n_items);
		vec_foreach(forward, &site->forward)
			show_pair(out, *forward);
		vec_foreach(one_to_one, &site->one_to_one)
			show_pair(out, *one_to_one);
		show_given(out, "isolation", site->client_isolation);
		text_puts(out, "\n");
	}
}

static void test_load_sites(void **state)
{
	static const struct fixture_file files[] = {
		{"topology.yaml", NETWORK
		 "sites:\n"
		 "  a: { nat: linux, public: [192.0.2.1, 192.0.2.2] }\n"
		 "  b: { inside: a, nat: { mapping: address-dependent } }\n"
		 "  c:\n"
		 "    client_isolation: false\n"
		 "    nat: { filtering: address-and-port-dependent, port_preservation: true,"
		 " hairpinning: false, mapping_timeout: 60 }\n"
		 "    forward: { \"51820\": h, 0: bad, 51821/ipv6: 'u/d:51820' }\n"
		 "    one_to_one: { 203.0.113.40: vm, 203.0.113.41: ~ }\n"
		 "  d:\n"},
		{NULL, NULL},
	};
	struct text shown = {0};
	struct loading loading;

	(void)state;
	load(&loading, "topology.yaml", files);
	assert_int_equal(loading.diags.n_errors, 2);
	show_sites(loading.topology, &shown);
	fixture_expect_text(&shown,
			    "a: linux (linux) public 2 \n"
			    "b: in its own terms ({ mapping: address-dependent }) mapping 2 "
			    "inside a public 0 \n"
			    "c: in its own terms ({ filtering: address-and-port-dependent, "
			    "port_preservation: true, hairpinning: false, mapping_timeout: 60 }) "
			    "filtering 3 preservation 1 hairpinning 0 timeout 60 public 0 "
			    "51820 (\"51820\") to h (h) 51821/ipv6 (51821/ipv6) to u/d:51820 "
			    "('u/d:51820') 203.0.113.40 (203.0.113.40) to vm (vm) isolation 0 \n"
			    "d: public 0 \n");
	text_finish(&shown);
	finish(&loading);
}

/* A NAT whose terms are all wrong was given all the same. */
static void test_load_nat_with_mistakes(void **state)
{
	static const struct fixture_file files[] = {
		{"topology.yaml",
		 NETWORK "sites: { a: { nat: { maping: none } }, b: { nat: {} } }\n"
			 "links: [ { between: [a, b], via: gw } ]\n"},
		{NULL, NULL},
	};
	struct text shown = {0};
	struct loading loading;

	(void)state;
	load(&loading, "topology.yaml", files);
	assert_int_equal(loading.diags.n_errors, 2);
	show_sites(loading.topology, &shown);
	fixture_expect_text(&shown, "a: in its own terms ({ maping: none }) public 0 \n"
				    "b: public 0 \n");
	assert_string_equal(loading.topology->links.items[0].via.value, "gw");
	text_finish(&shown);
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
		cmocka_unit_test(test_load_sites),
		cmocka_unit_test(test_load_nat_with_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
