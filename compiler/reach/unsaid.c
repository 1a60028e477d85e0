/* SPDX-License-Identifier: MIT */

/* Few pairs are acknowledged, so that each class keeps a list of its own. */

#include "compiler/reach/unsaid.h"

#include "base/arena.h"
#include "compiler/resolve/network.h"

struct members {
	vec_of(const struct network_host *) hosts;    /* by name */
	vec_of(const struct network_link *) with_via; /* that have an end among them */
};

struct unsaid {
	const struct reach *reach;
	struct members *classes;
};

struct unsaid *unsaid_create(const struct reach *reach)
{
	struct unsaid *unsaid = ARENA_NEW(reach->arena, struct unsaid);

	unsaid->reach = reach;
	unsaid->classes = ARENA_ARRAY(reach->arena, struct members, reach->n_classes);
	for (size_t i = 0; i < reach->network->n_hosts; i++) {
		struct members *class = &unsaid->classes[reach->class_of[i]];

		*vec_push(reach->arena, &class->hosts) = &reach->network->hosts[i];
	}
	vec_foreach(link, &reach->network->with_via) {
		size_t one = reach->class_of[(*link)->ends[0]->index];
		size_t other = reach->class_of[(*link)->ends[1]->index];

		*vec_push(reach->arena, &unsaid->classes[one].with_via) = *link;
		if (other != one)
			*vec_push(reach->arena, &unsaid->classes[other].with_via) = *link;
	}
	return unsaid;
}

static bool joins(const struct reach *reach, const struct network_link *link, size_t a, size_t b)
{
	size_t one = reach->class_of[link->ends[0]->index];
	size_t other = reach->class_of[link->ends[1]->index];

	return (one == a && other == b) || (one == b && other == a);
}

static size_t count_all(const struct unsaid *unsaid, size_t a, size_t b)
{
	size_t n = unsaid->reach->classes[a].n_hosts;

	return a == b ? n * (n - 1) / 2 : n * unsaid->reach->classes[b].n_hosts;
}

size_t unsaid_count(const struct unsaid *unsaid, size_t a, size_t b)
{
	size_t n_pairs = count_all(unsaid, a, b);

	vec_foreach(link, &unsaid->classes[a].with_via)
		n_pairs -= joins(unsaid->reach, *link, a, b);
	return n_pairs;
}

/* Whether the host, of class `a`, has a pair left with class `b`. */
static bool has_pair(const struct unsaid *unsaid, const struct network_host *host, size_t b)
{
	const struct reach *reach = unsaid->reach;
	size_t n_peers = reach->classes[b].n_hosts - (reach->class_of[host->index] == b);

	vec_foreach(link, &host->links) {
		n_peers -= (*link)->via != NULL &&
			   reach->class_of[network_link_peer(*link, host)->index] == b;
	}
	return n_peers > 0;
}

static bool is_acknowledged(const struct network_host *host, const struct network_host *other)
{
	vec_foreach(link, &host->links) {
		if ((*link)->via != NULL && network_link_peer(*link, host) == other)
			return true;
	}
	return false;
}

/* The first of class `a` that has a pair left with class `b`, and who that is with. */
static void find_first(const struct unsaid *unsaid, size_t a, size_t b,
		       const struct network_host **ends)
{
	vec_foreach(host, &unsaid->classes[a].hosts) {
		if (!has_pair(unsaid, *host, b))
			continue;
		vec_foreach(other, &unsaid->classes[b].hosts) {
			if (*other == *host || is_acknowledged(*host, *other))
				continue;
			ends[0] = *host;
			ends[1] = *other;
			return;
		}
	}
}

size_t unsaid_count_hosts(const struct unsaid *unsaid, size_t a, const size_t *others, size_t n)
{
	size_t n_hosts = 0;

	for (size_t i = 0; i < n; i++) {
		if (unsaid_count(unsaid, a, others[i]) == count_all(unsaid, a, others[i]))
			return unsaid->reach->classes[a].n_hosts;
	}
	vec_foreach(host, &unsaid->classes[a].hosts) {
		for (size_t i = 0; i < n; i++) {
			if (has_pair(unsaid, *host, others[i])) {
				n_hosts++;
				break;
			}
		}
	}
	return n_hosts;
}

struct unsaid_pairs unsaid_look(const struct unsaid *unsaid, size_t a, size_t b)
{
	struct unsaid_pairs pairs = {.n_pairs = unsaid_count(unsaid, a, b)};

	if (pairs.n_pairs == 0)
		return pairs;
	pairs.n_firsts = unsaid_count_hosts(unsaid, a, &b, 1);
	pairs.n_seconds = unsaid_count_hosts(unsaid, b, &a, 1);
	find_first(unsaid, a, b, pairs.first);
	return pairs;
}
