/* SPDX-License-Identifier: MIT */

/*
 * Networks behind hosts. WireGuard's cryptokey routing gives a prefix to one peer: the same prefix
 * on two hosts silently leaves one of them without it. A longer prefix inside a shorter one is
 * fine: the longest match wins.
 */

#include "compiler/resolve/resolver.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/diag/diag.h"

struct owned_route {
	const struct network_host *host;
	const struct given_prefix *route;
};

static int compare_routes(const void *a, const void *b)
{
	const struct given_prefix *left = a;
	const struct given_prefix *right = b;

	return net_prefix_compare(&left->value, &right->value);
}

static int compare_owned(const void *a, const void *b)
{
	const struct owned_route *left = a;
	const struct owned_route *right = b;

	return compare_routes(left->route, right->route);
}

static void check_route(struct resolver *resolver, const struct given_prefix *route)
{
	char buffer[NET_PREFIX_TEXT];
	struct diag *diag;

	net_prefix_format(&route->value, buffer);
	if (route->value.length == 0) {
		diag = diag_add(resolver->diags, DIAG_NOT_SUPPORTED_YET, route->span,
				"a route for everything (%s) is not supported yet", buffer);
		diag_help(resolver->diags, diag, "name the networks that are behind the node");
		return;
	}
	if (!net_prefix_is_usable(&route->value)) {
		diag = diag_add(resolver->diags, DIAG_BAD_VALUE, route->span,
				"no network behind a node can have the addresses of %s", buffer);
		diag_help(resolver->diags, diag, "name the networks that are behind the node");
		return;
	}
	for (size_t i = 0; i < resolver->network->n_pools; i++) {
		const struct given_prefix *pool = &resolver->network->pools[i];

		if (!net_prefix_overlaps(&route->value, &pool->value))
			continue;
		diag = diag_add(resolver->diags, DIAG_POOL_OVERLAP, route->span,
				"the network %s behind the node overlaps the overlay", buffer);
		diag_related(resolver->diags, diag, pool->span, "the overlay's pool");
		diag_help(resolver->diags, diag,
			  "the overlay needs addresses of its own: change the pool or the route");
	}
}

static void report_conflict(struct resolver *resolver, const struct owned_route *a,
			    const struct owned_route *b)
{
	char buffer[NET_PREFIX_TEXT];
	struct diag *diag;

	net_prefix_format(&b->route->value, buffer);
	diag = diag_add(resolver->diags, DIAG_PREFIX_CONFLICT, b->route->span,
			a->host == b->host ? "'%s' names %s twice"
					   : "'%s' has the route %s, and so has '%s'",
			b->host->name, buffer, a->host->name);
	diag_related(resolver->diags, diag, a->route->span, "'%s'", a->host->name);
	diag_help(resolver->diags, diag,
		  "leave the route with one node, or split it into longer prefixes");
}

void resolve_routes(struct resolver *resolver)
{
	struct network *network = resolver->network;
	vec_of(struct owned_route) owned = {0};

	for (size_t i = 0; i < network->n_hosts; i++) {
		struct network_host *host = &network->hosts[i];

		vec_reserve(resolver->arena, &host->routes, host->node->routes.n_items);
		vec_foreach(route, &host->node->routes) {
			check_route(resolver, route);
			*vec_push(resolver->arena, &host->routes) = *route;
		}
		if (host->routes.n_items == 0)
			continue;
		qsort(host->routes.items, host->routes.n_items, sizeof(*host->routes.items),
		      compare_routes);
		*vec_push(resolver->arena, &network->with_routes) = host;
		vec_foreach(route, &host->routes)
			*vec_push(resolver->arena, &owned) = (struct owned_route){host, route};
	}
	if (owned.n_items > 0)
		qsort(owned.items, owned.n_items, sizeof(*owned.items), compare_owned);
	for (size_t i = 1; i < owned.n_items; i++) {
		if (compare_owned(&owned.items[i - 1], &owned.items[i]) == 0)
			report_conflict(resolver, &owned.items[i - 1], &owned.items[i]);
	}
}
