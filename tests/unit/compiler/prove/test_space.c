/* SPDX-License-Identifier: MIT */

#include "compiler/prove/space.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static struct net_prefix prefix_of(const char *text)
{
	struct net_prefix prefix;

	assert_int_equal(net_prefix_parse(text, &prefix), 0);
	return prefix;
}

static struct net_address address_of(const char *text)
{
	struct net_address address;

	assert_int_equal(net_address_parse(text, &address), 0);
	return address;
}

/* A network with a host's address and another's network in it, and the ends of both families. */
static struct space *make(struct arena *arena)
{
	const struct space_claim claims[] = {
		{prefix_of("10.1.2.0/24"), SPACE_NETWORK, 2},
		{prefix_of("10.1.0.0/16"), SPACE_NETWORK, 1},
		{prefix_of("10.1.2.3/32"), SPACE_LAN, 3},
		{prefix_of("fd00::1/128"), SPACE_OVERLAY, 1},
		{prefix_of("255.255.255.255/32"), SPACE_OVERLAY, 4},
	};
	struct space_edges edges = {0};

	*vec_push(arena, &edges) = prefix_of("10.64.0.0/10");
	return space_create(arena, claims, sizeof(claims) / sizeof(claims[0]), &edges);
}

static void test_space_find_longest_claim(void **state)
{
	static const struct {
		const char *address;
		uint32_t owner;
	} cases[] = {
		{"10.1.0.0", 1},
		{"10.1.1.255", 1},
		{"10.1.2.0", 2},
		{"10.1.2.3", 3},
		{"10.1.2.4", 2},
		{"10.1.2.255", 2},
		{"10.1.3.0", 1},
		{"10.1.255.255", 1},
		{"10.2.0.0", PROVE_NOBODY},
		{"0.0.0.0", PROVE_NOBODY},
		{"255.255.255.255", 4},
		{"255.255.255.254", PROVE_NOBODY},
		{"fd00::1", 1},
		{"fd00::2", PROVE_NOBODY},
		{"::", PROVE_NOBODY},
	};
	struct arena *arena = arena_create();
	const struct space *space = make(arena);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct net_address address = address_of(cases[i].address);
		const struct space_atom *atom = &space->atoms[space_find(space, &address)];

		assert_int_equal(atom->owner, cases[i].owner);
		assert_int_equal(atom->first.family, address.family);
	}
	arena_destroy(arena);
}

static void test_space_find_range_ends_at_edges(void **state)
{
	static const struct {
		const char *prefix;
		bool is_found;
	} cases[] = {
		{"10.1.0.0/16", true},  {"10.1.2.0/24", true},        {"10.1.2.3/32", true},
		{"10.64.0.0/10", true}, {"0.0.0.0/0", true},          {"::/0", true},
		{"fd00::1/128", true},  {"255.255.255.255/32", true}, {"10.1.2.0/25", false},
		{"10.1.2.4/32", false}, {"10.0.0.0/8", false},        {"fd00::/64", false},
	};
	struct arena *arena = arena_create();
	const struct space *space = make(arena);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct net_prefix prefix = prefix_of(cases[i].prefix);
		struct net_address last = net_prefix_last(&prefix);
		struct space_range range;

		assert_int_equal(space_find_range(space, &prefix, &range), cases[i].is_found);
		if (!cases[i].is_found)
			continue;
		assert_int_equal(range.first, space_find(space, &prefix.address));
		assert_int_equal(range.end, space_find(space, &last) + 1);
	}
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_space_find_longest_claim),
		cmocka_unit_test(test_space_find_range_ends_at_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
