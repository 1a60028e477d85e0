/* SPDX-License-Identifier: MIT */

/* Pairs: which an assertion speaks of, each once, and which of them fail. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/assert/pairs.h"
#include "compiler/assert/words.h"
#include "compiler/reach/reach.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

/* s1 and s2 share a LAN; s3 is behind another NAT, so that g1 relays for it. */
#define NETWORK                                                                                    \
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"                                      \
	"sites: { one: { nat: symmetric }, two: { nat: symmetric } }\n"                            \
	"gateways:\n"                                                                              \
	"  g1: { at: { internet: 192.0.2.1 }, public_key: KEY(g1) }\n"                             \
	"servers:\n"                                                                               \
	"  s1: { at: { one: 10.1.0.1 }, groups: [near, all], public_key: KEY(s1) }\n"              \
	"  s2: { at: { one: 10.1.0.2 }, groups: [near, all], public_key: KEY(s2) }\n"              \
	"  s3: { at: { two: 10.2.0.3 }, groups: [far, all], public_key: KEY(s3) }\n"               \
	"users:\n"                                                                                 \
	"  al: { gateways: [g1], groups: [staff], devices: { lap: { public_key: KEY(lap) },\n"     \
	"        tab: { public_key: KEY(tab) } } }\n"

static struct pairs look(struct compilation *c, const char *topology)
{
	struct assert_context context;

	fixture_check(c, topology, NULL);
	context = (struct assert_context){
		.arena = c->arena,
		.network = c->network,
		.reach = c->reach,
		.planner = c->planner,
	};
	assert_int_equal(c->network->assertions.n_items, 1);
	return pairs_look(&context, &c->network->assertions.items[0]);
}

static void test_pairs_look(void **state)
{
	static const struct {
		const char *assertion;
		size_t n_all;
		size_t n_failing;
		const char *first; /* that fails */
	} rows[] = {
		{"{ reach: [s1, s3] }", 1, 0, NULL},
		{"{ deny: [s1, s3] }", 1, 1, "s1 -> g1 -> s3"},
		{"{ deny: [s3, s1] }", 1, 1, "s3 -> g1 -> s1"},
		{"{ direct: [s1, s2] }", 1, 0, NULL},
		{"{ direct: [s1, g1] }", 1, 0, NULL},
		{"{ direct: [near, far] }", 2, 2, "s1 -> g1 -> s3"},
		{"{ direct: [far, near] }", 2, 2, "s3 -> g1 -> s1"},
		/* Each pair of a group with itself, and of groups that overlap, once. */
		{"{ direct: [all, all] }", 3, 2, "s1 -> g1 -> s3"},
		{"{ direct: [near, all] }", 3, 2, "s1 -> g1 -> s3"},
		{"{ direct: [all, s1] }", 2, 1, "s3 -> g1 -> s1"},
		{"{ relayed: [all, all] }", 3, 1, "s1 -> s2"},
		{"{ relayed: [s1, s3], via: g1 }", 1, 0, NULL},
		{"{ direct: [al/lap, g1] }", 1, 0, NULL},
		{"{ direct: [al, s1] }", 2, 2, "al/lap -> g1 -> s1"},
		{"{ relayed: [al, al], via: g1 }", 1, 0, NULL},
		{"{ relayed: [one, two], via: g1 }", 2, 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text topology = {0};
		struct text first = {0};
		struct compilation c;
		struct pairs pairs;

		text_join(&topology, NETWORK, "assert:\n  - ", rows[i].assertion, "\n");
		pairs = look(&c, topology.data);
		if (pairs.n_all != rows[i].n_all || pairs.n_failing != rows[i].n_failing)
			fail_msg("%s: %zu of %zu", rows[i].assertion, pairs.n_failing, pairs.n_all);
		if (pairs.n_failing > 0) {
			words_put_path(&pairs.examples[0].path, pairs.examples[0].cut, &first);
			fixture_expect_text(&first, rows[i].first);
		}
		compile_finish(&c);
		text_finish(&topology);
		text_finish(&first);
	}
}

/* A device at two gateways is two hosts and one machine: no pair with itself. */
static void test_pairs_look_at_ways(void **state)
{
	static const struct {
		const char *assertion;
		size_t n_all;
		size_t n_failing;
	} rows[] = {
		{"{ relayed: [bo, s1] }", 2, 0},       {"{ relayed: [bo, s1], via: g1 }", 2, 1},
		{"{ direct: [bo, g1] }", 2, 1},        {"{ direct: [bo@g2, g2] }", 1, 0},
		{"{ relayed: [staff, staff] }", 5, 0}, /* 6 pairs of 4 hosts, but for bo - bo@g2 */
		{"{ deny: [bo, staff] }", 4, 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text topology = {0};
		struct compilation c;
		struct pairs pairs;

		text_join(&topology,
			  "network: { name: lab, addresses: [10.20.0.0/24] }\n"
			  "gateways:\n"
			  "  g1: { at: { internet: 192.0.2.1 }, public_key: KEY(g1) }\n"
			  "  g2: { at: { internet: 192.0.2.2 }, public_key: KEY(g2) }\n"
			  "servers: { s1: { at: { internet: 192.0.2.3 }, public_key: KEY(s1) } }\n"
			  "users:\n"
			  "  al: { gateways: [g1], groups: [staff], public_key: KEY(al) }\n"
			  "  bo: { gateways: [g1, g2], groups: [staff], public_key: KEY(bo) }\n"
			  "  ci: { gateways: [g2], groups: [staff], public_key: KEY(ci) }\n"
			  "assert:\n  - ",
			  rows[i].assertion, "\n");
		pairs = look(&c, topology.data);
		if (pairs.n_all != rows[i].n_all || pairs.n_failing != rows[i].n_failing)
			fail_msg("%s: %zu of %zu", rows[i].assertion, pairs.n_failing, pairs.n_all);
		compile_finish(&c);
		text_finish(&topology);
	}
}

/* Nothing is asserted of a network with errors; but who is cut off is found to be. */
static void test_pairs_look_at_cut(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites: { one: { nat: symmetric }, two: { nat: symmetric } }\n"
		"servers:\n"
		"  s1: { at: { one: 10.1.0.1 }, public_key: KEY(s1) }\n"
		"  s3: { at: { two: 10.2.0.3 }, public_key: KEY(s3) }\n"
		"assert: [{ reach: [s1, s3] }]\n";
	struct diag_bag findings = {0};
	struct assert_context context;
	struct text text = {0};
	struct compilation c;
	struct pairs pairs;

	(void)state;
	pairs = look(&c, topology);
	assert_null(c.assertions);
	assert_int_equal(pairs.n_failing, 1);
	findings.arena = c.arena;
	context = (struct assert_context){
		.arena = c.arena,
		.network = c.network,
		.reach = c.reach,
		.planner = c.planner,
	};
	assert_non_null(pairs_report(&context, &c.network->assertions.items[0], &pairs, &findings));
	diag_render_text(&findings, false, &text);
	assert_non_null(strstr(text.data, "'s1' and 's3' do not reach each other"));
	assert_non_null(strstr(text.data, "s1 -/- s3"));
	assert_non_null(strstr(text.data, "forward UDP port"));
	text_finish(&text);
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs_look),
		cmocka_unit_test(test_pairs_look_at_ways),
		cmocka_unit_test(test_pairs_look_at_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
