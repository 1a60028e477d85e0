/* SPDX-License-Identifier: MIT */

/*
 * What a host is to those outside of its LAN, by who has an endpoint for it (compiler/reach/rule.c
 * the other way round):
 *
 *   everybody                                   it is open
 *   nobody                                      nobody can send to it first
 *   those that it cannot send to first, too     its port is known beforehand: both ends send
 *
 * Files made by hand leave out endpoints that are not needed, so that there an end that anybody
 * starts with alone is taken for open.
 */

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/import/parts.h"

enum exposure {
	CLOSED,
	OPEN,
	PUNCHED, /* who has its endpoint has to be sent to by it, too */
	CONE,    /* anybody may send to its port, once it has sent to somebody */
};

/* How others outside see a host. */
struct sighting {
	struct import *import;
	struct import_host *host;
	vec_of(struct import_place) places; /* where they send to */
	size_t n_seen;
	size_t n_starters; /* of those: that the host itself cannot send to */
	size_t n_punches;  /* of those: that the host keeps alive towards */
	size_t n_unseen;   /* have no endpoint, while the host has theirs */
	size_t n_kept;     /* towards whom the host keeps alive */
	size_t n_towards;
};

static bool is_same_place(const struct import_place *place, const struct net_endpoint *endpoint)
{
	if (place->port != endpoint->port || (place->name == NULL) != (endpoint->name == NULL))
		return false;
	return place->name != NULL ? strcmp(place->name, endpoint->name) == 0
				   : net_address_compare(&place->address, &endpoint->address) == 0;
}

static void add_sight(struct sighting *sighting, const struct net_endpoint *endpoint)
{
	struct import_place *place;

	vec_foreach(known, &sighting->places) {
		if (is_same_place(known, endpoint)) {
			known->n_seen++;
			return;
		}
	}
	place = vec_push(sighting->import->arena, &sighting->places);
	place->is_address = endpoint->name == NULL;
	place->address = endpoint->address;
	place->name = endpoint->name;
	place->port = endpoint->port;
	place->n_seen = 1;
}

/* One who has the host as a peer, or is its peer, somewhere outside of a LAN. */
static void look(struct sighting *sighting, const struct import_host *way,
		 const struct import_host *viewer)
{
	const struct import_view *there = import_find_view(viewer, way);
	const struct import_view *back = import_find_view(way, viewer);
	bool has_back = back != NULL && back->endpoint.port != 0;

	if ((there != NULL && import_is_local(sighting->import, &there->endpoint)) ||
	    (has_back && import_is_local(sighting->import, &back->endpoint)))
		return;
	if (back != NULL) {
		sighting->n_towards++;
		sighting->n_kept += back->keepalive_s > 0;
	}
	if (there == NULL)
		return;
	if (there->endpoint.port != 0) {
		add_sight(sighting, &there->endpoint);
		sighting->n_seen++;
		sighting->n_starters += !has_back && back != NULL;
		sighting->n_punches += has_back && back->keepalive_s > 0;
	} else {
		sighting->n_unseen += has_back;
	}
}

static enum exposure judge(const struct sighting *sighting)
{
	if (sighting->n_seen == 0)
		return CLOSED;
	if (sighting->n_unseen == 0)
		return OPEN;
	if (sighting->n_starters == 0)
		return sighting->n_punches > 0 ? PUNCHED : OPEN;
	return sighting->host->is_ours ? CONE : OPEN;
}

/* The one that most see, of IPv4 and names, or of IPv6. */
static struct import_place *best_place(const struct sighting *sighting, enum net_family family)
{
	struct import_place *best = NULL;

	vec_foreach(place, &sighting->places) {
		enum net_family own = place->is_address ? place->address.family : NET_IPV4;

		if (own == family && (best == NULL || place->n_seen > best->n_seen))
			best = place;
	}
	return best;
}

static void report_others(const struct sighting *sighting, const struct import_place *best)
{
	struct import *import = sighting->import;
	const struct import_host *host = sighting->host;
	char used[NET_ENDPOINT_TEXT];
	char other[NET_ENDPOINT_TEXT];

	vec_foreach(place, &sighting->places) {
		const struct net_endpoint mine = {best->name, best->address, best->port};
		const struct net_endpoint its = {place->name, place->address, place->port};
		enum net_family family = place->is_address ? place->address.family : NET_IPV4;

		if (place == best || (best->is_address ? best->address.family : NET_IPV4) != family)
			continue;
		diag_help(
			import->diags,
			diag_add(import->diags, DIAG_IMPORT_INVALID, host->span,
				 "%zu others send to '%s' at %s, and %zu at %s: the first is taken",
				 best->n_seen, host->name, net_endpoint_format(&mine, used),
				 place->n_seen, net_endpoint_format(&its, other)),
			"correct 'at' of '%s' where that is wrong", host->name);
	}
}

static const char *text_of(struct import *import, const struct import_place *place)
{
	char buffer[NET_ADDRESS_TEXT];

	if (place->name != NULL)
		return place->name;
	return arena_printf(import->arena, "%s", net_address_format(&place->address, buffer));
}

static struct import_site *find_public(struct import *import, const struct import_place *place)
{
	const char *text = text_of(import, place);

	vec_foreach(at, &import->sites) {
		if ((*at)->public.n_items > 0 && strcmp((*at)->public.items[0], text) == 0)
			return *at;
	}
	return NULL;
}

/*
 * The site on whose LAN the host is; or one of its own, which those share that are seen at the same
 * address `seen` outside (NULL: nowhere) without seeing each other inside.
 */
static struct import_site *site_of(struct import *import, struct import_host *host,
				   const struct import_place *seen, const char *comment)
{
	struct import_site *site = seen == NULL ? NULL : find_public(import, seen);

	vec_foreach(place, &host->places) {
		if (place->site != NULL)
			return place->site;
	}
	if (site == NULL || site->is_lan) {
		site = import_add_site(import, arena_printf(import->arena, "%s-lan", host->name));
		site->comment = comment;
	} else {
		site->client_isolation = true;
	}
	import_add_place(import, host, site);
	return site;
}

/* Whether the site is, or can be made, the one with that public address. */
static bool take_public(struct import *import, struct import_site *site,
			const struct import_place *place)
{
	struct import_site *known = find_public(import, place);

	if (known == NULL && site->public.n_items == 0)
		*vec_push(import->arena, &site->public) = text_of(import, place);
	return known == NULL ? site->public.n_items == 1 && find_public(import, place) == site
			     : known == site;
}

static void add_internet(struct import *import, struct import_host *host,
			 const struct import_place *seen)
{
	struct import_place *place = import_add_place(import, host, NULL);

	*place = *seen;
	place->site = NULL;
}

/* How many hosts of its LAN are seen at the same address outside. */
static bool shares_address(const struct sighting *sighting, const struct import_place *seen)
{
	const struct import_host *host = sighting->host;
	const struct import_site *site =
		host->places.n_items == 0 ? NULL : host->places.items[0].site;

	import_foreach_host(other, sighting->import) {
		if (site == NULL || other == host || other->places.n_items == 0 ||
		    other->places.items[0].site != site)
			continue;
		vec_foreach(place, &other->outside) {
			bool is_same = place->is_address && seen->is_address &&
				       net_address_compare(&place->address, &seen->address) == 0;

			if (is_same || (place->name != NULL && seen->name != NULL &&
					strcmp(place->name, seen->name) == 0))
				return true;
		}
	}
	return false;
}

/* Whether nobody else at the site listens on the host's port: a router keeps it for one only. */
static bool has_port_alone(const struct import *import, const struct import_host *host,
			   const struct import_site *site)
{
	import_foreach_host(other, import) {
		vec_foreach(place, &other->places) {
			if (other != host && place->site == site &&
			    other->listen_port == host->listen_port)
				return false;
		}
	}
	return true;
}

/* A port of a router that leads to the host. */
static void add_forward(const struct sighting *sighting, const struct import_place *seen)
{
	struct import *import = sighting->import;
	struct import_host *host = sighting->host;
	struct import_site *site = site_of(import, host, seen,
					   "the router in front forwards a port: which NAT is it?");

	if (!take_public(import, site, seen)) {
		add_internet(import, host, seen);
		return;
	}
	/* A router that keeps ports: what the host sends leaves from the port that is forwarded. */
	if (!has_port_alone(import, host, site)) {
		site->nat = "unknown";
	} else if (host->is_ours && seen->port == host->listen_port && sighting->n_kept == 0) {
		site->nat = "linux";
	}
	*vec_push(import->arena, &site->forward) = (struct import_entry){
		.name = arena_printf(import->arena, "%u", seen->port),
		.host = host,
		.port = host->listen_port == seen->port ? 0 : host->listen_port,
	};
}

static void place_open(const struct sighting *sighting)
{
	struct import_host *host = sighting->host;

	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		const struct import_place *seen = best_place(sighting, family);
		bool sends_elsewhere;

		if (seen == NULL)
			continue;
		report_others(sighting, seen);
		if (host->listen_port == 0)
			host->listen_port = seen->port;
		sends_elsewhere = host->is_ours && host->kind != IMPORT_DEVICE &&
				  sighting->n_kept * 2 > sighting->n_towards;
		if (family == NET_IPV4 && (seen->port != host->listen_port || sends_elsewhere ||
					   shares_address(sighting, seen))) {
			add_forward(sighting, seen);
		} else {
			add_internet(sighting->import, host, seen);
		}
	}
}

static void place_predictable(const struct sighting *sighting, const char *nat)
{
	struct import *import = sighting->import;
	struct import_host *host = sighting->host;
	const struct import_place *seen = best_place(sighting, NET_IPV4);
	const struct import_place *seen6 = best_place(sighting, NET_IPV6);
	struct import_site *site =
		site_of(import, host, seen, "its hosts send from a port that is known beforehand");

	if (seen != NULL) {
		report_others(sighting, seen);
		if (host->listen_port == 0)
			host->listen_port = seen->port;
		if (seen->port != host->listen_port || !take_public(import, site, seen)) {
			place_open(sighting);
			return;
		}
		/* A port that several listen on is kept for one of them, and nobody knows whom. */
		site->nat = has_port_alone(import, host, site) ? nat : "unknown";
	}
	if (seen6 != NULL) {
		if (host->listen_port == 0)
			host->listen_port = seen6->port;
		add_internet(import, host, seen6);
		host->places.items[host->places.n_items - 1].site = site;
	}
}

static void place_closed(struct import *import, struct import_host *host)
{
	if (host->kind == IMPORT_DEVICE || host->places.n_items > 0)
		return;
	if (host->kind == IMPORT_GATEWAY) {
		struct import_place *place = import_add_place(import, host, NULL);

		place->name = arena_printf(import->arena, "%s.invalid", host->name);
		host->is_unplaced = true;
		return;
	}
	(void)site_of(import, host, NULL,
		      "nobody can send to it first: which NAT or firewall is it behind?");
}

static struct sighting sight(struct import *import, struct import_host *host)
{
	struct sighting sighting = {.import = import, .host = host};

	import_foreach_host(viewer, import) {
		for (struct import_host *way = host; way != NULL; way = way->next) {
			if (viewer != way)
				look(&sighting, way, viewer);
		}
	}
	return sighting;
}

void import_find_exposures(struct import *import)
{
	import_foreach_host(host, import) {
		struct sighting sighting = {0};

		if (host->home == NULL)
			sighting = sight(import, host);
		vec_foreach(place, &sighting.places)
			*vec_push(import->arena, &host->outside) = *place;
	}
	import_foreach_host(host, import) {
		struct sighting sighting;

		if (host->home != NULL)
			continue;
		sighting = sight(import, host);
		switch (judge(&sighting)) {
		case OPEN:
			place_open(&sighting);
			break;
		case PUNCHED:
			place_predictable(&sighting, "port-restricted-cone");
			break;
		case CONE:
			place_predictable(&sighting, "full-cone");
			break;
		case CLOSED:
			place_closed(import, host);
			break;
		}
	}
}
