/* SPDX-License-Identifier: MIT */

/* Relays: which gateways serve two classes best, and how pairs are dealt to equal ones. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "compiler/reach/reach.h"
#include "compiler/reach/relay.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

#define NETWORK                                                                                    \
	"network: { name: lab, addresses: [10.20.0.0/16] }\n"                                      \
	"sites:\n"                                                                                 \
	"  sym: { nat: symmetric, public: [198.51.100.1] }\n"                                      \
	"  sym2: { nat: symmetric, public: [198.51.100.2] }\n"                                     \
	"  adf: { nat: restricted-cone, public: [198.51.100.3] }\n"                                \
	"  lin: { nat: linux, public: [198.51.100.4] }\n"                                          \
	"  blocked: { nat: udp-blocked }\n"

#define GATEWAY(name, at) "  " name ": { at: { " at " }, public_key: KEY(" name ") }\n"
#define OPEN(name, last)  GATEWAY(name, "internet: 192.0.2." last)

struct row {
	const char *gateways;
	const char *a;
	const char *b;
	const char *expected; /* their names */
};

static const struct row rows[] = {
	{OPEN("g1", "1"), "sym: 10.1.0.1", "sym2: 10.2.0.1", " g1"},
	{OPEN("g1", "1"), "sym: 10.1.0.1", "lin: 10.2.0.1", " g1"},
	{OPEN("g1", "1"), "sym: 10.1.0.1", "internet: dynamic", " g1"},
	/* equally good ones, by name */
	{OPEN("g2", "2") OPEN("g1", "1") OPEN("g3", "3"), "sym: 10.1.0.1", "sym2: 10.2.0.1",
	 " g1 g2 g3"},
	/* nobody reaches both */
	{GATEWAY("g1", "sym: 10.1.0.9"), "sym: 10.1.0.1", "sym2: 10.2.0.1", ""},
	{GATEWAY("g1", "lin: 10.1.0.9"), "sym: 10.1.0.1", "sym2: 10.2.0.1", ""},
	{OPEN("g1", "1"), "blocked: 10.1.0.1", "sym2: 10.2.0.1", ""},
	{GATEWAY("g1", "internet: \"2001:db8::1\""), "sym: 10.1.0.1", "sym2: 10.2.0.1", ""},
	{GATEWAY("g1", "internet: dynamic"), "sym: 10.1.0.1", "sym2: 10.2.0.1", ""},
	/* on the LAN of one of them: the shorter way */
	{OPEN("g1", "1") GATEWAY("g2", "sym: 10.1.0.9, internet: 192.0.2.2"), "sym: 10.1.0.1",
	 "sym2: 10.2.0.1", " g2"},
	{OPEN("g1", "1") GATEWAY("g2", "sym2: 10.1.0.9, internet: 192.0.2.2"), "sym: 10.1.0.1",
	 "sym2: 10.2.0.1", " g2"},
	{GATEWAY("g1", "sym: 10.1.0.9, internet: 192.0.2.1")
		 GATEWAY("g2", "sym2: 10.1.0.9, internet: 192.0.2.2"),
	 "sym: 10.1.0.1", "sym2: 10.2.0.1", " g1 g2"},
	{GATEWAY("g1", "sym: 10.1.0.9, internet: 192.0.2.1")
		 GATEWAY("g2", "sym2: 10.2.0.9, sym: 10.1.0.8, internet: 192.0.2.2"),
	 "sym: 10.1.0.1", "sym2: 10.2.0.1", " g2"},
	/* and the only one out of a site that lets no UDP out */
	{OPEN("g1", "1") GATEWAY("g2", "blocked: 10.1.0.9, internet: 192.0.2.2"),
	 "blocked: 10.1.0.1", "sym2: 10.2.0.1", " g2"},
	/* a punched tunnel is a tunnel, but the open gateway comes first */
	{GATEWAY("g1", "adf: 10.3.0.9"), "sym: 10.1.0.1", "sym2: 10.2.0.1", " g1"},
	{GATEWAY("g1", "adf: 10.3.0.9") OPEN("g2", "2"), "sym: 10.1.0.1", "sym2: 10.2.0.1", " g2"},
	/* between families: by one that has both */
	{OPEN("g1", "1") GATEWAY("g2", "internet: [192.0.2.2, \"2001:db8::2\"]"),
	 "internet: 192.0.2.11", "internet: \"2001:db8::11\"", " g2"},

};

static size_t class_of(const struct compilation *c, const char *name)
{
	return c->reach->class_of[network_find_host(c->network, name)->index];
}

static void show_relays(const struct relays *relays, struct text *out)
{
	text_puts(out, "");
	for (size_t i = 0; i < relays->n_gateways; i++)
		text_join(out, " ", relays->gateways[i]->name);
}

static void check_row(const struct row *row)
{
	struct text text = {0};
	struct compilation c;

	text_printf(&text,
		    NETWORK "gateways:\n%sservers:\n"
			    "  a: { at: { %s }, public_key: KEY(a) }\n"
			    "  b: { at: { %s }, public_key: KEY(b) }\n",
		    row->gateways, row->a, row->b);
	fixture_check(&c, text.data, NULL);
	if (c.reach == NULL) {
		fail_msg("%s: %s", text.data, c.diags.items.items[0]->message);
		return; /* not reached */
	}
	for (size_t i = 0; i < 2; i++) {
		struct relays relays = relays_between(c.reach, class_of(&c, i == 0 ? "a" : "b"),
						      class_of(&c, i == 0 ? "b" : "a"));
		struct text shown = {0};

		show_relays(&relays, &shown);
		if (strcmp(shown.data, row->expected) != 0)
			print_error("%s", text.data);
		fixture_expect_text(&shown, row->expected);
		text_finish(&shown);
	}
	text_finish(&text);
	compile_finish(&c);
}

static void test_relays_between(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

/* Of two lists that begin alike, each pair gets its own; and the same list is kept once. */
static void test_lists_that_begin_alike(void **state)
{
	struct compilation c;
	struct relays both;
	struct relays first_alone;
	struct relays back;

	(void)state;
	fixture_check(
		&c,
		NETWORK
		"gateways:\n"
		"  g1: { at: { internet: [192.0.2.1, \"2001:db8::1\"] }, "
		"public_key: KEY(g1) }\n" OPEN(
			"g2",
			"2") "servers:\n"
			     "  a: { at: { sym: 10.1.0.1 }, public_key: KEY(a) }\n"
			     "  b: { at: { sym2: 10.2.0.1 }, public_key: KEY(b) }\n"
			     "  v4: { at: { internet: 192.0.2.11 }, public_key: KEY(v4) }\n"
			     "  v6: { at: { internet: \"2001:db8::11\" }, public_key: KEY(v6) }\n",
		NULL);
	assert_non_null(c.reach);
	both = relays_between(c.reach, class_of(&c, "a"), class_of(&c, "b"));
	first_alone = relays_between(c.reach, class_of(&c, "v4"), class_of(&c, "v6"));
	back = relays_between(c.reach, class_of(&c, "b"), class_of(&c, "a"));
	assert_int_equal(both.n_gateways, 2);
	assert_int_equal(first_alone.n_gateways, 1);
	assert_string_equal(first_alone.gateways[0]->name, "g1");
	assert_ptr_equal(both.gateways, back.gateways);
	compile_finish(&c);
}

enum {
	N_EACH = 40, /* servers at each of two sites */
	N_PAIRS = N_EACH * N_EACH,
	MOST_GATEWAYS = 4,
};

static void write_mesh(unsigned int n_gateways, struct text *out)
{
	text_puts(out, NETWORK "gateways:\n");
	for (unsigned int i = 0; i < n_gateways; i++) {
		text_printf(out, "  g%u: { at: { internet: 192.0.2.%u }, public_key: KEY(g%u) }\n",
			    i, i + 1, i);
	}
	text_puts(out, "servers:\n");
	for (unsigned int i = 0; i < N_EACH; i++) {
		text_printf(out,
			    "  a%u: { at: { sym: 10.1.0.%u }, public_key: KEY(a%u) }\n"
			    "  b%u: { at: { sym2: 10.2.0.%u }, public_key: KEY(b%u) }\n",
			    i, i + 1, i, i, i + 1, i);
	}
}

static const struct network_host *host_of(const struct compilation *c, char site, unsigned int n)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%c%u", site, n);
	return network_find_host(c->network, name);
}

/* The gateway of a pair, which has to be the same from either end. */
static size_t gateway_of(const struct compilation *c, const struct network_host *a,
			 const struct network_host *b)
{
	const size_t *class_of_host = c->reach->class_of;
	struct relays there =
		relays_between(c->reach, class_of_host[a->index], class_of_host[b->index]);
	struct relays back =
		relays_between(c->reach, class_of_host[b->index], class_of_host[a->index]);
	unsigned int share = relay_share(c->network, a);
	unsigned int other = relay_share(c->network, b);
	const struct network_host *gateway = relay_of(&there, share, other);

	assert_true(share < RELAY_SHARES && other < RELAY_SHARES);
	assert_non_null(gateway);
	assert_ptr_equal(gateway, relay_of(&back, other, share));
	for (size_t i = 0; i < c->network->gateways.n_items; i++) {
		if (c->network->gateways.items[i] == gateway)
			return i;
	}
	fail_msg("'%s' is not a gateway", gateway->name);
	return 0;
}

/* With several equal gateways each one has its part of the work: half of its fair share at least.
 */
static void test_relay_spread(void **state)
{
	(void)state;
	for (unsigned int n_gateways = 1; n_gateways <= MOST_GATEWAYS; n_gateways++) {
		size_t n_pairs[MOST_GATEWAYS] = {0};
		struct text text = {0};
		struct compilation c;

		write_mesh(n_gateways, &text);
		fixture_check_good(&c, text.data, NULL);
		for (unsigned int i = 0; i < N_EACH; i++) {
			for (unsigned int k = 0; k < N_EACH; k++)
				n_pairs[gateway_of(&c, host_of(&c, 'a', i), host_of(&c, 'b', k))]++;
		}
		for (unsigned int i = 0; i < n_gateways; i++)
			assert_true(n_pairs[i] * n_gateways * 2 >= N_PAIRS);
		text_finish(&text);
		compile_finish(&c);
	}
}

/* A host's share is that of its address, which it keeps: others come and go around it. */
static void test_relay_share_stays(void **state)
{
	static const char few[] = NETWORK "gateways:\n" OPEN("g1", "1") OPEN(
		"g2",
		"2") "servers:\n"
		     "  a7: { at: { sym: 10.1.0.1 }, address: 10.20.0.77, public_key: KEY(a7) }\n"
		     "  a8: { at: { sym: 10.1.0.2 }, address: 10.20.0.78, public_key: KEY(a8) }\n";
	static const char more[] = NETWORK "gateways:\n" OPEN("g1", "1") OPEN("g2", "2")
		OPEN("f", "3") "servers:\n" GATEWAY(
			"a1",
			"sym: 10.1.0.9") "  a7: { at: { sym2: 10.1.0.1 }, address: 10.20.0.77, public_key: KEY(x) }\n"
					 "  a8: { at: { sym: 10.1.0.2 }, address: 10.20.0.78, public_key: KEY(a8) }\n";
	static const char alone[] = NETWORK "gateways:\n" OPEN(
		"g1",
		"1") "servers:\n"
		     "  a7: { at: { sym: 10.1.0.1 }, address: 10.20.0.77, public_key: KEY(a7) }\n";
	unsigned int shares[2];
	struct compilation c;

	(void)state;
	fixture_check_good(&c, few, NULL);
	for (unsigned int i = 0; i < 2; i++)
		shares[i] = relay_share(c.network, host_of(&c, 'a', 7 + i));
	assert_int_not_equal(shares[0], shares[1]); /* neighbours do not go the same way */
	compile_finish(&c);
	fixture_check_good(&c, more, NULL);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(relay_share(c.network, host_of(&c, 'a', 7 + i)), shares[i]);
	compile_finish(&c);
	/* where there is nothing to share, all are of one share */
	fixture_check_good(&c, alone, NULL);
	assert_int_equal(relay_share(c.network, host_of(&c, 'a', 7)), 0);
	compile_finish(&c);
}

static void test_relay_of_none(void **state)
{
	const struct relays none = {0};

	(void)state;
	assert_null(relay_of(&none, 0, 0));
	assert_null(relay_of(&none, RELAY_SHARES - 1, RELAY_SHARES - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relays_between),
		cmocka_unit_test(test_lists_that_begin_alike),
		cmocka_unit_test(test_relay_spread),
		cmocka_unit_test(test_relay_share_stays),
		cmocka_unit_test(test_relay_of_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
