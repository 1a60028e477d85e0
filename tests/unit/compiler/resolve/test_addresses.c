/* SPDX-License-Identifier: MIT */

/*
 * Addresses: a table of networks and locks, and the lock that comes out. Nodes are named by their
 * kind: g1 is a gateway, s1 a server, u1 a user.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

struct row {
	const char *pools;
	const char *nodes; /* names; "s1=10.0.0.9" pins */
	const char *lock;
	const char *expected; /* the lock's lines; or findings, where there are any */
};

static void append_node(struct text *text, const char *word, size_t length, unsigned int n)
{
	const char *pin = memchr(word, '=', length);
	int name = pin == NULL ? (int)length : (int)(pin - word);

	text_printf(text, "  %.*s: { public_key: KEY(%.*s), at: { internet: 192.0.2.%u }", name,
		    word, name, word, n);
	if (pin != NULL)
		text_printf(text, ", address: [%.*s]", (int)length - name - 1, pin + 1);
	text_puts(text, " }\n");
}

/* All the nodes of one kind, by the first letter, in the order written. */
static void append_section(struct text *text, const char *section, const char *nodes)
{
	const char *word = nodes;
	unsigned int n = 0;

	text_printf(text, "%s:\n", section);
	while (*word != '\0') {
		size_t length = strcspn(word, " ");

		n++;
		if (word[0] == section[0])
			append_node(text, word, length, n);
		word += length + strspn(word + length, " ");
	}
}

static void make_topology(struct text *text, const struct row *row)
{
	text_printf(text, "network: { name: lab, addresses: [%s] }\n", row->pools);
	append_section(text, "users", row->nodes);
	append_section(text, "servers", row->nodes);
	append_section(text, "gateways", row->nodes);
}

static void check_row(const struct row *row)
{
	struct text topology = {0};
	struct text shown = {0};
	struct compilation c;

	make_topology(&topology, row);
	fixture_check(&c, topology.data, row->lock);
	fixture_show_findings(&c.diags, &shown);
	if (c.diags.n_errors == 0)
		text_puts(&shown, fixture_lock_lines(&c));
	if (strcmp(shown.data, row->expected) != 0)
		print_error("%s%s\n", topology.data, row->lock == NULL ? "" : row->lock);
	fixture_expect_text(&shown, row->expected);
	if (c.diags.n_errors == 0 && row->lock != NULL)
		assert_int_equal(c.lock_is_changed, strcmp(c.lock_text, row->lock) != 0);
	text_finish(&shown);
	text_finish(&topology);
	compile_finish(&c);
}

#define CHECK_ROWS(rows)                                                                           \
	do {                                                                                       \
		for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                      \
			check_row(&(rows)[i]);                                                     \
	} while (0)

static void test_addresses_first_fit(void **state)
{
	static const struct row rows[] = {
		/* gateways, servers, devices; by name, not in the order written */
		{"10.0.0.0/24", "u1 s2 s1 g1", NULL,
		 "g1 10.0.0.1\ns1 10.0.0.2\ns2 10.0.0.3\nu1 10.0.0.4\n"},
		{"10.0.0.0/24", "g1 s1 s2 u1", NULL,
		 "g1 10.0.0.1\ns1 10.0.0.2\ns2 10.0.0.3\nu1 10.0.0.4\n"},
		{"10.0.0.0/24", "s9 s10 s1", NULL, "s1 10.0.0.1\ns10 10.0.0.2\ns9 10.0.0.3\n"},
		/* never the network's, the broadcast or the anycast address */
		{"10.0.0.0/30", "s1 s2", NULL, "s1 10.0.0.1\ns2 10.0.0.2\n"},
		{"10.0.0.0/30", "s1 s2 s3", NULL, "pool-exhausted 's3'\n"},
		{"10.0.0.0/30", "s1 s2 s3 s4", NULL, "pool-exhausted 's3'\n"},
		{"\"fd00::/126\"", "s1 s2 s3", NULL, "s1 fd00::1\ns2 fd00::2\ns3 fd00::3\n"},
		{"\"fd00::/126\"", "s1 s2 s3 s4", NULL, "pool-exhausted 's4'\n"},
		/* RFC 3021, RFC 6164: there are none in the smallest networks */
		{"10.0.0.0/31", "s1 s2", NULL, "s1 10.0.0.0\ns2 10.0.0.1\n"},
		{"10.0.0.0/31", "s1 s2 s3", NULL, "pool-exhausted 's3'\n"},
		{"10.0.0.7/32", "s1", NULL, "s1 10.0.0.7\n"},
		{"10.0.0.7/32", "s1 s2", NULL, "pool-exhausted 's2'\n"},
		{"\"fd00::/127\"", "s1 s2", NULL, "s1 fd00::\ns2 fd00::1\n"},
		{"\"fd00::9/128\"", "s1", NULL, "s1 fd00::9\n"},
		{"\"fd00::/48\"", "s1", NULL, "s1 fd00::1\n"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_addresses_several_pools(void **state)
{
	static const struct row rows[] = {
		{"10.0.0.0/24, \"fd00::/64\"", "s1 s2", NULL,
		 "s1 10.0.0.1 fd00::1\ns2 10.0.0.2 fd00::2\n"},
		{"\"fd00::/64\", 10.0.0.0/24", "s1", NULL, "s1 10.0.0.1 fd00::1\n"},
		/* in the order written, not of their addresses */
		{"10.0.0.8/30, 10.0.0.0/30", "s1 s2 s3 s4", NULL,
		 "s1 10.0.0.9\ns2 10.0.0.10\ns3 10.0.0.1\ns4 10.0.0.2\n"},
		{"10.0.0.0/31, \"fd00::/127\", 10.9.0.0/24, \"fd09::/64\"", "s1 s2 s3", NULL,
		 "s1 10.0.0.0 fd00::\ns2 10.0.0.1 fd00::1\ns3 10.9.0.1 fd09::1\n"},
		/* the search goes back in the second one: what is taken there is seen again */
		{"10.0.0.8/30, 10.0.0.0/30", "s1 s2", "a 10.0.0.1\nb 10.0.0.9\n",
		 "a 10.0.0.1 removed\nb 10.0.0.9 removed\ns1 10.0.0.10\ns2 10.0.0.2\n"},
		{"10.0.0.8/30, 10.0.0.0/30", "s1 s2 s3", "a 10.0.0.1\nb 10.0.0.9\n",
		 "pool-exhausted 's3'\n"},
		/* one family may run out before the other */
		{"10.0.0.0/31, \"fd00::/64\"", "s1 s2 s3", NULL, "pool-exhausted 's3'\n"},
		{"10.0.0.0/24, 10.0.0.128/25", "s1", NULL, "pool-overlap '10.0.0.128/25'\n"},
		{"10.0.0.128/25, 10.0.0.0/24", "s1", NULL, "pool-overlap '10.0.0.0/24'\n"},
		{"10.0.0.0/24, 10.0.1.0/24", "s1", NULL, "s1 10.0.0.1\n"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_addresses_pins(void **state)
{
	static const struct row rows[] = {
		{"10.0.0.0/24", "s1 s2=10.0.0.1", NULL, "s1 10.0.0.2\ns2 10.0.0.1\n"},
		{"10.0.0.0/24, \"fd00::/64\"", "s1=10.0.0.9 s2=\"fd00::1\"", NULL,
		 "s1 10.0.0.9 fd00::2\ns2 10.0.0.1 fd00::1\n"},
		{"10.0.0.0/24, \"fd00::/64\"", "s1=\"fd00::9\",10.0.0.9", NULL,
		 "s1 10.0.0.9 fd00::9\n"},
		/* a pin renumbers nobody, but in place of an address that left the pools */
		{"10.0.0.0/24", "s1=10.0.0.9 s2", "s1 10.0.0.1\ns2 10.0.0.2\n",
		 "address-conflict '10.0.0.9'\n"},
		{"10.0.0.0/24", "s1=10.0.0.9 s2", "s1 10.0.0.9\ns2 10.0.0.2\n",
		 "s1 10.0.0.9\ns2 10.0.0.2\n"},
		{"10.0.0.0/24", "s1=10.0.0.9", "s1 10.9.0.1\n", "s1 10.0.0.9\n"},
		/* without the pin it stays where it was put */
		{"10.0.0.0/24", "s1", "s1 10.0.0.9\n", "s1 10.0.0.9\n"},

		{"10.0.0.0/24", "s1=10.0.0.5 s2=10.0.0.5", NULL, "address-conflict '10.0.0.5'\n"},
		{"10.0.0.0/24", "s1=10.0.0.2 s2", "s2 10.0.0.2\n", "address-conflict '10.0.0.2'\n"},
		{"10.0.0.0/24", "s3=10.0.0.2 s2", "s2 10.0.0.2\n", "address-conflict '10.0.0.2'\n"},
		{"10.0.0.0/24", "s1=10.0.0.2", "old 10.0.0.2 removed\n",
		 "address-conflict '10.0.0.2'\n"},
		{"10.0.0.0/24", "s1=10.0.1.2", NULL, "address-outside-pool '10.0.1.2'\n"},
		{"10.0.0.0/24", "s1=\"fd00::1\"", NULL, "address-outside-pool '\"fd00::1\"'\n"},
		{"10.0.0.0/24", "s1=10.0.0.0", NULL, "bad-value '10.0.0.0'\n"},
		{"10.0.0.0/24", "s1=10.0.0.255", NULL, "bad-value '10.0.0.255'\n"},
		{"10.0.0.0/31", "s1=10.0.0.0", NULL, "s1 10.0.0.0\n"},
		{"10.0.0.0/24", "s1=10.0.0.8,10.0.0.9", NULL, "bad-value '10.0.0.9'\n"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_addresses_never_change(void **state)
{
	static const struct row rows[] = {
		/* a node more renumbers nobody, though it comes first */
		{"10.0.0.0/24", "g1 s1 s2", "s1 10.0.0.1\ns2 10.0.0.2\n",
		 "g1 10.0.0.3\ns1 10.0.0.1\ns2 10.0.0.2\n"},
		{"10.0.0.0/24", "s0 s1", "s1 10.0.0.2\n", "s0 10.0.0.1\ns1 10.0.0.2\n"},
		/* a node less leaves a tombstone, which nobody gets */
		{"10.0.0.0/24", "s2 s3", "s1 10.0.0.1\ns2 10.0.0.2\n",
		 "s1 10.0.0.1 removed\ns2 10.0.0.2\ns3 10.0.0.3\n"},
		{"10.0.0.0/24", "s2 s3", "s1 10.0.0.1 removed\ns2 10.0.0.2\n",
		 "s1 10.0.0.1 removed\ns2 10.0.0.2\ns3 10.0.0.3\n"},
		{"10.0.0.0/30", "s2", "s0 10.0.0.1 removed\ns1 10.0.0.2 removed\n",
		 "pool-exhausted 's2'\n"},
		/* deleting the line releases it */
		{"10.0.0.0/24", "s2 s3", "s2 10.0.0.2\n", "s2 10.0.0.2\ns3 10.0.0.1\n"},
		/* who comes back gets the same */
		{"10.0.0.0/24", "s0 s1", "s1 10.0.0.1 removed\n", "s0 10.0.0.2\ns1 10.0.0.1\n"},
		/* a pool of the other family later adds to it, also where somebody is gone */
		{"10.0.0.0/24, \"fd00::/64\"", "s1 s2",
		 "s0 10.0.0.1 removed\ns1 10.0.0.7\ns2 10.0.0.3\n",
		 "s0 10.0.0.1 removed\ns1 10.0.0.7 fd00::1\ns2 10.0.0.3 fd00::2\n"},
		{"\"fd00::/64\", 10.0.0.0/24", "s1", "s1 fd00::5\n", "s1 10.0.0.1 fd00::5\n"},
		/* a wider pool keeps what the narrow one gave */
		{"10.0.0.0/16", "s1 s2", "s1 10.0.0.1\n", "s1 10.0.0.1\ns2 10.0.0.2\n"},
		/* the lock's addresses must still be in a pool; a tombstone's need not */
		{"10.1.0.0/24", "s1", "s1 10.0.0.1\n", "address-outside-pool 's1'\n"},
		{"10.1.0.0/24", "s1", "s0 10.0.0.1 removed\n",
		 "s0 10.0.0.1 removed\ns1 10.1.0.1\n"},
		{"10.0.0.0/24", "s1", "s1 10.0.0.1 fd00::1\n", "address-outside-pool 's1'\n"},
		/* a broken lock is never rebuilt */
		{"10.0.0.0/24", "s1", "s1 10.0.0\n",
		 "net/topology.lock: lock-corrupt 's1 10.0.0'\n"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* The devices of several users, with one line each, by their full names. */
static void test_addresses_of_devices(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.0.0.0/24] }\n"
		"users:\n"
		"  zoe: { public_key: KEY(zoe) }\n"
		"  al: { devices: { phone: { public_key: KEY(p) },\n"
		"                   laptop: { public_key: KEY(l), address: 10.0.0.9 } } }\n"
		"gateways: { gw: { public_key: KEY(gw), at: { internet: 192.0.2.1 } } }\n";
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	assert_string_equal(fixture_lock_lines(&c),
			    "al/laptop 10.0.0.9\nal/phone 10.0.0.2\ngw 10.0.0.1\nzoe 10.0.0.3\n");
	assert_true(c.lock_is_changed);
	assert_int_equal(network_find_host(c.network, "al/phone")->n_addresses, 1);
	compile_finish(&c);
}

/* What was given out is what the next run finds, and then nothing changes any more. */
static void test_addresses_settle(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.0.0.0/24, \"fd00::/64\"] }\n"
		"servers: { b: { public_key: KEY(b), at: { internet: 192.0.2.1 } },\n"
		"           a: { public_key: KEY(a), at: { internet: 192.0.2.2 } } }\n";
	struct compilation first;
	struct compilation second;

	(void)state;
	fixture_check_good(&first, topology, "gone 10.0.0.1 removed\n");
	fixture_check_good(&second, topology, first.lock_text);
	assert_true(first.lock_is_changed);
	assert_false(second.lock_is_changed);
	assert_string_equal(second.lock_text, first.lock_text);
	assert_string_equal(second.lock_path, "net/topology.lock");
	compile_finish(&first);
	compile_finish(&second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_first_fit),
		cmocka_unit_test(test_addresses_several_pools),
		cmocka_unit_test(test_addresses_pins),
		cmocka_unit_test(test_addresses_never_change),
		cmocka_unit_test(test_addresses_of_devices),
		cmocka_unit_test(test_addresses_settle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
