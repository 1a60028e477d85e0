/* SPDX-License-Identifier: MIT */

/*
 * Kinds of nodes against each other, as rows of bits: those with the same row lose the same. Most
 * networks have few kinds, whatever their size.
 */

#include "compiler/assert/loss.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "compiler/reach/reach.h"
#include "compiler/resolve/network.h"

enum {
	BITS = 64,
};

/* What a kind loses, as bits by kind. */
struct row {
	size_t kind;
	const uint64_t *bits;
	size_t n_words;
	size_t n_lost; /* nodes that each of its nodes loses */
};

struct search {
	const struct outage *outage;
	struct arena *arena;
	struct kinds kinds;
	uint64_t *bits;
	size_t n_words; /* of a row */
	struct loss loss;
};

static bool is_gone(const struct outage *outage, const struct kinds_member *member)
{
	return outage->is_gone[member->ways[0]->index];
}

static uint64_t *row_of(const struct search *search, size_t kind)
{
	return search->bits + kind * search->n_words;
}

static bool is_lost(const struct search *search, size_t kind, size_t other)
{
	return (row_of(search, kind)[other / BITS] >> (other % BITS) & 1) != 0;
}

/* The way that leads through the same gateways, whichever comes first. */
static struct loss_way *way_of(struct search *search, const struct loss_way *sought)
{
	vec_foreach(way, &search->loss.ways) {
		if (way->n_gateways == sought->n_gateways &&
		    memcmp(way->gateways, sought->gateways, sizeof(way->gateways)) == 0)
			return way;
	}
	*vec_push(search->arena, &search->loss.ways) = *sought;
	return &search->loss.ways.items[search->loss.ways.n_items - 1];
}

/* Few gateways, and in the order of their names. */
static void add_gateway(struct loss_way *way, const struct network_host *gateway)
{
	size_t i = 0;

	while (i < way->n_gateways && way->gateways[i] < gateway) /* in one array, by name */
		i++;
	memmove(&way->gateways[i + 1], &way->gateways[i],
		(way->n_gateways - i) * sizeof(*way->gateways));
	way->gateways[i] = gateway;
	way->n_gateways++;
}

static void note_kept(struct search *search, const struct path *path, size_t n_pairs)
{
	struct loss_way sought = {0};

	search->loss.n_pairs_kept += n_pairs;
	if (path->n_nodes == 2) {
		search->loss.n_direct += n_pairs;
		return;
	}
	for (size_t i = 1; i + 1 < path->n_nodes; i++) {
		const struct network *network = search->outage->network;

		for (size_t k = 0; k < network->gateways.n_items; k++) {
			if (network->gateways.items[k] == path->nodes[i])
				search->loss.n_relayed[k] += n_pairs;
		}
		add_gateway(&sought, path->nodes[i]);
	}
	way_of(search, &sought)->n_pairs += n_pairs;
}

static size_t count_pairs(const struct search *search, size_t kind, size_t other)
{
	size_t n = search->kinds.items.items[kind].members.n_items;

	return kind == other ? n * (n - 1) / 2
			     : n * search->kinds.items.items[other].members.n_items;
}

/* Two members of the kinds: the first of each, or the first two of one. */
static bool spares(const struct search *search, size_t kind, size_t other, struct path *ret_path)
{
	const struct kind *kinds = search->kinds.items.items;

	return outage_spares(search->outage, kinds[kind].members.items[0],
			     kinds[other].members.items[kind == other ? 1 : 0], ret_path);
}

static void compare_kinds(struct search *search, size_t kind, size_t other)
{
	size_t n_pairs = count_pairs(search, kind, other);
	struct path path;

	if (n_pairs == 0)
		return;
	if (spares(search, kind, other, &path)) {
		note_kept(search, &path, n_pairs);
		return;
	}
	search->loss.n_pairs_lost += n_pairs;
	row_of(search, kind)[other / BITS] |= (uint64_t)1 << (other % BITS);
	row_of(search, other)[kind / BITS] |= (uint64_t)1 << (kind % BITS);
}

static size_t count_lost(const struct search *search, size_t kind)
{
	size_t n_lost = 0;

	for (size_t other = 0; other < search->kinds.items.n_items; other++) {
		if (is_lost(search, kind, other))
			n_lost += search->kinds.items.items[other].members.n_items;
	}
	return is_lost(search, kind, kind) ? n_lost - 1 : n_lost;
}

/* Those who lose the same next to each other, and who loses nothing last. */
static int compare_rows(const void *a, const void *b)
{
	const struct row *left = a;
	const struct row *right = b;
	int order;

	if (left->n_lost != right->n_lost)
		return left->n_lost > right->n_lost ? -1 : 1;
	order = memcmp(left->bits, right->bits, left->n_words * sizeof(*left->bits));
	return order != 0 ? order : (left->kind > right->kind) - (left->kind < right->kind);
}

static int compare_members(const void *a, const void *b)
{
	const struct kinds_member *const *left = a;
	const struct kinds_member *const *right = b;

	return (*left > *right) - (*left < *right); /* they stand in one array, by name */
}

static void add_members(struct search *search, size_t kind, loss_nodes *nodes)
{
	const struct kind *added = &search->kinds.items.items[kind];

	vec_reserve(search->arena, nodes, added->members.n_items);
	vec_foreach(member, &added->members)
		*vec_push(search->arena, nodes) = *member;
}

static void sort_members(loss_nodes *nodes)
{
	qsort(nodes->items, nodes->n_items, sizeof(*nodes->items), compare_members);
}

/*
 * The kinds of `rows`, which lose the same, against those that no cut before tells of. `cut_of` is
 * the number of the cut that a kind is on the losing side of; 0: none yet.
 */
static void add_cut(struct search *search, const struct row *rows, size_t n_rows, size_t *cut_of)
{
	size_t n_left = search->loss.n_members - search->loss.n_gone;
	size_t number = cut_of[rows[0].kind];
	struct loss_cut cut = {.is_everybody = rows[0].n_lost == n_left - 1};

	for (size_t other = 0; other < search->kinds.items.n_items; other++) {
		bool is_told = cut_of[other] != 0 && cut_of[other] < number;

		if (!is_lost(search, rows[0].kind, other) || is_told)
			continue;
		add_members(search, other, &cut.from);
		for (size_t i = 0; i < n_rows; i++) {
			size_t kind = rows[i].kind;
			bool is_twice = cut_of[other] == number && other < kind;
			size_t n_pairs = is_twice ? 0 : count_pairs(search, kind, other);

			if (n_pairs > 0 && cut.n_pairs == 0)
				(void)spares(search, kind, other, &cut.path); /* it does not */
			cut.n_pairs += n_pairs;
		}
	}
	if (cut.n_pairs == 0)
		return;
	for (size_t i = 0; i < n_rows; i++)
		add_members(search, rows[i].kind, &cut.nodes);
	sort_members(&cut.nodes);
	sort_members(&cut.from);
	*vec_push(search->arena, &search->loss.cuts) = cut;
}

static bool is_same_row(const struct row *a, const struct row *b)
{
	return memcmp(a->bits, b->bits, a->n_words * sizeof(*a->bits)) == 0;
}

static void sort_rows(struct search *search, struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++)
		rows[i].n_lost = count_lost(search, rows[i].kind);
	if (n_rows > 0)
		qsort(rows, n_rows, sizeof(*rows), compare_rows);
}

/*
 * A kind of one node has no pair within, so that nothing says whether it would lose itself. It does
 * where that makes it the same as others, who all lose each other.
 */
static void join_singles(struct search *search, struct row *rows)
{
	size_t n_rows = 0;

	for (size_t kind = 0; kind < search->kinds.items.n_items; kind++) {
		bool is_single = search->kinds.items.items[kind].members.n_items == 1;

		if (is_single)
			row_of(search, kind)[kind / BITS] |= (uint64_t)1 << (kind % BITS);
		if (is_lost(search, kind, kind)) {
			rows[n_rows++] =
				(struct row){kind, row_of(search, kind), search->n_words, 0};
		}
	}
	sort_rows(search, rows, n_rows);
	for (size_t i = 0; i < n_rows;) {
		size_t kind = rows[i].kind;
		size_t end = i + 1;

		while (end < n_rows && is_same_row(&rows[i], &rows[end]))
			end++;
		if (end == i + 1 && search->kinds.items.items[kind].members.n_items == 1)
			row_of(search, kind)[kind / BITS] &= ~((uint64_t)1 << (kind % BITS));
		i = end;
	}
}

/* Rows that are the same: kinds that lose the same. */
struct group {
	const struct row *rows; /* by kind */
	size_t n_rows;
};

/* Who loses most first, then by name. The order of their bits is the machine's. */
static int compare_groups(const void *a, const void *b)
{
	const struct row *left = ((const struct group *)a)->rows;
	const struct row *right = ((const struct group *)b)->rows;

	if (left->n_lost != right->n_lost)
		return left->n_lost > right->n_lost ? -1 : 1;
	return (left->kind > right->kind) - (left->kind < right->kind);
}

static void find_cuts(struct search *search)
{
	size_t n = search->kinds.items.n_items;
	struct row *rows = ARENA_ARRAY(search->arena, struct row, n);
	struct group *groups = ARENA_ARRAY(search->arena, struct group, n);
	size_t *cut_of = ARENA_ARRAY(search->arena, size_t, n);
	size_t n_groups = 0;

	join_singles(search, rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct row){i, row_of(search, i), search->n_words, 0};
	sort_rows(search, rows, n);
	for (size_t i = 0; i < n && rows[i].n_lost > 0; i++) {
		if (i == 0 || !is_same_row(&rows[i - 1], &rows[i]))
			groups[n_groups++].rows = &rows[i];
		groups[n_groups - 1].n_rows++;
	}
	if (n_groups > 0)
		qsort(groups, n_groups, sizeof(*groups), compare_groups);
	for (size_t i = 0; i < n_groups; i++) {
		for (size_t k = 0; k < groups[i].n_rows; k++)
			cut_of[groups[i].rows[k].kind] = i + 1;
		add_cut(search, groups[i].rows, groups[i].n_rows, cut_of);
	}
}

/* Whether the network is the lost site's own: lost with it, and nobody's loss. */
static bool is_own(const struct outage *outage, const struct net_prefix *prefix)
{
	vec_foreach(site, &outage->network->sites) {
		if (outage->site == NULL || !network_site_is_within(site, outage->site))
			continue;
		for (size_t i = 0; i < site->n_prefixes; i++) {
			if (net_prefix_covers(&site->prefixes[i], prefix))
				return true;
		}
	}
	return false;
}

static void find_networks(struct search *search)
{
	const struct outage *outage = search->outage;

	vec_foreach(owner, &outage->network->with_routes) {
		if (!outage->is_gone[(*owner)->index])
			continue;
		vec_foreach(route, &(*owner)->routes) {
			struct loss_network lost = {.prefix = route, .owner = *owner};

			for (size_t i = 0; i < search->loss.n_members; i++) {
				const struct kinds_member *member = &search->loss.members[i];

				lost.n_losers += !is_gone(outage, member) &&
						 !network_host_is_near(member->ways[0],
								       &route->value.address);
			}
			if (lost.n_losers > 0 && !is_own(outage, &route->value))
				*vec_push(search->arena, &search->loss.networks) = lost;
		}
	}
}

/* Whether the device still has a tunnel to its gateway. */
static bool has_way(const struct outage *outage, const struct network_host *way)
{
	return !outage->is_gone[way->gateway->index] &&
	       !outage_ends_tunnel(outage, way, way->gateway);
}

/* Of those who have lost the way that they usually take. */
static void find_switches(struct search *search)
{
	const struct outage *outage = search->outage;

	for (size_t i = 0; i < search->loss.n_members; i++) {
		const struct kinds_member *member = &search->loss.members[i];

		if (member->n_ways < 2 || is_gone(outage, member) ||
		    has_way(outage, member->ways[0]))
			continue;
		for (size_t way = 1; way < member->n_ways; way++) {
			if (has_way(outage, member->ways[way])) {
				*vec_push(search->arena, &search->loss.switches) =
					(struct loss_switch){member->ways[0], member->ways[way]};
				break;
			}
		}
	}
}

static int compare_ways(const void *a, const void *b)
{
	const struct loss_way *left = a;
	const struct loss_way *right = b;

	if (left->n_gateways != right->n_gateways)
		return left->n_gateways < right->n_gateways ? -1 : 1;
	for (size_t i = 0; i < left->n_gateways; i++) {
		if (left->gateways[i] != right->gateways[i])
			return left->gateways[i] < right->gateways[i] ? -1 : 1;
	}
	return 0;
}

static void sort_ways(struct loss *loss)
{
	if (loss->ways.n_items > 0) {
		qsort(loss->ways.items, loss->ways.n_items, sizeof(*loss->ways.items),
		      compare_ways);
	}
}

struct loss loss_find(const struct outage *outage, struct arena *arena)
{
	struct search search = {.outage = outage, .arena = arena};
	struct kinds_member *left;
	size_t n_left = 0;
	size_t n;

	search.loss.members = kinds_members_of(arena, outage->network, &search.loss.n_members);
	search.loss.n_relayed = ARENA_ARRAY(arena, size_t, outage->network->gateways.n_items);
	left = ARENA_ARRAY(arena, struct kinds_member, search.loss.n_members);
	for (size_t i = 0; i < search.loss.n_members; i++) {
		if (!is_gone(outage, &search.loss.members[i]))
			left[n_left++] = search.loss.members[i];
	}
	search.loss.n_gone = search.loss.n_members - n_left;
	search.kinds = kinds_make(arena, outage->reach, left, n_left);
	n = search.kinds.items.n_items;
	search.n_words = (n + BITS - 1) / BITS;
	search.bits = ARENA_ARRAY(arena, uint64_t, n * search.n_words);
	for (size_t kind = 0; kind < n; kind++) {
		for (size_t other = kind; other < n; other++)
			compare_kinds(&search, kind, other);
	}
	sort_ways(&search.loss);
	find_cuts(&search);
	find_networks(&search);
	find_switches(&search);
	return search.loss;
}

bool loss_is_none(const struct loss *loss)
{
	return loss->n_pairs_lost == 0 && loss->networks.n_items == 0;
}
