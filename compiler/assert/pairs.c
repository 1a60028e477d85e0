/* SPDX-License-Identifier: MIT */

/*
 * Every pair once, by kind: the nodes of both names are one list, marked with the names that they
 * belong to, so that a pair within two groups that overlap is not counted twice.
 */

#include "compiler/assert/pairs.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "compiler/assert/kinds.h"
#include "compiler/reach/reach.h"
#include "compiler/resolve/network.h"

enum {
	IN_FIRST = 1,
	IN_SECOND = 2,
};

struct look {
	const struct assert_context *context;
	const struct network_assertion *assertion;
	struct kinds kinds;
	struct pairs pairs;
	size_t *counted; /* by host index: the last count that took it in */
	size_t n_counts;
};

static void mark(const struct network_selection *selection, unsigned int bit, unsigned int *marks)
{
	for (size_t i = 0; i < selection->n_hosts; i++)
		marks[selection->hosts[i]->index] |= bit;
}

/* The nodes of both names, each host by itself: by name. */
static struct kinds make_kinds(const struct assert_context *context,
			       const struct network_assertion *assertion)
{
	const struct network *network = context->network;
	struct arena *arena = context->arena;
	unsigned int *marks = ARENA_ARRAY(arena, unsigned int, network->n_hosts);
	struct kinds_member *members;
	size_t n_members = 0;

	mark(&assertion->ends[0], IN_FIRST, marks);
	mark(&assertion->ends[1], IN_SECOND, marks);
	members = ARENA_ARRAY(arena, struct kinds_member,
			      assertion->ends[0].n_hosts + assertion->ends[1].n_hosts);
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		if (marks[i] == 0)
			continue;
		members[n_members++] = (struct kinds_member){
			.ways = arena_copy(arena, &host, sizeof(host)), /* host, as a list */
			.n_ways = 1,
			.mark = marks[i],
		};
	}
	return kinds_make(arena, context->reach, members, n_members);
}

/* Whether pairs of the two kinds stand in the order of the assertion's names. */
static bool is_in_order(const struct kind *a, const struct kind *b)
{
	return (a->mark & IN_FIRST) != 0 && (b->mark & IN_SECOND) != 0;
}

static bool holds(const struct network_assertion *assertion, const struct pairs_example *pair)
{
	const struct path *path = &pair->path;
	bool is_cut = pair->cut != path->n_nodes;

	switch (assertion->form) {
	case ASSERTION_REACH:
		return !is_cut;
	case ASSERTION_DENY:
		return is_cut;
	case ASSERTION_DIRECT:
		return !is_cut && path->n_nodes == 2;
	case ASSERTION_RELAYED:
		return !is_cut && path->n_nodes > 2 &&
		       (assertion->via == NULL || path_leads_through(path, assertion->via));
	case ASSERTION_SURVIVES:
	case ASSERTION_N_FORMS:
		break;
	}
	unreachable();
}

static const struct network_host *host_of(const struct kind *kind, size_t i)
{
	return kind->members.items[i]->ways[0];
}

static size_t home_of(const struct kinds_member *member)
{
	const struct network_host *host = member->ways[0];

	return host->home == NULL ? host->index : host->home->index;
}

/* Pairs of the kinds that are one machine, a device at two of its gateways, and so no pairs. */
static size_t count_same(struct look *look, const struct kind *a, const struct kind *b)
{
	size_t n_same = 0;

	if (host_of(a, 0)->gateway == host_of(b, 0)->gateway)
		return 0;
	look->n_counts++;
	vec_foreach(member, &a->members)
		look->counted[home_of(*member)] = look->n_counts;
	vec_foreach(member, &b->members)
		n_same += look->counted[home_of(*member)] == look->n_counts;
	return n_same;
}

/* The first pairs of the two kinds, at most so many: none of a machine with itself. */
static size_t take_pairs(const struct look *look, const struct kind *a, const struct kind *b,
			 struct pairs_example *pairs, size_t most)
{
	size_t n_pairs = 0;

	for (size_t i = 0; i < a->members.n_items; i++) {
		for (size_t k = a == b ? i + 1 : 0; k < b->members.n_items; k++) {
			const struct network_host *one = host_of(a, i);
			const struct network_host *other = host_of(b, k);
			struct path path;

			if (n_pairs == most)
				return n_pairs;
			if (network_host_is_same(one, other))
				continue;
			path = is_in_order(a, b) ? path_between(look->context->planner, one, other)
						 : path_between(look->context->planner, other, one);
			pairs[n_pairs++] = (struct pairs_example){
				path, path_find_cut(look->context->reach, &path)};
		}
	}
	return n_pairs;
}

/* That of the two classes, or NULL: there are too many. */
static struct pairs_obstacle *obstacle_of(struct look *look, const size_t classes[static 2],
					  const struct path *path)
{
	struct pairs *pairs = &look->pairs;
	struct arena *arena = look->context->arena;
	struct pairs_obstacle *obstacle;

	for (size_t i = 0; i < pairs->n_obstacles; i++) {
		obstacle = &pairs->obstacles[i];
		if (obstacle->classes[0] == classes[0] && obstacle->classes[1] == classes[1])
			return obstacle;
	}
	if (pairs->n_obstacles == PAIRS_MOST_OBSTACLES)
		return NULL;
	obstacle = &pairs->obstacles[pairs->n_obstacles++];
	for (size_t i = 0; i < 2; i++) {
		obstacle->classes[i] = classes[i];
		obstacle->ends[i] = path->nodes[i == 0 ? 0 : path->n_nodes - 1];
		obstacle->is_counted[i] = ARENA_ARRAY(arena, bool, look->kinds.items.n_items);
	}
	return obstacle;
}

/* The hosts of a kind, once for each end. */
static void count_hosts(const struct look *look, struct pairs_obstacle *obstacle,
			const struct kind *kind)
{
	size_t number = (size_t)(kind - look->kinds.items.items);
	size_t class = look->context->reach->class_of[host_of(kind, 0)->index];

	for (size_t i = 0; i < 2; i++) {
		if (class != obstacle->classes[i] || obstacle->is_counted[i][number])
			continue;
		obstacle->is_counted[i][number] = true;
		obstacle->n_hosts[i] += kind->members.n_items;
	}
}

/* Why pairs that were to have a tunnel have none. */
static void note_obstacle(struct look *look, const struct kind *a, const struct kind *b,
			  const struct path *path, size_t n_pairs)
{
	const struct reach *reach = look->context->reach;
	const struct network_host *ends[2] = {path->nodes[0], path->nodes[path->n_nodes - 1]};
	const size_t classes[2] = {reach->class_of[ends[0]->index],
				   reach->class_of[ends[1]->index]};
	struct pairs_obstacle *obstacle;

	if (ends[0]->kind == HOST_DEVICE || ends[1]->kind == HOST_DEVICE) {
		look->pairs.n_of_devices += n_pairs;
		return;
	}
	if (path_find_via(path) != NULL)
		look->pairs.n_links += n_pairs;
	if (reach_decide(reach, classes[0], classes[1]).kind != REACH_APART)
		return;
	obstacle = obstacle_of(look, classes, path);
	if (obstacle == NULL) {
		look->pairs.n_unexplained += n_pairs;
		return;
	}
	count_hosts(look, obstacle, a);
	count_hosts(look, obstacle, b);
}

static void look_at(struct look *look, const struct kind *a, const struct kind *b)
{
	struct pairs *pairs = &look->pairs;
	size_t n = a->members.n_items;
	struct pairs_example pair;
	size_t n_pairs;

	if ((!is_in_order(a, b) && !is_in_order(b, a)) || take_pairs(look, a, b, &pair, 1) == 0)
		return;
	n_pairs = a == b ? n * (n - 1) / 2 : n * b->members.n_items - count_same(look, a, b);
	pairs->n_all += n_pairs;
	if (holds(look->assertion, &pair))
		return;
	pairs->n_failing += n_pairs;
	if (look->assertion->form == ASSERTION_DIRECT)
		note_obstacle(look, a, b, &pair.path, n_pairs);
	pairs->n_examples += take_pairs(look, a, b, &pairs->examples[pairs->n_examples],
					PAIRS_MOST_SHOWN - pairs->n_examples);
}

struct pairs pairs_look(const struct assert_context *context,
			const struct network_assertion *assertion)
{
	struct look look = {
		.context = context,
		.assertion = assertion,
		.counted = ARENA_ARRAY(context->arena, size_t, context->network->n_hosts),
	};

	look.kinds = make_kinds(context, assertion);
	vec_foreach(a, &look.kinds.items) {
		for (const struct kind *b = a;
		     b < look.kinds.items.items + look.kinds.items.n_items; b++)
			look_at(&look, a, b);
	}
	return look.pairs;
}
