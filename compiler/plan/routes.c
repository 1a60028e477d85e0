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

/* Takes `inner` out of the prefixes from `first` on. */
static void subtract(struct arena *arena, struct plan_prefixes *prefixes, size_t first,
		     const struct net_prefix *inner)
{
	for (size_t i = first; i < prefixes->n_items;) {
		struct net_prefix outer = prefixes->items[i];
		struct net_prefix parts[128];
		size_t n_parts = 0;

		if (!net_prefix_overlaps(&outer, inner)) {
			i++;
			continue;
		}
		if (net_prefix_covers(&outer, inner))
			n_parts = net_prefix_subtract(&outer, inner, parts);
		prefixes->items[i] = prefixes->items[--prefixes->n_items];
		vec_reserve(arena, prefixes, n_parts);
		for (size_t k = 0; k < n_parts; k++)
			*vec_push(arena, prefixes) = parts[k];
	}
}

void plan_remainder(struct arena *arena, const struct network_host *host,
		    const struct net_prefix *route, struct plan_prefixes *prefixes)
{
	size_t first = prefixes->n_items;

	*vec_push(arena, prefixes) = *route;
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; i < attachment->site->n_prefixes; i++)
			subtract(arena, prefixes, first, &attachment->site->prefixes[i]);
	}
}

/* The peer that the link leads to, where the link says how large packets may be. */
static const struct plan_peer *narrow_peer(const struct network_link *link,
					   const struct network_host *host, const struct plan *plan)
{
	const char *name = network_link_peer(link, host)->name;

	vec_foreach(peer, &plan->peers) {
		if (span_is_given(link->mtu.span) && (*peer)->name == name)
			return *peer;
	}
	return NULL;
}

/* What may be sent to a network: what the link allows to the peer that takes it, or 0. */
static int64_t mtu_towards(const struct network_host *host, const struct net_prefix *route,
			   const struct plan *plan)
{
	vec_foreach(link, &host->links) {
		const struct plan_peer *peer = narrow_peer(*link, host, plan);

		for (size_t i = 0; peer != NULL && i < peer->n_allowed_ips; i++) {
			if (net_prefix_compare(&peer->allowed_ips[i], route) == 0)
				return (*link)->mtu.value;
		}
	}
	return 0;
}

static bool is_overlay(const struct network *network, const struct net_prefix *prefix)
{
	for (size_t i = 0; i < network->n_pools; i++) {
		if (net_prefix_covers(&network->pools[i].value, prefix))
			return true;
	}
	return false;
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

void plan_routes(struct arena *arena, struct plan_peers *peers, const struct network_host *host,
		 struct plan *plan)
{
	const struct network *network = peers->network;
	struct plan_prefixes *parts = &peers->scratch;

	plan->routes.n_items = 0;
	for (size_t i = 0; i < network->n_pools; i++)
		push(arena, plan, network->pools[i].value, 0);
	vec_foreach(owner, &network->with_routes) {
		vec_foreach(route, &(*owner)->routes) {
			if (*owner == host)
				continue;
			parts->n_items = 0;
			plan_remainder(arena, host, &route->value, parts);
			vec_foreach(part, parts)
				push(arena, plan, *part, mtu_towards(host, &route->value, plan));
		}
	}
	vec_foreach(link, &host->links) {
		const struct plan_peer *peer = narrow_peer(*link, host, plan);

		for (size_t i = 0; peer != NULL && i < peer->n_allowed_ips; i++) {
			if (is_overlay(network, &peer->allowed_ips[i]))
				push(arena, plan, peer->allowed_ips[i], (*link)->mtu.value);
		}
	}
	if (plan->routes.n_items > 0) {
		qsort(plan->routes.items, plan->routes.n_items, sizeof(*plan->routes.items),
		      compare_routes);
	}
	plan->routes.n_items = drop_repeats(plan->routes.items, plan->routes.n_items);
}
