/* SPDX-License-Identifier: MIT */

/*
 * Fingerprints. A topology and some dozens of single edits of it: between any two of them, what has
 * the same fingerprint has the same bytes, for a file with the same fingerprint is not even made.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "compiler/deliver.h"
#include "compiler/emit/artifact.h"
#include "tests/unit/compiler/fixture.h"

static const char base[] =
	"network: { name: lab, addresses: [10.20.0.0/24, \"fd20::/64\"], domain: lab.example,\n"
	"  listen_port: 51820, persistent_keepalive: auto, mtu: 1400 }\n"
	"sites:\n"
	"  campus: { nat: symmetric, prefixes: [10.1.0.0/16] }\n"
	"  home: { nat: linux }\n"
	"gateways:\n"
	"  gw: { at: { internet: 192.0.2.1, campus: 10.1.0.1 }, public_key: KEY(gw),\n"
	"        address: 10.20.0.10, routes: [172.16.0.0/16] }\n"
	"  hub: { at: { internet: 192.0.2.2, campus: 10.1.0.2 }, public_key: KEY(hub),\n"
	"         address: 10.20.0.11 }\n"
	"servers:\n"
	"  c1: { at: { campus: 10.1.0.11 }, public_key: KEY(c1), address: 10.20.0.12 }\n"
	"  c2: { at: { campus: 10.1.0.12 }, public_key: KEY(c2), address: 10.20.0.13 }\n"
	"  o1: { at: { internet: [192.0.2.11, \"2001:db8::11\"] }, public_key: KEY(o1),\n"
	"        address: 10.20.0.14, listen_port: 7000 }\n"
	"users:\n"
	"  al: { gateways: [gw], public_key: KEY(al), address: 10.20.0.20 }\n"
	"  bo: { gateways: [hub], public_key: KEY(bo), address: 10.20.0.22 }\n"
	"links:\n"
	"  - { between: [c1, o1], persistent_keepalive: 20 }\n";

struct edit {
	const char *old;
	const char *new;
	bool is_nothing; /* it must not change any file, nor any fingerprint */
};

static const struct edit edits[] = {
	{"", "", true},
	{"network:", "# a comment\nnetwork:", true},
	{"nat: symmetric", "nat: symmetric ", true},
	{"10.1.0.0/16", "10.1.0.0/17", true},
	{"home: { nat: linux }", "home: { nat: cgnat }", true},
	{"home:", "house:", true},
	{"KEY(c1),", "KEY(c1), groups: [gpu],", true},
	{"auto,", "25,", true},
	{", listen_port: 7000", ", \"listen_port\": 7000", true},
	{"[192.0.2.11, \"2001:db8::11\"]", "[\"2001:db8::11\", 192.0.2.11]", true},
	{"listen_port: 51820, ", "", true},
	{"[c1, o1]", "[o1, c1]", true},

	{"name: lab", "name: lan", false},
	{"lab.example", "lab.example.org", false},
	{", domain: lab.example", "", false},
	{"51820", "51821", false},
	{"auto,", "off,", false},
	{"auto,", "auto, preshared_keys: true,", false},
	{"auto,", "auto, preshared_keys: false,", true},
	{"auto,", "24,", false},
	{"mtu: 1400", "mtu: 1401", false},
	{"mtu: 1400", "mtu: auto", false},
	{", \"fd20::/64\"", "", false},
	{"fd20::/64", "fd21::/64", false},
	{"10.20.0.0/24", "10.20.0.0/23", false},
	{"nat: symmetric", "nat: cgnat", true},
	/* a NAT that keeps ports: those behind it get one each */
	{"nat: symmetric", "nat: linux", false},
	{"campus: 10.1.0.1 ", "campus: 10.1.0.3 ", false},
	{"internet: 192.0.2.1,", "internet: 192.0.2.9,", false},
	{"internet: 192.0.2.1,", "internet: v.example,", false},
	{"10.20.0.10,", "10.20.0.30,", false},
	{"172.16.0.0/16", "172.16.0.0/17", false},
	{"172.16.0.0/16", "172.16.0.0/17, 172.16.128.0/17", false},
	{"172.16.0.0/16", "172.16.0.0/16, \"fd99::/48\"", false},
	{", routes: [172.16.0.0/16]", "", false},
	{"KEY(hub),\n", "KEY(hub), routes: [172.17.0.0/16],\n", false},
	{"KEY(c1)", "KEY(x1)", false},
	{"KEY(gw)", "KEY(x2)", false},
	{"KEY(al)", "KEY(x3)", false},
	{"campus: 10.1.0.11 ", "campus: dynamic ", false},
	{"campus: 10.1.0.11 ", "internet: 192.0.2.40 ", false},
	{"campus: 10.1.0.11 ", "campus: 10.1.0.11, internet: dynamic ", true},
	{"10.20.0.13 }", "10.20.0.13, listen_port: 51822 }", false},
	{"7000", "7001", false},
	{"[192.0.2.11, \"2001:db8::11\"]", "192.0.2.11", true},
	{"c2:", "c3:", false},
	{"al:", "az:", false},
	{"users:\n",
	 "users:\n  cy: { gateways: [hub], public_key: KEY(cy), address: 10.20.0.21 }\n", false},
	{"users:\n", "users:\n  aa: { gateways: [gw], public_key: KEY(aa), address: 10.20.0.99 }\n",
	 false},
	{"servers:\n",
	 "servers:\n  a0: { at: { campus: 10.1.0.99 }, public_key: KEY(a0), address: 10.20.0.98 }\n",
	 false},
	{"[gw], public", "[hub], public", false},
	{"10.20.0.22", "10.20.0.23", false},
	{"persistent_keepalive: 20", "persistent_keepalive: 21", false},
	{"persistent_keepalive: 20", "persistent_keepalive: off", false},
	{"persistent_keepalive: 20", "mtu: 1300", false},
	{"persistent_keepalive: 20", "mtu: 1300, persistent_keepalive: 20", false},
	{"[c1, o1]", "[c2, o1]", false},
	{"[c1, o1]", "[al, gw]", false},
};

enum {
	N_EDITS = sizeof(edits) / sizeof(edits[0]),
};

/* The artifacts of one edit, by path. */
struct outcome {
	struct arena *arena;
	vec_of(struct artifact) list;
	struct map by_path;
};

static int take(void *context, const struct artifact *artifact)
{
	struct outcome *outcome = context;
	struct artifact *copy = ARENA_NEW(outcome->arena, struct artifact);

	*copy = *artifact;
	copy->path = arena_printf(outcome->arena, "%s", artifact->path);
	copy->bytes = arena_copy(outcome->arena, artifact->bytes, artifact->size);
	*vec_push(outcome->arena, &outcome->list) = *copy;
	assert_null(map_put(outcome->arena, &outcome->by_path, copy->path, copy));
	return 0;
}

static struct outcome outcome_of(const struct edit *edit)
{
	const struct compile_selection everything = {0};
	struct outcome outcome = {.arena = arena_create()};
	const char *place = strstr(base, edit->old);
	struct text text = {0};
	struct compilation c;

	if (place == NULL)
		fail_msg("no '%s'", edit->old);
	text_append(&text, base, (size_t)(place - base));
	text_printf(&text, "%s%s", edit->new, place + strlen(edit->old));
	fixture_check_good(&c, text.data, NULL);
	assert_int_equal(compile_emit(&c, &everything, take, &outcome), 0);
	text_finish(&text);
	compile_finish(&c);
	return outcome;
}

static bool has_same_fingerprint(const struct artifact *a, const struct artifact *b)
{
	return memcmp(&a->fingerprint, &b->fingerprint, sizeof(a->fingerprint)) == 0;
}

static bool has_same_bytes(const struct artifact *a, const struct artifact *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* Returns in how many files the two differ, files that one of them lacks included. */
static size_t compare(const struct outcome *a, const struct outcome *b, const struct edit *edit)
{
	size_t n_common = 0;
	size_t n_different = 0;

	vec_foreach(left, &a->list) {
		const struct artifact *right = map_get(&b->by_path, left->path);

		if (right == NULL)
			continue;
		n_common++;
		n_different += !has_same_bytes(left, right);
		if (has_same_fingerprint(left, right) && !has_same_bytes(left, right)) {
			fail_msg("'%s' -> '%s': %s changed unseen", edit->old, edit->new,
				 left->path);
		}
		if (edit->is_nothing && !has_same_fingerprint(left, right)) {
			fail_msg("'%s' -> '%s': %s would be made again", edit->old, edit->new,
				 left->path);
		}
	}
	return n_different + (a->list.n_items - n_common) + (b->list.n_items - n_common);
}

static void test_fingerprints_over_edits(void **state)
{
	struct outcome outcomes[N_EDITS];

	(void)state;
	for (size_t i = 0; i < N_EDITS; i++) {
		const struct edit *edit = &edits[i];

		outcomes[i] = outcome_of(edit);
		if ((compare(&outcomes[0], &outcomes[i], edit) == 0) != edit->is_nothing)
			fail_msg("'%s' -> '%s'", edit->old, edit->new);
	}
	for (size_t i = 1; i < N_EDITS; i++) {
		struct edit pair = {edits[i].old, edits[i].new, false};

		for (size_t k = 1; k < i; k++)
			(void)compare(&outcomes[k], &outcomes[i], &pair);
	}
	for (size_t i = 0; i < N_EDITS; i++)
		outcomes[i].arena = arena_destroy(outcomes[i].arena);
}

/* Within one compilation: no two files have the same fingerprint without being the same. */
static void test_fingerprints_of_files(void **state)
{
	struct outcome outcome = outcome_of(&edits[0]);

	(void)state;
	assert_true(outcome.list.n_items >= 5 * 2 + 2 + 1);
	vec_foreach(a, &outcome.list) {
		vec_foreach(b, &outcome.list)
			assert_int_equal(has_same_fingerprint(a, b), a == b);
	}
	outcome.arena = arena_destroy(outcome.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fingerprints_over_edits),
		cmocka_unit_test(test_fingerprints_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
