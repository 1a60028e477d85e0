/* SPDX-License-Identifier: MIT */

/* Every prefix begins an atom, and what lies behind it begins the next one. */

#include "compiler/prove/space.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct points {
	struct net_address *items;
	size_t n_items;
	size_t capacity;
};

/* The address behind the prefix's last one; false where there is none. */
static bool address_behind(const struct net_prefix *prefix, struct net_address *ret_address)
{
	struct net_address address = net_prefix_last(prefix);
	unsigned int n_bytes = net_family_bits(address.family) / 8;

	for (unsigned int i = n_bytes; i-- > 0;) {
		if (++address.bytes[i] != 0) {
			*ret_address = address;
			return true;
		}
	}
	return false;
}

static void cut(struct arena *arena, struct points *points, const struct net_prefix *prefix)
{
	struct net_address behind;

	*vec_push(arena, points) = prefix->address;
	if (address_behind(prefix, &behind))
		*vec_push(arena, points) = behind;
}

static int compare_points(const void *a, const void *b)
{
	return net_address_compare(a, b);
}

static int compare_claims(const void *a, const void *b)
{
	const struct space_claim *left = a;
	const struct space_claim *right = b;
	int order = (left->prefix.length > right->prefix.length) -
		    (left->prefix.length < right->prefix.length);

	if (order == 0)
		order = net_prefix_compare(&left->prefix, &right->prefix);
	return order != 0 ? order : (left->owner > right->owner) - (left->owner < right->owner);
}

static void claim_atoms(struct space *space, const struct space_claim *claim)
{
	struct space_range range;

	if (!space_find_range(space, &claim->prefix, &range))
		return; /* every claim is an edge */
	for (uint32_t i = range.first; i < range.end; i++) {
		space->atoms[i].owner = claim->owner;
		space->atoms[i].kind = claim->kind;
		space->atoms[i].length = claim->prefix.length;
	}
}

struct space *space_create(struct arena *arena, const struct space_claim *claims, size_t n_claims,
			   const struct space_edges *edges)
{
	struct space *space = ARENA_NEW(arena, struct space);
	struct space_claim *sorted = arena_copy(arena, claims, n_claims * sizeof(*claims));
	struct points points = {0};

	vec_reserve(arena, &points, 2 * (n_claims + edges->n_items) + 2);
	*vec_push(arena, &points) = (struct net_address){.family = NET_IPV4};
	*vec_push(arena, &points) = (struct net_address){.family = NET_IPV6};
	for (size_t i = 0; i < n_claims; i++)
		cut(arena, &points, &claims[i].prefix);
	vec_foreach(edge, edges)
		cut(arena, &points, edge);
	qsort(points.items, points.n_items, sizeof(*points.items), compare_points);
	space->atoms = ARENA_ARRAY(arena, struct space_atom, points.n_items);
	vec_foreach(point, &points) {
		size_t n = space->n_atoms;

		if (n > 0 && net_address_compare(&space->atoms[n - 1].first, point) == 0)
			continue;
		space->atoms[n] = (struct space_atom){.first = *point, .owner = PROVE_NOBODY};
		space->n_atoms++;
	}
	if (n_claims > 1)
		qsort(sorted, n_claims, sizeof(*sorted), compare_claims);
	for (size_t i = 0; i < n_claims; i++)
		claim_atoms(space, &sorted[i]);
	return space;
}

/* The first atom that begins at the address or behind it. */
static size_t find_from(const struct space *space, const struct net_address *address)
{
	size_t low = 0;
	size_t high = space->n_atoms;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (net_address_compare(&space->atoms[middle].first, address) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static bool begins(const struct space *space, size_t atom, const struct net_address *address)
{
	return atom < space->n_atoms &&
	       net_address_compare(&space->atoms[atom].first, address) == 0;
}

bool space_find_range(const struct space *space, const struct net_prefix *prefix,
		      struct space_range *ret_range)
{
	static const struct net_address first_ipv6 = {.family = NET_IPV6};
	size_t first = find_from(space, &prefix->address);
	size_t end = space->n_atoms;
	struct net_address behind;

	if (!begins(space, first, &prefix->address))
		return false;
	if (address_behind(prefix, &behind)) {
		end = find_from(space, &behind);
		if (!begins(space, end, &behind))
			return false;
	} else if (prefix->address.family == NET_IPV4) {
		end = find_from(space, &first_ipv6);
	}
	*ret_range = (struct space_range){(uint32_t)first, (uint32_t)end};
	return true;
}

size_t space_find(const struct space *space, const struct net_address *address)
{
	size_t atom = find_from(space, address);

	return begins(space, atom, address) ? atom : atom - 1; /* both families begin an atom */
}
