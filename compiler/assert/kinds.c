/* SPDX-License-Identifier: MIT */

/*
 * A relay is chosen by the classes and the shares of both ends. A gateway, and a server that
 * `links` gives a relay of its own, are like nobody else.
 */

#include "compiler/assert/kinds.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "compiler/reach/reach.h"
#include "compiler/reach/relay.h"
#include "compiler/resolve/network.h"

static bool is_alone(const struct network_host *host)
{
	if (host->kind == HOST_GATEWAY)
		return true;
	vec_foreach(link, &host->links) {
		if ((*link)->via != NULL)
			return true;
	}
	return false;
}

static void write_way(const struct reach *reach, const struct network_host *host,
		      struct text *signature)
{
	size_t class = reach->class_of[host->index];

	if (host->kind == HOST_DEVICE) {
		text_printf(signature, " %zu@%zu", class, host->gateway->index);
	} else if (is_alone(host)) {
		text_printf(signature, " =%zu", host->index);
	} else {
		text_printf(signature, " %zu.%u", class, relay_share(reach->network, host));
	}
}

struct kinds kinds_make(struct arena *arena, const struct reach *reach,
			const struct kinds_member *members, size_t n_members)
{
	cleanup_(text_finish) struct text signature = {0};
	size_t *numbers = ARENA_ARRAY(arena, size_t, n_members);
	struct kinds kinds = {0};
	struct map known = {0};

	for (size_t i = 0; i < n_members; i++) {
		const size_t *number;

		text_clear(&signature);
		text_printf(&signature, "%u", members[i].mark);
		for (size_t way = 0; way < members[i].n_ways; way++)
			write_way(reach, members[i].ways[way], &signature);
		number = map_get(&known, signature.data);
		if (number == NULL) {
			numbers[i] = kinds.items.n_items;
			vec_push(arena, &kinds.items)->mark = members[i].mark;
			number = &numbers[i];
			(void)map_put(arena, &known,
				      arena_copy(arena, signature.data, signature.length),
				      &numbers[i]);
		}
		*vec_push(arena, &kinds.items.items[*number].members) = &members[i];
	}
	return kinds;
}

/* A device's further ways stand behind it, though not always next to it: names sort between. */
const struct kinds_member *kinds_members_of(struct arena *arena, const struct network *network,
					    size_t *ret_n)
{
	struct kinds_member *members = ARENA_ARRAY(arena, struct kinds_member, network->n_hosts);
	size_t *member_of = ARENA_ARRAY(arena, size_t, network->n_hosts);
	size_t n = 0;

	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];
		const struct network_host **ways;
		size_t n_ways = 1;

		if (host->home != NULL) {
			members[member_of[host->home->index]].n_ways++;
			continue;
		}
		member_of[i] = n;
		if (host->user != NULL && host->user->gateways.n_items > 0)
			n_ways = host->user->gateways.n_items;
		ways = ARENA_ARRAY(arena, const struct network_host *, n_ways);
		ways[0] = host;
		members[n++] = (struct kinds_member){.ways = ways, .n_ways = 1};
	}
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];
		const struct network_host **ways;

		if (host->home == NULL)
			continue;
		ways = (const struct network_host **)members[member_of[host->home->index]].ways;
		ways[host->way] = host;
	}
	*ret_n = n;
	return members;
}
