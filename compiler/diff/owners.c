/* SPDX-License-Identifier: MIT */

/* Allowed IPs as people think of them: sets of addresses, which belong to hosts. */

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "compiler/diff/teller.h"

/* What is no prefix stays as it is written. */
struct prefixes {
	vec_of(struct net_prefix) items;
	struct diff_names others;
};

static struct prefixes parse(struct teller *teller, const struct diff_names *names)
{
	struct prefixes prefixes = {0};

	vec_foreach(name, &names->items) {
		struct net_prefix prefix;

		if (net_prefix_parse(*name, &prefix) == 0) {
			*vec_push(teller->arena, &prefixes.items) = prefix;
		} else {
			*vec_push(teller->arena, &prefixes.others.items) = *name;
		}
	}
	if (prefixes.items.n_items > 0) {
		prefixes.items.n_items =
			net_prefix_aggregate(prefixes.items.items, prefixes.items.n_items);
	}
	return prefixes;
}

/* The first one, from that number on, that is not altogether in front of the prefix. */
static size_t next_hole(const struct prefixes *holes, const struct net_prefix *prefix, size_t from)
{
	while (from < holes->items.n_items &&
	       net_prefix_compare(&holes->items.items[from], prefix) < 0 &&
	       !net_prefix_covers(&holes->items.items[from], prefix))
		from++;
	return from;
}

/* What is left of the prefix without those behind `from`, which are sorted and apart. */
static void put_rest(struct teller *teller, struct prefixes *rest, const struct net_prefix *prefix,
		     const struct prefixes *holes, size_t from)
{
	struct net_prefix parts[128];
	size_t n_parts;

	from = next_hole(holes, prefix, from);
	if (from == holes->items.n_items ||
	    !net_prefix_overlaps(prefix, &holes->items.items[from])) {
		*vec_push(teller->arena, &rest->items) = *prefix;
		return;
	}
	if (net_prefix_covers(&holes->items.items[from], prefix))
		return;
	n_parts = net_prefix_subtract(prefix, &holes->items.items[from], parts);
	for (size_t i = 0; i < n_parts; i++)
		put_rest(teller, rest, &parts[i], holes, from);
}

static struct diff_names subtract(struct teller *teller, const struct prefixes *all,
				  const struct prefixes *holes)
{
	struct diff_names names = {0};
	struct prefixes rest = {0};
	size_t next = 0;

	vec_foreach(prefix, &all->items) {
		next = next_hole(holes, prefix, next);
		put_rest(teller, &rest, prefix, holes, next);
	}
	if (rest.items.n_items > 0) {
		rest.items.n_items = net_prefix_aggregate(rest.items.items, rest.items.n_items);
	}
	vec_foreach(prefix, &rest.items) {
		char buffer[NET_PREFIX_TEXT];

		*vec_push(teller->arena, &names.items) =
			arena_printf(teller->arena, "%s", net_prefix_format(prefix, buffer));
	}
	vec_foreach(other, &all->others.items)
		*vec_push(teller->arena, &names.items) = *other;
	return names;
}

void teller_cancel(struct teller *teller, const struct diff_names *less,
		   const struct diff_names *more, struct diff_names *ret_less,
		   struct diff_names *ret_more)
{
	struct prefixes before = parse(teller, less);
	struct prefixes after = parse(teller, more);

	*ret_less = subtract(teller, &before, &after);
	*ret_more = subtract(teller, &after, &before);
}

/* Whether the prefix holds nothing but addresses of the overlay, and not all of a pool. */
static bool is_in_pool(const struct manifest *manifest, const struct net_prefix *prefix)
{
	vec_foreach(pool, &manifest->pools) {
		if (net_prefix_covers(pool, prefix) && pool->length < prefix->length)
			return true;
	}
	return false;
}

static void add_once(struct teller *teller, struct map *seen, struct diff_names *names,
		     const char *name)
{
	if (map_put(teller->arena, seen, name, teller) == NULL)
		*vec_push(teller->arena, &names->items) = name;
}

static void add_owners(struct teller *teller, const struct manifest *manifest,
		       const struct net_prefix *prefix, struct map *seen, struct diff_names *names)
{
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		vec_foreach(address, &manifest->hosts[i].addresses) {
			if (net_prefix_contains(prefix, address))
				add_once(teller, seen, names, manifest->hosts[i].name);
		}
	}
}

/* Whose the prefixes are on the side; what is nobody's as it is written. */
static struct diff_names find_owners(struct teller *teller, enum diff_side side,
				     const struct diff_names *prefixes)
{
	const struct manifest *manifest = teller->story->diff->sides[side];
	struct diff_names names = {0};
	struct map seen = {0};

	vec_foreach(text, &prefixes->items) {
		size_t n_before = names.items.n_items;
		struct net_prefix prefix;

		if (manifest != NULL && net_prefix_parse(*text, &prefix) == 0 &&
		    is_in_pool(manifest, &prefix))
			add_owners(teller, manifest, &prefix, &seen, &names);
		if (names.items.n_items == n_before)
			add_once(teller, &seen, &names, *text);
	}
	return names;
}

/* Those of `all` that are among `others`, or are not. */
static struct diff_names pick(struct teller *teller, const struct diff_names *all,
			      const struct diff_names *others, bool is_among)
{
	struct diff_names names = {0};
	struct map seen = {0};

	vec_foreach(name, &others->items)
		(void)map_put(teller->arena, &seen, *name, teller);
	vec_foreach(name, &all->items) {
		if ((map_get(&seen, *name) != NULL) == is_among)
			*vec_push(teller->arena, &names.items) = *name;
	}
	return names;
}

struct teller_carried teller_carried(struct teller *teller, const struct diff_names *less,
				     const struct diff_names *more)
{
	struct teller_carried carried = {0};
	struct diff_names prefixes[DIFF_N_SIDES];
	struct diff_names owners[DIFF_N_SIDES];

	teller_cancel(teller, less, more, &prefixes[DIFF_BEFORE], &prefixes[DIFF_AFTER]);
	for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++)
		owners[side] = find_owners(teller, side, &prefixes[side]);
	carried.less = pick(teller, &owners[DIFF_BEFORE], &owners[DIFF_AFTER], false);
	carried.more = pick(teller, &owners[DIFF_AFTER], &owners[DIFF_BEFORE], false);
	carried.moved = pick(teller, &owners[DIFF_BEFORE], &owners[DIFF_AFTER], true);
	return carried;
}
