/* SPDX-License-Identifier: MIT */

/*
 * Networks behind hosts that would swallow what the tunnel itself needs: the address of an endpoint
 * (its encrypted packets would be routed into the tunnel), or the host's own local network
 * (wg-quick fails with "File exists", or the host loses its neighbours). Asked of classes, reported
 * per route.
 */

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/plan/parts.h"

/* A route and its owner, with what has been said of it. */
struct route_case {
	const struct network_host *owner;
	const struct given_prefix *route;
	char text[NET_PREFIX_TEXT];
	bool is_reported;
};

static const struct given_place *place_inside(const struct network_host *host,
					      const struct net_prefix *prefix, bool on_internet,
					      bool for_itself)
{
	vec_foreach(attachment, &host->attachments) {
		if (attachment->site->index == 0 && !on_internet)
			continue;
		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];

			if (place->kind == PLACE_ADDRESS &&
			    net_prefix_contains(prefix, &place->address) &&
			    !(for_itself && network_host_is_near(host, &place->address)))
				return place;
		}
	}
	return NULL;
}

/* A host that routes its own underlay address into the tunnel. */
static void check_underlay(const struct network *network, struct route_case *route,
			   bool on_internet, struct diag_bag *diags)
{
	for (size_t i = 0; i < network->n_hosts && !route->is_reported; i++) {
		const struct network_host *host = &network->hosts[i];
		const struct given_place *place;
		struct diag *diag;

		if (host == route->owner)
			continue;
		place = place_inside(host, &route->route->value, on_internet, true);
		if (place == NULL)
			continue;
		route->is_reported = true;
		diag = diag_add(
			diags, DIAG_UNDERLAY_ROUTED, route->route->span,
			"'%s' would route its own network into the tunnel: %s is behind '%s'",
			host->name, route->text, route->owner->name);
		diag_related(diags, diag, place->span, "'%s' has this address without the tunnel",
			     host->name);
		if (on_internet) {
			diag_help(diags, diag, "route longer prefixes that leave '%s' out",
				  host->name);
		} else {
			diag_help(
				diags, diag,
				"put %s into the 'prefixes' of the site of '%s': nodes there then "
				"reach it without the tunnel",
				route->text, host->name);
		}
	}
}

/* A host of the class that has the peer, and that gets the route: not the peer, not the owner. */
static const struct network_host *find_viewer(const struct reach *reach, size_t class,
					      const struct network_host *peer,
					      const struct route_case *route)
{
	const struct network_host *example = reach->classes[class].example;

	if (example->kind == HOST_DEVICE && peer->kind != HOST_GATEWAY)
		return NULL;
	for (size_t i = example->index; i < reach->network->n_hosts; i++) {
		const struct network_host *host = &reach->network->hosts[i];
		bool is_peer = peer->kind != HOST_DEVICE || peer->gateway == host;

		if (reach->class_of[i] == class && is_peer && host != peer && host != route->owner)
			return host;
	}
	return NULL;
}

/* A class that sends its encrypted packets for `peer` to an address inside the route. */
static void check_endpoint(const struct reach *reach, const struct network_host *peer,
			   struct route_case *route, struct diag_bag *diags)
{
	for (size_t i = 0; i < reach->n_classes && !route->is_reported; i++) {
		const struct network_host *viewer = find_viewer(reach, i, peer, route);
		struct reach_verdict verdict;
		const struct given_place *place;
		struct diag *diag;

		if (viewer == NULL)
			continue;
		verdict = reach_decide(reach, i, reach->class_of[peer->index]);
		place = verdict.second_is_open ? reach_place(peer, &verdict) : NULL;
		if (place == NULL || place->kind != PLACE_ADDRESS ||
		    !net_prefix_contains(&route->route->value, &place->address) ||
		    network_host_is_near(viewer, &place->address))
			continue;
		route->is_reported = true;
		diag = diag_add(diags, DIAG_ENDPOINT_IN_TUNNEL, route->route->span,
				"%s behind '%s' holds the endpoint of '%s'", route->text,
				route->owner->name, peer->name);
		diag_related(diags, diag, place->span, "the endpoint of '%s'", peer->name);
		diag_note(diags, diag,
			  "'%s' would route the encrypted packets for '%s' into the tunnel itself",
			  viewer->name, peer->name);
		diag_help(
			diags, diag,
			"route longer prefixes that leave the endpoint out, or leave the route out");
	}
}

void plan_check_routes(const struct reach *reach, struct diag_bag *diags)
{
	const struct network *network = reach->network;

	vec_foreach(owner, &network->with_routes) {
		vec_foreach(given, &(*owner)->routes) {
			struct route_case route = {.owner = *owner, .route = given};

			net_prefix_format(&given->value, route.text);
			check_underlay(network, &route, false, diags);
			for (size_t i = 0; i < network->n_hosts && !route.is_reported; i++) {
				if (place_inside(&network->hosts[i], &given->value, true, false))
					check_endpoint(reach, &network->hosts[i], &route, diags);
			}
			check_underlay(network, &route, true, diags);
		}
	}
}
