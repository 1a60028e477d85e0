/* SPDX-License-Identifier: MIT */

/* What holds for the whole network: of each value the one that most hosts have. */

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/manifest/manifest.h"
#include "compiler/import/parts.h"
#include "compiler/model/check.h"

enum {
	USUAL_PORT = 51820,
	USUAL_KEEPALIVE_S = 25, /* what the compiler derives */
	WG_QUICK_MTU = 1420,    /* wg-quick(8): 80 less than a path of 1500 bytes */
};

/* Numbers, counted. */
struct tally {
	struct arena *arena;
	vec_of(struct tally_row {
		unsigned int value;
		size_t n;
	}) rows;
};

static void count(struct tally *tally, unsigned int value)
{
	struct tally_row *row;

	vec_foreach(known, &tally->rows) {
		if (known->value == value) {
			known->n++;
			return;
		}
	}
	row = vec_push(tally->arena, &tally->rows);
	row->value = value;
	row->n = 1;
}

/* Of equally common ones the usual one. */
static unsigned int most_common(const struct tally *tally, unsigned int usual)
{
	unsigned int best = usual;
	size_t n = 0;

	vec_foreach(row, &tally->rows) {
		if (row->n > n || (row->n == n && row->value == usual)) {
			n = row->n;
			best = row->value;
		}
	}
	return best;
}

/* The interface's name on servers and gateways, unless their files are called after the hosts. */
static void find_name(struct import *import)
{
	size_t n_best = 0;

	import->name = "wg0";
	import_foreach_host(host, import) {
		size_t n = 0;

		if (host->path == NULL || host->home != NULL || host->given == host->interface ||
		    check_interface_name(host->interface) != NULL)
			continue;
		if (n_best > 0 && strcmp(import->name, host->interface) == 0)
			continue;
		import_foreach_host(other, import) {
			if (other->path != NULL && strcmp(other->interface, host->interface) == 0)
				n += other->kind == IMPORT_DEVICE ? 1 : import->hosts.n_items;
		}
		if (n > n_best) {
			n_best = n;
			import->name = host->interface;
		}
	}
}

static void find_numbers(struct import *import)
{
	struct tally ports = {.arena = import->arena};
	struct tally mtus = {.arena = import->arena};

	import_foreach_host(host, import) {
		if (host->listen_port != 0 && host->kind != IMPORT_DEVICE)
			count(&ports, host->listen_port);
		if (host->path != NULL)
			count(&mtus, host->mtu == 0 ? WG_QUICK_MTU : host->mtu);
		import->is_mtu_given = import->is_mtu_given || host->mtu != 0;
		vec_foreach(view, &host->views)
			import->has_preshared = import->has_preshared || view->has_preshared;
	}
	import->listen_port = (uint16_t)most_common(&ports, USUAL_PORT);
	import->mtu = (uint16_t)most_common(&mtus, WG_QUICK_MTU);
}

/* The intervals of those that cannot be sent to first; or of all. */
static void count_intervals(const struct import *import, bool of_all, struct tally *intervals)
{
	import_foreach_host(host, import) {
		vec_foreach(view, &host->views) {
			const struct import_view *back = import_find_view(view->to, host);
			bool is_needed = back == NULL || back->endpoint.port == 0;

			if (view->keepalive_s > 0 && (is_needed || (of_all && host->is_ours)))
				count(intervals, view->keepalive_s);
		}
	}
}

/* People keep alive what needs it not, which says nothing; wgtopo does not. */
static void find_keepalive(struct import *import)
{
	struct tally intervals = {.arena = import->arena};
	unsigned int common;
	size_t n_usual = 0;
	size_t n_all = 0;

	count_intervals(import, false, &intervals);
	if (intervals.rows.n_items == 0)
		count_intervals(import, true, &intervals);
	common = most_common(&intervals, USUAL_KEEPALIVE_S);
	vec_foreach(row, &intervals.rows) {
		n_all += row->n;
		n_usual += row->value == USUAL_KEEPALIVE_S ? row->n : 0;
	}
	/* Derived intervals are shorter where a NAT is known to forget sooner. */
	if (n_usual * 4 < n_all)
		import->keepalive_s = (uint16_t)common;
}

static bool is_own_place(const struct import_host *host, const struct net_prefix *prefix)
{
	vec_foreach(place, &host->places) {
		const struct net_prefix own = net_prefix_of_host(&place->address);

		if (place->is_address && place->site != NULL &&
		    net_prefix_compare(&own, prefix) == 0)
			return true;
	}
	return false;
}

static void add_prefix(struct import *import, struct import_site *site,
		       const struct net_prefix *prefix)
{
	vec_foreach(known, &site->prefixes) {
		if (net_prefix_compare(known, prefix) == 0)
			return;
	}
	*vec_push(import->arena, &site->prefixes) = *prefix;
}

/* A network that a host routes to, and that others of its LAN stand in, is that LAN. */
static void find_prefixes(struct import *import, const struct import_host *router)
{
	vec_foreach(place, &router->places) {
		if (place->site == NULL || !place->is_address)
			continue;
		vec_foreach(route, &router->routes) {
			if (net_prefix_contains(route, &place->address))
				add_prefix(import, place->site, route);
		}
	}
}

/* The compiler itself adds a host's address on a LAN that somebody routes. */
static void drop_own_places(struct import_host *host)
{
	size_t n_kept = 0;

	for (size_t i = 0; i < host->routes.n_items; i++) {
		if (!is_own_place(host, &host->routes.items[i]))
			host->routes.items[n_kept++] = host->routes.items[i];
	}
	host->routes.n_items = n_kept;
}

void import_find_settings(struct import *import)
{
	find_name(import);
	find_numbers(import);
	find_keepalive(import);
	import_foreach_host(host, import) {
		drop_own_places(host);
		if (import->manifest == NULL)
			find_prefixes(import, host);
	}
	if (import->manifest != NULL) {
		import->name = arena_printf(import->arena, "%s", import->manifest->network);
		import->domain = import->manifest->domain;
	}
}
