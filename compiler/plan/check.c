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
					      const struct net_prefix *prefix)
{
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];

			if (place->kind == PLACE_ADDRESS &&
			    net_prefix_contains(prefix, &place->address))
				return place;
		}
	}
	return NULL;
}

/* A host that routes its own underlay address into the tunnel. */
static void check_underlay(const struct network *network, struct route_case *route,
			   struct diag_bag *diags)
{
	for (size_t i = 0; i < network->n_hosts && !route->is_reported; i++) {
		const struct network_host *host = &network->hosts[i];
		const struct given_place *place;
		struct diag *diag;

		if (host == route->owner || network_host_is_inside(host, &route->route->value))
			continue;
		place = place_inside(host, &route->route->value);
		if (place == NULL)
			continue;
		route->is_reported = true;
		diag = diag_add(
			diags, DIAG_UNDERLAY_ROUTED, route->route->span,
			"'%s' would route its own network into the tunnel: %s is behind '%s'",
			host->name, route->text, route->owner->name);
		diag_related(diags, diag, place->span, "'%s' has this address without the tunnel",
			     host->name);
		diag_help(
			diags, diag,
			"put %s into the 'prefixes' of the site of '%s': nodes there then reach it "
			"without the tunnel",
			route->text, host->name);
	}
}

/* A class that sends its encrypted packets for `peer` to an address inside the route. */
static void check_endpoint(const struct reach *reach, const struct network_host *peer,
			   struct route_case *route, struct diag_bag *diags)
{
	for (size_t class = 0; class < reach->n_classes && !route->is_reported; class ++) {
		const struct network_host *viewer = reach->classes[class].example;
		bool is_peer = viewer->kind != HOST_DEVICE || peer->kind == HOST_GATEWAY;
		struct reach_verdict verdict;
		const struct given_place *place;
		struct diag *diag;

		if (!is_peer || network_host_is_inside(viewer, &route->route->value) ||
		    (reach->classes[class].n_hosts == 1 &&
		     (viewer == route->owner || viewer == peer)))
			continue;
		verdict = reach_decide(reach, class, reach->class_of[peer->index]);
		place = verdict.second_is_open ? reach_place(peer, &verdict) : NULL;
		if (place == NULL || place->kind != PLACE_ADDRESS ||
		    !net_prefix_contains(&route->route->value, &place->address))
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
			for (size_t i = 0; i < network->n_hosts && !route.is_reported; i++) {
				if (network->hosts[i].kind != HOST_DEVICE &&
				    place_inside(&network->hosts[i], &given->value) != NULL)
					check_endpoint(reach, &network->hosts[i], &route, diags);
			}
			check_underlay(network, &route, diags);
		}
	}
}
