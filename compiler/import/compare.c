/* SPDX-License-Identifier: MIT */

/*
 * What the compiled network does against what the files did: for every ordered pair whom the
 * packets go to, where they are sent, and who keeps what alive. Alike differences are one warning.
 */

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/import/parts.h"
#include "compiler/plan/planner.h"
#include "compiler/resolve/network.h"

enum {
	MOST_LINKS = 50,
	MOST_SHOWN = 3,
};

struct comparison {
	struct import *import;
	const struct network *network;
	struct planner *planner;
	struct map hosts;   /* name -> struct import_host */
	struct map reports; /* kind -> struct report */
	bool is_refining;
	size_t n_links;
	void (*pair)(struct comparison *comparison, const struct import_host *before,
		     const struct import_host *after);
};

/* A difference that several pairs have. */
struct report {
	struct diag *diag;
	size_t n;
};

static struct comparison compare_with(struct import *import, const struct network *network,
				      struct planner *planner)
{
	struct comparison comparison = {import, network, planner, {0}, {0}, false, 0, NULL};

	import_foreach_host(host, import)
		map_put(import->arena, &comparison.hosts, host->name, host);
	return comparison;
}

/* The host as it is compiled, in the terms of one that was read. */
static struct import_host *read_plan(struct comparison *comparison, struct arena *arena,
				     const struct import_host *before)
{
	const struct network_host *compiled = network_find_host(comparison->network, before->name);
	struct import_host *after = ARENA_NEW(arena, struct import_host);
	const struct plan *plan;

	if (compiled == NULL)
		return NULL;
	plan = planner_plan(comparison->planner, compiled->index);
	after->name = before->name;
	after->listen_port = plan->listen_port;
	after->mtu = plan->mtu;
	after->n_addresses = plan->n_addresses;
	memcpy(after->addresses, plan->addresses, plan->n_addresses * sizeof(*plan->addresses));
	vec_reserve(arena, &after->views, plan->peers.n_items);
	vec_foreach(peer, &plan->peers) {
		struct import_view *view = vec_push(arena, &after->views);

		view->to = map_get(&comparison->hosts, (*peer)->name);
		view->endpoint = (*peer)->endpoint;
		view->keepalive_s = (*peer)->persistent_keepalive_s;
		view->has_preshared = (*peer)->preshared != PLAN_PRESHARED_NONE;
		for (size_t i = 0; i < (*peer)->n_allowed_ips; i++) {
			struct import_claim *claim = vec_push(arena, &after->claims);

			claim->prefix = (*peer)->allowed_ips[i];
			claim->view = view;
		}
	}
	import_sort_claims(arena, after);
	return after;
}

static const struct import_view *peer_of(const struct import_host *after,
					 const struct import_host *to)
{
	vec_foreach(view, &after->views) {
		if (view->to == to)
			return view;
	}
	return NULL;
}

static void for_hosts(struct comparison *comparison)
{
	import_foreach_host(host, comparison->import) {
		struct arena *arena = arena_create();
		struct import_host *after = NULL;

		if (host->path != NULL)
			after = read_plan(comparison, arena, host);
		if (after != NULL)
			comparison->pair(comparison, host, after);
		arena_destroy(arena);
	}
}

/* Links */

static struct import_link *link_of(struct comparison *comparison, const struct import_host *a,
				   const struct import_host *b)
{
	struct import *import = comparison->import;
	struct import_link *link;

	vec_foreach(known, &import->links) {
		if ((known->ends[0] == a && known->ends[1] == b) ||
		    (known->ends[0] == b && known->ends[1] == a))
			return known;
	}
	link = vec_push(import->arena, &import->links);
	*link = (struct import_link){.ends = {a, b}};
	comparison->is_refining = true;
	return link;
}

/* The gateway through which both ends reach each other, or NULL. */
static const struct import_host *relay_of(const struct import_host *a, const struct import_host *b)
{
	const struct import_view *there = import_owner(a, &b->addresses[0]);
	const struct import_view *back = import_owner(b, &a->addresses[0]);

	if (there == NULL || back == NULL || there->to != back->to || there->to == b ||
	    there->to->kind != IMPORT_GATEWAY)
		return NULL;
	return there->to;
}

static void link_via(struct comparison *comparison, const struct import_host *a,
		     const struct import_host *b, const struct import_host *after)
{
	const struct import_view *now = import_owner(after, &b->addresses[0]);
	const struct import_host *via = relay_of(a, b);

	if (a->kind == IMPORT_SERVER && b->kind == IMPORT_SERVER && via != NULL && now != NULL &&
	    now->to != via)
		link_of(comparison, a, b)->via = via;
}

/* An interval that both ends have, and that is not the usual one. */
static void link_keepalive(struct comparison *comparison, const struct import_host *a,
			   const struct import_host *b, const struct import_host *after)
{
	const struct import_view *there = import_find_view(a, b);
	const struct import_view *back = import_find_view(b, a);
	const struct import_view *now = peer_of(after, b);
	uint16_t usual = comparison->import->keepalive_s;

	if (there == NULL || back == NULL || now == NULL || there->keepalive_s == 0 ||
	    there->keepalive_s != back->keepalive_s || there->keepalive_s == (usual ? usual : 25) ||
	    now->keepalive_s == there->keepalive_s)
		return;
	link_of(comparison, a, b)->keepalive_s = there->keepalive_s;
}

/* Routes with an MTU of their own. */
static void link_mtu(struct comparison *comparison, const struct import_host *a)
{
	vec_foreach(route, &a->batch) {
		const struct import_view *view = import_owner_of(a, &route->prefix);

		if (route->mtu != 0 && route->mtu < comparison->import->mtu && view != NULL &&
		    view->to->kind != IMPORT_DEVICE &&
		    link_of(comparison, a, view->to)->mtu != route->mtu) {
			link_of(comparison, a, view->to)->mtu = route->mtu;
			comparison->is_refining = true;
		}
	}
}

static void refine_host(struct comparison *comparison, const struct import_host *before,
			const struct import_host *after)
{
	if (before->kind == IMPORT_DEVICE)
		return;
	link_mtu(comparison, before);
	import_foreach_host(to, comparison->import) {
		if (to->kind == IMPORT_DEVICE || to->index <= before->index ||
		    to->n_addresses == 0 || before->n_addresses == 0 ||
		    comparison->import->links.n_items >= MOST_LINKS)
			continue;
		link_via(comparison, before, to, after);
		link_keepalive(comparison, before, to, after);
	}
}

bool import_refine(struct import *import, const struct network *network, struct planner *planner)
{
	struct comparison comparison = compare_with(import, network, planner);

	comparison.pair = refine_host;
	for_hosts(&comparison);
	return comparison.is_refining;
}

/* Differences */

/* Counts a difference; a new kind of it becomes a warning, which the caller words. */
static struct report *count(struct comparison *comparison, const char *kind)
{
	struct report *report = map_get(&comparison->reports, kind);

	if (report == NULL) {
		report = ARENA_NEW(comparison->import->arena, struct report);
		map_put(comparison->import->arena, &comparison->reports,
			arena_printf(comparison->import->arena, "%s", kind), report);
	}
	report->n++;
	return report;
}

/* The same for a pair: NULL where the kind is known, and one more example of it is noted. */
static struct report *begin(struct comparison *comparison, const char *kind,
			    const struct import_host *before, const struct import_host *to)
{
	struct report *report = count(comparison, kind);

	if (report->n == 1)
		return report;
	if (report->n <= MOST_SHOWN) {
		diag_note(comparison->import->diags, report->diag, "'%s' to '%s' as well",
			  before->name, to->name);
	}
	return NULL;
}

static const char *way_text(const struct import_host *to, const struct import_view *view,
			    struct arena *arena)
{
	if (view == NULL)
		return NULL;
	return view->to == to ? "directly" : arena_printf(arena, "through '%s'", view->to->name);
}

static bool is_same_way(const char *was, const char *is)
{
	return was == NULL || is == NULL ? was == is : strcmp(was, is) == 0;
}

/* "did not reach 'b'; now it does, through 'gw'" */
static const char *change_text(struct arena *arena, const char *to, const char *was, const char *is)
{
	if (was == NULL)
		return arena_printf(arena, "did not reach %s; now it does, %s", to, is);
	if (is == NULL)
		return arena_printf(arena, "reached %s %s; now it does not", to, was);
	return arena_printf(arena, "reached %s %s; now %s", to, was, is);
}

static struct span span_of(const struct import_host *before, const struct import_host *to)
{
	const struct import_view *view = import_find_view(before, to);

	return view == NULL ? before->span : view->span;
}

/* The pair's way, where it is another than it was. */
static void compare_way(struct comparison *comparison, const struct import_host *before,
			const struct import_host *after, const struct import_host *to)
{
	struct import *import = comparison->import;
	const struct import_view *old = import_owner(before, &to->addresses[0]);
	const struct import_view *new = import_owner(after, &to->addresses[0]);
	const char *was = way_text(to, old, import->arena);
	const char *is = way_text(to, new, import->arena);
	struct report *report;

	if (is_same_way(was, is))
		return;
	report = begin(comparison, change_text(import->arena, "it", was, is), before, to);
	if (report != NULL) {
		report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, span_of(before, to),
					"'%s' %s", before->name,
					change_text(import->arena,
						    arena_printf(import->arena, "'%s'", to->name),
						    was, is));
	}
}

static bool is_same_endpoint(const struct net_endpoint *a, const struct net_endpoint *b)
{
	if (a->port != b->port || (a->name == NULL) != (b->name == NULL))
		return false;
	return a->name != NULL ? strcmp(a->name, b->name) == 0
			       : net_address_compare(&a->address, &b->address) == 0;
}

static void compare_endpoint(struct comparison *comparison, const struct import_host *before,
			     const struct import_view *old, const struct import_view *new)
{
	struct import *import = comparison->import;
	const char *kind = old->endpoint.port == 0   ? "endpoint+"
			   : new->endpoint.port == 0 ? "endpoint-"
						     : "endpoint";
	char was[NET_ENDPOINT_TEXT] = "";
	char is[NET_ENDPOINT_TEXT] = "";
	struct report *report;

	if (old->endpoint.port == 0 ? new->endpoint.port == 0
				    : is_same_endpoint(&old->endpoint, &new->endpoint))
		return;
	if (old->endpoint.port != 0)
		net_endpoint_format(&old->endpoint, was);
	if (new->endpoint.port != 0)
		net_endpoint_format(&new->endpoint, is);
	report = begin(comparison, kind, before, old->to);
	if (report == NULL)
		return;
	if (old->endpoint.port == 0) {
		report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
					"'%s' waited for '%s' to send first; now it may do so "
					"itself, to %s",
					before->name, old->to->name, is);
	} else if (new->endpoint.port == 0) {
		report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
					"'%s' sent to '%s' at %s; now it waits for the other end "
					"to send first",
					before->name, old->to->name, was);
	} else {
		report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
					"'%s' sent to '%s' at %s; now at %s", before->name,
					old->to->name, was, is);
	}
}

static void compare_keepalive(struct comparison *comparison, const struct import_host *before,
			      const struct import_view *old, const struct import_view *new)
{
	struct import *import = comparison->import;
	struct report *report;
	const char *kind;

	if (old->keepalive_s == new->keepalive_s)
		return;
	kind = old->keepalive_s == 0   ? "keepalive+"
	       : new->keepalive_s == 0 ? "keepalive-"
				       : "keepalive";
	report = begin(comparison, kind, before, old->to);
	if (report == NULL)
		return;
	if (old->keepalive_s == 0) {
		report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
					"'%s' sent no keepalives to '%s'; now every %u s, to stay "
					"reachable",
					before->name, old->to->name, new->keepalive_s);
	} else if (new->keepalive_s == 0) {
		report->diag =
			diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
				 "'%s' sent keepalives to '%s' every %u s; now none, because "
				 "the other end can send first",
				 before->name, old->to->name, old->keepalive_s);
	} else {
		report->diag =
			diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
				 "'%s' sent keepalives to '%s' every %u s; now every %u s",
				 before->name, old->to->name, old->keepalive_s, new->keepalive_s);
	}
}

static void compare_peer(struct comparison *comparison, const struct import_host *before,
			 const struct import_host *after, const struct import_view *old)
{
	const struct import_view *new = peer_of(after, old->to);
	struct report *report;

	if (new == NULL || old->to->is_left_out)
		return; /* told as the way of the pair */
	compare_endpoint(comparison, before, old, new);
	compare_keepalive(comparison, before, old, new);
	if (old->has_preshared || !new->has_preshared)
		return;
	report = count(comparison, "preshared");
	if (report->n == 1) {
		report->diag = diag_add(comparison->import->diags, DIAG_IMPORT_CHANGED, old->span,
					"'%s' and '%s' had no preshared key; now they need one",
					before->name, old->to->name);
	}
}

static void compare_number(struct comparison *comparison, const struct import_host *before,
			   const char *what, unsigned int was, unsigned int is)
{
	struct import *import = comparison->import;
	struct report *report;

	if (was == is || was == 0)
		return;
	report = count(comparison, arena_printf(import->arena, "%s %u %u", what, was, is));
	if (report->n == 1) {
		report->diag =
			diag_add(import->diags, DIAG_IMPORT_CHANGED, before->span,
				 "the %s of '%s' was %u; now %u", what, before->name, was, is);
	} else if (report->n <= MOST_SHOWN) {
		diag_note(import->diags, report->diag, "of '%s' as well", before->name);
	}
}

static bool has_address(const struct import_host *host, const struct net_address *address)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		if (net_address_compare(&host->addresses[i], address) == 0)
			return true;
	}
	return false;
}

static void compare_addresses(struct comparison *comparison, const struct import_host *before,
			      const struct import_host *after)
{
	struct import *import = comparison->import;
	char buffer[NET_ADDRESS_TEXT];

	for (size_t i = 0; i < after->n_addresses; i++) {
		struct report *report;

		if (has_address(before, &after->addresses[i]))
			continue;
		report = count(comparison, "address");
		if (report->n == 1) {
			report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, before->span,
						"'%s' gets the address %s, which it did not have",
						before->name,
						net_address_format(&after->addresses[i], buffer));
		} else if (report->n <= MOST_SHOWN) {
			diag_note(import->diags, report->diag, "'%s' gets one as well",
				  before->name);
		}
	}
}

static void compare_network(struct comparison *comparison, const struct import_host *before,
			    const struct import_host *after, const struct import_host *router)
{
	struct import *import = comparison->import;

	vec_foreach(route, &router->routes) {
		const struct import_view *old = import_owner_of(before, route);
		const struct import_view *new = import_owner_of(after, route);
		const char *was = way_text(router, old, import->arena);
		const char *is = way_text(router, new, import->arena);
		char buffer[NET_PREFIX_TEXT];
		const char *network;
		struct report *report;

		if (is_same_way(was, is))
			continue;
		net_prefix_format(route, buffer);
		network = arena_printf(import->arena, "%s behind '%s'", buffer, router->name);
		report = count(comparison, change_text(import->arena, buffer, was, is));
		if (report->n == 1) {
			report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED,
						span_of(before, router), "'%s' %s", before->name,
						change_text(import->arena, network, was, is));
		} else if (report->n <= MOST_SHOWN) {
			diag_note(import->diags, report->diag, "'%s' as well", before->name);
		}
	}
}

static void compare_host(struct comparison *comparison, const struct import_host *before,
			 const struct import_host *after)
{
	compare_addresses(comparison, before, after);
	compare_number(comparison, before, "port", before->listen_port,
		       before->kind == IMPORT_DEVICE && after->listen_port == 0
			       ? before->listen_port
			       : after->listen_port);
	compare_number(comparison, before, "MTU", before->mtu, after->mtu);
	import_foreach_host(to, comparison->import) {
		if (to == before || import_is_same_machine(before, to))
			continue;
		if (to->n_addresses > 0)
			compare_way(comparison, before, after, to);
		compare_network(comparison, before, after, to);
	}
	vec_foreach(view, &before->views)
		compare_peer(comparison, before, after, view);
}

void import_compare(struct import *import, const struct network *network, struct planner *planner)
{
	struct comparison comparison = compare_with(import, network, planner);

	comparison.pair = compare_host;
	for_hosts(&comparison);
	for (size_t i = 0; i < comparison.reports.n_slots; i++) {
		const struct report *report = comparison.reports.slots[i].value;

		if (comparison.reports.slots[i].key != NULL && report->n > MOST_SHOWN) {
			diag_note(import->diags, report->diag, "and %zu more",
				  report->n - MOST_SHOWN);
		}
	}
}
