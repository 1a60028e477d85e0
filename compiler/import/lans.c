/* SPDX-License-Identifier: MIT */

/*
 * LANs. Who is sent to at a private address shares a network with the sender: two that do so in
 * both directions are at one site. One that is sent to there and cannot send back first is behind a
 * router of its own, inside that site, or its address there is not fixed.
 */

#include <string.h>

#include "base/arena.h"
#include "compiler/import/parts.h"

/* What is routed into the tunnel cannot be where encrypted packets go, but on the LAN itself. */
static bool is_routed(const struct import *import, const struct net_address *address)
{
	vec_foreach(network, &import->networks) {
		if (net_prefix_contains(network, address))
			return true;
	}
	return false;
}

bool import_is_local(const struct import *import, const struct net_endpoint *endpoint)
{
	return endpoint->port != 0 && endpoint->name == NULL &&
	       (net_address_scope(&endpoint->address) != NET_SCOPE_GLOBAL ||
		is_routed(import, &endpoint->address));
}

struct import_site *import_add_site(struct import *import, const char *wanted)
{
	struct import_site *site = ARENA_NEW(import->arena, struct import_site);

	*vec_push(import->arena, &import->sites) = site;
	site->name = wanted == NULL ? NULL : import_make_name(import, wanted);
	site->nat = "unknown";
	return site;
}

struct import_place *import_add_place(struct import *import, struct import_host *host,
				      struct import_site *site)
{
	struct import_place *place = vec_push(import->arena, &host->places);

	place->site = site;
	return place;
}

static struct import_site *root_of(struct import_site *site)
{
	while (site != NULL && site->joined != NULL)
		site = site->joined;
	return site;
}

static void join(struct import_site *a, struct import_site *b)
{
	a = root_of(a);
	b = root_of(b);
	if (a != b)
		b->joined = a;
}

/* All ways of a device are at one place. */
static struct import_host *machine_of(struct import_host *host)
{
	return host->home == NULL ? host : host->home;
}

/* The host's place at the address. The pointer is valid until the host gets another place. */
static struct import_place *place_at(struct import *import, struct import_host *host,
				     const struct net_endpoint *endpoint)
{
	struct import_place *place;

	host = machine_of(host);
	vec_foreach(known, &host->places) {
		if (known->is_address &&
		    net_address_compare(&known->address, &endpoint->address) == 0)
			return known;
	}
	place = import_add_place(import, host, import_add_site(import, NULL));
	place->is_address = true;
	place->address = endpoint->address;
	place->port = endpoint->port;
	return place;
}

static bool is_at(const struct import_host *host, const struct import_site *site)
{
	vec_foreach(place, &host->places) {
		if (root_of(place->site) == site)
			return true;
	}
	return false;
}

static const struct import_view *reverse_of(const struct import_view *view,
					    const struct import_host *from)
{
	return import_find_view(view->to, from);
}

static void join_both(struct import *import, struct import_host *from,
		      const struct import_view *view)
{
	const struct import_view *back = reverse_of(view, from);
	struct import_site *there = place_at(import, view->to, &view->endpoint)->site;

	if (back != NULL && import_is_local(import, &back->endpoint))
		join(there, place_at(import, from, &back->endpoint)->site);
}

static bool is_within(const struct import_site *site, const struct import_site *outer)
{
	for (; site != NULL; site = root_of(site->inside)) {
		if (site == outer)
			return true;
	}
	return false;
}

/* One that sends to a private address, where nobody sends to it. */
static void place_sender(struct import *import, struct import_host *from,
			 const struct import_view *view)
{
	struct import_site *there = root_of(place_at(import, view->to, &view->endpoint)->site);
	struct import_site *own;

	from = machine_of(from);
	if (is_at(from, there))
		return;
	if (from->places.n_items == 0) {
		import_add_place(import, from, there);
		return;
	}
	own = root_of(from->places.items[0].site);
	if (own->inside == NULL && !is_within(there, own)) {
		own->inside = there;
	} else if (!is_within(own, there)) {
		import_add_place(import, from, there);
	}
}

static void for_private_views(struct import *import,
			      void (*act)(struct import *import, struct import_host *from,
					  const struct import_view *view))
{
	import_foreach_host(host, import) {
		vec_foreach(view, &host->views) {
			if (import_is_local(import, &view->endpoint) && !view->to->is_left_out)
				act(import, host, view);
		}
	}
}

/* Drops what was joined to others, and names the rest. */
static void settle_sites(struct import *import)
{
	size_t n_kept = 0;

	import_foreach_host(host, import) {
		vec_foreach(place, &host->places)
			place->site = root_of(place->site);
	}
	for (size_t i = 0; i < import->sites.n_items; i++) {
		struct import_site *site = import->sites.items[i];

		if (site->joined != NULL)
			continue;
		site->inside = root_of(site->inside);
		site->name = import_make_name(import, "lan");
		site->is_lan = true;
		site->comment = "what NAT or firewall is between it and the internet? See "
				"docs/topology.md for the words";
		import->sites.items[n_kept++] = site;
	}
	import->sites.n_items = n_kept;
}

void import_find_lans(struct import *import)
{
	for_private_views(import, join_both);
	for_private_views(import, place_sender);
	settle_sites(import);
}
