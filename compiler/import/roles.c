/* SPDX-License-Identifier: MIT */

/*
 * Roles. Who passes packets on between others is a gateway; a host whose one peer is a gateway is a
 * user's device, unless others can send to it first or there are networks behind it: then it is a
 * server, as all the rest are.
 */

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/import/parts.h"

bool import_is_same_machine(const struct import_host *a, const struct import_host *b)
{
	return a->key == b->key;
}

/* Networks behind hosts */

/* A prefix outside the overlay, and whose the files say it is. */
struct network_claim {
	struct net_prefix prefix;
	struct import_host *owner;
	bool is_disputed;
};

struct network_claims {
	struct import *import;
	vec_of(struct network_claim *) items;
	struct map by_prefix;
	vec_of(const struct import_claim *) passed_on; /* to whom sends it on */
};

/* Of several through whom a network is reached, the last has no peer of its own for it. */
static void add_network(struct network_claims *claims, const struct import_claim *claim)
{
	struct import_host *to = claim->view->to;
	char buffer[NET_PREFIX_TEXT];
	struct network_claim *known;

	if (import_claims(to, &claim->prefix)) {
		*vec_push(claims->import->arena, &claims->passed_on) = claim;
		return;
	}
	known = map_get(&claims->by_prefix, net_prefix_format(&claim->prefix, buffer));
	if (known == NULL) {
		known = ARENA_NEW(claims->import->arena, struct network_claim);
		known->prefix = claim->prefix;
		known->owner = to;
		map_put(claims->import->arena, &claims->by_prefix,
			arena_printf(claims->import->arena, "%s", buffer), known);
		*vec_push(claims->import->arena, &claims->items) = known;
	}
	known->is_disputed = known->is_disputed || known->owner != to;
}

/* Where everybody sends it on, in a circle, nobody has it. */
static void report_circles(struct network_claims *claims)
{
	struct import *import = claims->import;

	vec_foreach(at, &claims->passed_on) {
		const struct import_claim *claim = *at;
		char buffer[NET_PREFIX_TEXT];
		const char *text = net_prefix_format(&claim->prefix, buffer);

		if (map_get(&claims->by_prefix, text) != NULL)
			continue;
		diag_help(import->diags,
			  diag_add(import->diags, DIAG_IMPORT_DROPPED, claim->view->span,
				   "%s is sent on by everybody whom it is sent to, so that nobody "
				   "has it, and is left out",
				   text),
			  "add it to 'routes' of the host that it is behind");
		map_put(import->arena, &claims->by_prefix, arena_printf(import->arena, "%s", text),
			(void *)claim);
	}
}

static void report_dispute(struct import *import, const struct network_claim *claim)
{
	char buffer[NET_PREFIX_TEXT];

	diag_help(import->diags,
		  diag_add(import->diags, DIAG_IMPORT_INVALID, claim->owner->span,
			   "%s is behind several hosts by the files, and behind this one here",
			   net_prefix_format(&claim->prefix, buffer)),
		  "correct 'routes' where that is wrong: a prefix has one owner");
}

/* Whether somebody who sends all of the outer network to its owner has the inner one in mind. */
static bool stands_for(const struct import *import, const struct network_claim *outer,
		       const struct network_claim *inner)
{
	/* A single address is a host's own on its LAN, which the compiler adds by itself. */
	if (inner->owner == outer->owner || inner->prefix.length <= outer->prefix.length ||
	    inner->prefix.length == net_family_bits(inner->prefix.address.family) ||
	    !net_prefix_covers(&outer->prefix, &inner->prefix))
		return false;
	import_foreach_host(viewer, import) {
		if (viewer != inner->owner && import_claims(viewer, &outer->prefix) &&
		    !import_claims(viewer, &inner->prefix))
			return true;
	}
	return false;
}

/*
 * Spokes often send a wide prefix to their hub that stands for all the others' networks. Those are
 * known one by one, and the hub does not have the rest of it either.
 */
static bool is_aggregate(const struct network_claims *claims, const struct network_claim *outer)
{
	struct import *import = claims->import;
	char buffer[NET_PREFIX_TEXT];

	vec_foreach(inner, &claims->items) {
		if (!stands_for(import, outer, *inner))
			continue;
		diag_help(import->diags,
			  diag_add(import->diags, DIAG_IMPORT_DROPPED, outer->owner->span,
				   "%s is not behind this host, but stands for networks of others: "
				   "those are taken one by one",
				   net_prefix_format(&outer->prefix, buffer)),
			  "add it to the host's 'routes' where there is more of it");
		return true;
	}
	return false;
}

void import_find_routes(struct import *import)
{
	struct network_claims claims = {.import = import};

	import_foreach_host(host, import) {
		vec_foreach(claim, &host->claims) {
			if (!import_is_default(&claim->prefix) &&
			    !import_is_overlay(import, &claim->prefix))
				add_network(&claims, claim);
		}
	}
	report_circles(&claims);
	vec_foreach(at, &claims.items) {
		const struct network_claim *claim = *at;

		if (is_aggregate(&claims, claim))
			continue;
		*vec_push(import->arena, &claim->owner->routes) = claim->prefix;
		*vec_push(import->arena, &import->networks) = claim->prefix;
		if (claim->is_disputed)
			report_dispute(import, claim);
	}
}

/* Gateways */

static void count_relayed(struct import *import, const struct import_host *from)
{
	import_foreach_host(to, import) {
		const struct import_view *view = NULL;

		if (to != from && to->n_addresses > 0 && !import_is_same_machine(from, to))
			view = import_owner(from, &to->addresses[0]);
		if (view != NULL && !import_is_same_machine(view->to, to))
			view->to->n_relayed++;
	}
}

static bool is_seen_with_endpoint(const struct import *import, const struct import_host *host)
{
	import_foreach_host(viewer, import) {
		const struct import_view *view = import_find_view(viewer, host);

		if (view != NULL && view->endpoint.port != 0)
			return true;
	}
	return false;
}

/* The one host that it has a tunnel to, or NULL: none, or several. */
static struct import_host *only_peer(const struct import *import, const struct import_host *host)
{
	struct import_host *found = NULL;

	if (host->path != NULL)
		return host->views.n_items == 1 ? host->views.items[0].to : NULL;
	import_foreach_host(viewer, import) {
		if (import_find_view(viewer, host) == NULL)
			continue;
		if (found != NULL)
			return NULL;
		found = viewer;
	}
	return found;
}

static bool may_be_device(const struct import *import, const struct import_host *host)
{
	if (host->is_kind_given)
		return host->kind == IMPORT_DEVICE;
	return host->n_relayed == 0 && host->routes.n_items == 0 &&
	       only_peer(import, host) != NULL && !is_seen_with_endpoint(import, host);
}

static void find_device(struct import *import, struct import_host *host)
{
	struct import_host *peer = only_peer(import, host);

	if (peer == NULL || !may_be_device(import, host))
		return;
	/* Of two that have but each other, one is seen with an endpoint, or both are servers. */
	if (!peer->is_kind_given && peer->n_relayed == 0 && may_be_device(import, peer) &&
	    peer->index > host->index)
		return;
	if (peer->is_kind_given && peer->kind != IMPORT_GATEWAY)
		return;
	host->kind = IMPORT_DEVICE;
	host->gateway = peer;
	peer->kind = IMPORT_GATEWAY;
}

/* Whether two hosts of the mesh have no way to each other. */
static bool is_apart(const struct import_host *a, const struct import_host *b)
{
	return a->n_addresses > 0 && b->n_addresses > 0 &&
	       a->views.n_items + b->views.n_items > 0 && import_find_view(a, b) == NULL &&
	       import_find_view(b, a) == NULL;
}

static size_t count_apart(const struct import *import)
{
	size_t n = 0;

	import_foreach_host(a, import) {
		import_foreach_host(b, import) {
			if (a->kind == IMPORT_SERVER && b->kind == IMPORT_SERVER &&
			    a->index < b->index)
				n += is_apart(a, b);
		}
	}
	return n;
}

/* Servers that do not know each other need somebody in between, or nothing can be compiled. */
static void make_gateway(struct import *import)
{
	struct import_host *best = NULL;
	size_t n_apart;
	struct diag *diag;

	import_foreach_host(host, import) {
		if (host->kind == IMPORT_GATEWAY)
			return;
		if (host->kind == IMPORT_SERVER && is_seen_with_endpoint(import, host) &&
		    (best == NULL || host->views.n_items > best->views.n_items))
			best = host;
	}
	n_apart = best == NULL ? 0 : count_apart(import);
	if (n_apart == 0)
		return;
	best->kind = IMPORT_GATEWAY;
	best->is_promoted = true;
	diag = diag_add(import->diags, DIAG_IMPORT_GUESS, best->span,
			"this host is made a gateway: %zu pair%s of servers had no tunnel to each "
			"other, and in a topology everybody has a way to everybody",
			n_apart, n_apart == 1 ? "" : "s");
	diag_help(import->diags, diag,
		  "it passes packets on between those that cannot open a tunnel of their own");
}

void import_find_roles(struct import *import)
{
	import_foreach_host(host, import) {
		if (!host->is_kind_given)
			host->kind = IMPORT_SERVER;
		count_relayed(import, host);
	}
	import_foreach_host(host, import) {
		if (!host->is_kind_given && host->n_relayed > 0)
			host->kind = IMPORT_GATEWAY;
	}
	import_foreach_host(host, import) {
		if (host->kind != IMPORT_GATEWAY)
			find_device(import, host);
	}
	import_foreach_host(host, import) {
		if (host->kind == IMPORT_DEVICE && host->gateway == NULL)
			host->kind = IMPORT_SERVER;
	}
	make_gateway(import);
}
