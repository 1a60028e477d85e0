/* SPDX-License-Identifier: MIT */

/*
 * Routes of a host with many peers. wg-quick would add one per allowed IP, each with a fork; here
 * the overlay's pools stand for all peers at once, and only networks behind hosts and pairs with an
 * MTU of their own need a line more.
 */

#include "compiler/plan/parts.h"

#include <stdlib.h>

#include "base/arena.h"

static void push(struct arena *arena, struct plan *plan, struct net_prefix prefix, int64_t mtu)
{
	*vec_push(arena, &plan->routes) = (struct plan_route){prefix, (uint16_t)mtu};
}

static int64_t mtu_towards(const struct network_host *host, const struct network_host *peer)
{
	vec_foreach(link, &host->links) {
		if (network_link_peer(*link, host) == peer && span_is_given((*link)->mtu.span))
			return (*link)->mtu.value;
	}
	return 0;
}

static int compare_routes(const void *a, const void *b)
{
	const struct plan_route *left = a;
	const struct plan_route *right = b;

	int order = net_prefix_compare(&left->prefix, &right->prefix);

	return order != 0 ? order : (left->mtu < right->mtu) - (left->mtu > right->mtu);
}

/* Of two routes for one prefix, a pool of one address and its only node, the one with an MTU stays.
 */
static size_t drop_repeats(struct plan_route *routes, size_t n_routes)
{
	size_t n_kept = 0;

	for (size_t i = 0; i < n_routes; i++) {
		if (n_kept == 0 ||
		    net_prefix_compare(&routes[n_kept - 1].prefix, &routes[i].prefix) != 0)
			routes[n_kept++] = routes[i];
	}
	return n_kept;
}

void plan_routes(struct arena *arena, const struct network *network, struct plan_peers *peers,
		 const struct network_host *host, struct plan *plan)
{
	plan->routes.n_items = 0;
	for (size_t i = 0; i < network->n_pools; i++)
		push(arena, plan, network->pools[i].value, 0);
	vec_foreach(owner, &network->with_routes) {
		vec_foreach(route, &(*owner)->routes) {
			if (*owner != host && !network_host_is_inside(host, &route->value))
				push(arena, plan, route->value, mtu_towards(host, *owner));
		}
	}
	vec_foreach(link, &host->links) {
		const struct network_host *peer = network_link_peer(*link, host);
		const struct net_prefix *own;
		size_t n_own;

		if (!span_is_given((*link)->mtu.span))
			continue;
		own = plan_peers_own_ips(peers, peer, &n_own);
		for (size_t i = 0; i < n_own; i++)
			push(arena, plan, own[i], (*link)->mtu.value);
	}
	if (plan->routes.n_items > 0) {
		qsort(plan->routes.items, plan->routes.n_items, sizeof(*plan->routes.items),
		      compare_routes);
	}
	plan->routes.n_items = drop_repeats(plan->routes.items, plan->routes.n_items);
}
