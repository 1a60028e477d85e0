/* SPDX-License-Identifier: MIT */

/* Assertions: whom a name stands for, and what is kept of what was written. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

#define NETWORK                                                                                    \
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"                                      \
	"sites:\n"                                                                                 \
	"  campus: { nat: linux, prefixes: [10.1.0.0/16] }\n"                                      \
	"  lab: { inside: campus, nat: none }\n"                                                   \
	"gateways:\n"                                                                              \
	"  g1: { at: { internet: 192.0.2.1, campus: 10.1.0.1 }, public_key: KEY(g1) }\n"           \
	"  g2: { at: { internet: 192.0.2.2 }, groups: [both], public_key: KEY(g2) }\n"             \
	"servers:\n"                                                                               \
	"  s1: { at: { internet: 192.0.2.3 }, groups: [both], public_key: KEY(s1) }\n"             \
	"  s2: { at: { lab: 10.1.9.2 }, public_key: KEY(s2) }\n"                                   \
	"users:\n"                                                                                 \
	"  al: { gateways: [g1, g2], groups: [staff],\n"                                           \
	"        devices: { lap: { public_key: KEY(lap) }, tab: { public_key: KEY(tab) } } }\n"    \
	"  bo: { gateways: [g2], public_key: KEY(bo), groups: [staff, gone], expires: 2026-01-31 " \
	"}\n"                                                                                      \
	"assert:\n"

static void test_assertions_selections(void **state)
{
	static const struct {
		const char *name;
		const char *kind;
		const char *hosts;
	} rows[] = {
		{"s1", "server", "s1"},
		{"g1", "gateway", "g1"},
		{"al", "user", "al/lap al/lap@g2 al/tab al/tab@g2"},
		{"al/lap", "device", "al/lap"},
		{"al/lap@g2", "device", "al/lap@g2"},
		{"both", "group", "g2 s1"},
		{"staff", "group", "al/lap al/lap@g2 al/tab al/tab@g2 bo"},
		{"bo", "user", "bo"},
		{"campus", "site", "g1 s2"},
		{"lab", "site", "s2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text topology = {0};
		struct text hosts = {0};
		struct compilation c;
		const struct network_selection *selection;

		text_join(&topology, NETWORK, "  - { reach: [", rows[i].name, ", s1] }\n");
		if (strcmp(rows[i].name, "s1") == 0)
			memcpy(strstr(topology.data, ", s1] }"), ", s2] }", 6);
		fixture_check_good(&c, topology.data, NULL);
		assert_int_equal(c.network->assertions.n_items, 1);
		selection = &c.network->assertions.items[0].ends[0];
		assert_string_equal(selection->kind, rows[i].kind);
		for (size_t k = 0; k < selection->n_hosts; k++)
			text_join(&hosts, k == 0 ? "" : " ", selection->hosts[k]->name);
		fixture_expect_text(&hosts, rows[i].hosts);
		compile_finish(&c);
		text_finish(&topology);
		text_finish(&hosts);
	}
}

/* Whoever is left out of the network is left out of groups; a name may then stand for nobody. */
static void test_assertions_expired(void **state)
{
	static const char topology[] = NETWORK "  - { reach: [staff, s1] }\n"
					       "  - { reach: [gone, s1] }\n"
					       "  - { deny: [bo, s1] }\n";
	const struct network_assertion *assertions;
	struct compilation c;

	(void)state;
	fixture_check_as_of(&c, topology, NULL, "2026-02-01");
	assertions = c.network->assertions.items;
	assert_int_equal(c.network->assertions.n_items, 3);
	assert_int_equal(assertions[0].ends[0].n_hosts, 4);
	assert_null(assertions[0].ends[0].expired);
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(assertions[i].ends[0].n_hosts, 0);
		assert_string_equal(assertions[i].ends[0].expired->user, "bo");
	}
	compile_finish(&c);
}

static void test_assertions_forms(void **state)
{
	static const char topology[] =
		NETWORK "  - { reach: [al, s1], ports: [tcp/22, udp/60000-61000] }\n"
			"  - { relayed: [al, s1], via: g1 }\n"
			"  - { survives: lab }\n"
			"  - { survives: g2 }\n";
	const struct network_assertion *assertions;
	struct compilation c;

	(void)state;
	fixture_check(&c, topology, NULL);
	assertions = c.network->assertions.items;
	assert_int_equal(c.network->assertions.n_items, 4);
	assert_int_equal(assertions[0].form, ASSERTION_REACH);
	assert_int_equal(assertions[0].n_ports, 2);
	assert_string_equal(assertions[0].ports[1].value, "udp/60000-61000");
	assert_int_equal(assertions[0].span.end - assertions[0].span.begin, strlen("al, s1"));
	assert_int_equal(assertions[1].form, ASSERTION_RELAYED);
	assert_string_equal(assertions[1].via->name, "g1");
	assert_int_equal(assertions[2].form, ASSERTION_SURVIVES);
	assert_string_equal(assertions[2].ends[0].site->name, "lab");
	assert_null(assertions[3].ends[0].site);
	assert_string_equal(assertions[3].ends[0].hosts[0]->name, "g2");
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assertions_selections),
		cmocka_unit_test(test_assertions_expired),
		cmocka_unit_test(test_assertions_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
