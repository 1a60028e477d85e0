/* SPDX-License-Identifier: MIT */

/*
 * Hosts that change alike become one group. No host is its own peer, so that in a change to every
 * peer of a mesh no two hosts have equal sets: to the set of each belongs, for the comparison, what
 * another one says of it. That other one is the first host of the same classes, because hosts of a
 * class look the same from everywhere. A set is never blurred by this: without the facts about the
 * host itself it is exact.
 */

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/diff/parts.h"

struct grouping {
	struct diff *diff;
	struct arena *arena; /* for what is not kept */
	struct map about;    /* name -> struct about */
	struct map of_class; /* -> struct pair */
	struct map groups;   /* -> the number of a group, plus one */
};

/* The facts about somebody. */
struct about {
	vec_of(uint32_t) facts;
};

/* The first two hosts of a class. */
struct pair {
	const struct diff_host *first;
	const struct diff_host *second;
};

static void find_facts_about(struct grouping *grouping)
{
	struct diff *diff = grouping->diff;

	for (size_t i = 0; i < diff->facts.items.n_items; i++) {
		const char *peer = diff->facts.items.items[i].peer;
		struct about *about = peer == NULL ? NULL : map_get(&grouping->about, peer);

		if (peer == NULL)
			continue;
		if (about == NULL) {
			about = ARENA_NEW(grouping->arena, struct about);
			(void)map_put(grouping->arena, &grouping->about, peer, about);
		}
		*vec_push(grouping->arena, &about->facts) = (uint32_t)i;
	}
}

/* "changed alike", where it stands on both sides. */
static const char *class_text(struct arena *arena, const struct diff_host *host)
{
	cleanup_(text_finish) struct text text = {0};

	for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++) {
		if (host->sides[side] != NULL)
			text_number(&text, host->sides[side]->class);
		text_puts(&text, " ");
	}
	return arena_copy(arena, text.data, text.length);
}

static void pair_up(struct grouping *grouping)
{
	vec_foreach(host, &grouping->diff->hosts) {
		const char *class = class_text(grouping->arena, host);
		struct pair *pair = map_get(&grouping->of_class, class);

		if (pair == NULL) {
			pair = ARENA_NEW(grouping->arena, struct pair);
			pair->first = host;
			(void)map_put(grouping->arena, &grouping->of_class, class, pair);
		} else if (pair->second == NULL) {
			pair->second = host;
		}
	}
}

/* The host's set, with what the other one says of it. */
static struct diff_ranges close_set(struct grouping *grouping, const struct diff_host *host)
{
	const struct about *about = map_get(&grouping->about, host->name);
	const struct pair *pair = map_get(&grouping->of_class, class_text(grouping->arena, host));
	const struct diff_host *other = pair->first == host ? pair->second : pair->first;
	vec_of(uint32_t) numbers = {0};
	bool is_told = false;

	vec_foreach(range, &host->facts.items) {
		for (uint32_t i = range->first; i <= range->last; i++)
			*vec_push(grouping->arena, &numbers) = i;
	}
	for (size_t i = 0; other != NULL && about != NULL && i < about->facts.n_items; i++) {
		uint32_t fact = about->facts.items[i];

		if (diff_has_fact(&other->facts, fact)) {
			*vec_push(grouping->arena, &numbers) = fact;
			is_told = true;
		}
	}
	if (!is_told)
		return host->facts;
	return facts_gather(grouping->diff->arena, numbers.items, numbers.n_items);
}

/* Equal keys, equal groups. The set is condensed to its ranges. */
static const char *group_key(struct grouping *grouping, const struct diff_host *host,
			     const struct diff_ranges *facts)
{
	cleanup_(text_finish) struct text text = {0};

	text_printf(&text, "%d %u %d", (int)host->effect, host->left_behind,
		    host->sides[DIFF_AFTER] != NULL &&
			    host->sides[DIFF_AFTER]->kind == MANIFEST_DEVICE);
	vec_foreach(range, &facts->items) {
		text_puts(&text, " ");
		text_number(&text, range->first);
		text_puts(&text, "-");
		text_number(&text, range->last);
	}
	return arena_copy(grouping->arena, text.data, text.length);
}

static void put_host(struct grouping *grouping, const struct diff_host *host,
		     struct diff_ranges facts)
{
	struct diff *diff = grouping->diff;
	const char *key = group_key(grouping, host, &facts);
	size_t *number = map_get(&grouping->groups, key);

	if (number == NULL) {
		number = ARENA_NEW(grouping->arena, size_t);
		*number = diff->groups.n_items;
		(void)map_put(grouping->arena, &grouping->groups, key, number);
		*vec_push(diff->arena, &diff->groups) = (struct diff_group){
			.facts = facts,
			.effect = host->effect,
			.left_behind = host->left_behind,
		};
	}
	*vec_push(diff->arena, &diff->groups.items[*number].hosts) = host;
}

/* A host that is alone with its set is grouped by what it says itself. */
static void regroup(struct grouping *grouping)
{
	struct diff *diff = grouping->diff;
	const struct diff_group *first = diff->groups.items;
	size_t n_groups = diff->groups.n_items;

	grouping->groups = (struct map){0};
	memset(&diff->groups, 0, sizeof(diff->groups));
	for (size_t i = 0; i < n_groups; i++) {
		const struct diff_host *host = first[i].hosts.items[0];
		bool is_alone = first[i].hosts.n_items == 1;

		vec_foreach(each, &first[i].hosts)
			put_host(grouping, *each, is_alone ? host->facts : first[i].facts);
	}
}

/* The largest first, then by name. */
static int compare_groups(const void *a, const void *b)
{
	const struct diff_group *first = a;
	const struct diff_group *second = b;
	size_t n = first->hosts.n_items;
	size_t other = second->hosts.n_items;

	if (n != other)
		return (n < other) - (n > other);
	return strcmp(first->hosts.items[0]->name, second->hosts.items[0]->name);
}

void group_hosts(struct diff *diff)
{
	struct grouping grouping = {.diff = diff, .arena = arena_create()};

	find_facts_about(&grouping);
	pair_up(&grouping);
	vec_foreach(host, &diff->hosts)
		put_host(&grouping, host, close_set(&grouping, host));
	regroup(&grouping);
	if (diff->groups.n_items > 1) {
		qsort(diff->groups.items, diff->groups.n_items, sizeof(diff->groups.items[0]),
		      compare_groups);
	}
	(void)arena_destroy(grouping.arena);
}
