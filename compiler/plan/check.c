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

/* A fixed place of the host inside the prefix: on the internet too, or only at its sites. */
static const struct given_place *place_inside(const struct network_host *host,
					      const struct net_prefix *prefix, bool on_internet)
{
	vec_foreach(attachment, &host->attachments) {
		if (attachment->site->index == 0 && !on_internet)
			continue;
		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];

			if (place->kind == PLACE_ADDRESS &&
			    net_prefix_contains(prefix, &place->address) &&
			    !network_host_is_near(host, &place->address))
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
		place = place_inside(host, &route->route->value, on_internet);
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

/* Where the topology says what the peer's endpoint is: at the host, or at its router. */
static struct span span_of_endpoint(const struct network_host *peer,
				    const struct net_endpoint *endpoint)
{
	vec_foreach(attachment, &peer->attachments) {
		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];

			if (place->kind == PLACE_ADDRESS &&
			    net_address_compare(&place->address, &endpoint->address) == 0)
				return place->span;
		}
		for (const struct network_site *site = attachment->site; site != NULL;
		     site = site->inside) {
			if (site->public != NULL && site->public->kind == PLACE_ADDRESS &&
			    net_address_compare(&site->public->address, &endpoint->address) == 0)
				return site->public->span;
		}
	}
	return peer->node->name.span;
}

/* A class that sends its encrypted packets for `peer` to an address inside the route. */
static void check_endpoint(const struct reach *reach, const struct network_host *peer,
			   struct route_case *route, struct diag_bag *diags)
{
	for (size_t i = 0; i < reach->n_classes && !route->is_reported; i++) {
		const struct network_host *viewer = find_viewer(reach, i, peer, route);
		struct reach_verdict verdict;
		struct net_endpoint endpoint;
		struct diag *diag;

		if (viewer == NULL)
			continue;
		verdict = reach_decide(reach, i, reach->class_of[peer->index]);
		if (verdict.kind == REACH_APART || !verdict.ends[1].has_endpoint)
			continue;
		endpoint = reach_exposure(reach, peer, &verdict).endpoint;
		if (endpoint.name != NULL ||
		    !net_prefix_contains(&route->route->value, &endpoint.address) ||
		    network_host_is_near(viewer, &endpoint.address))
			continue;
		route->is_reported = true;
		diag = diag_add(diags, DIAG_ENDPOINT_IN_TUNNEL, route->route->span,
				"%s behind '%s' holds the endpoint of '%s'", route->text,
				route->owner->name, peer->name);
		diag_related(diags, diag, span_of_endpoint(peer, &endpoint), "the endpoint of '%s'",
			     peer->name);
		diag_note(diags, diag,
			  "'%s' would route the encrypted packets for '%s' into the tunnel itself",
			  viewer->name, peer->name);
		diag_help(
			diags, diag,
			"route longer prefixes that leave the endpoint out, or leave the route out");
	}
}

/* Whether any address by which others may send to the host lies in the prefix. */
static bool may_be_inside(const struct network_host *host, const struct net_prefix *prefix)
{
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; i < attachment->n_places; i++) {
			if (attachment->places[i].kind == PLACE_ADDRESS &&
			    net_prefix_contains(prefix, &attachment->places[i].address))
				return true;
		}
		for (const struct network_site *site = attachment->site; site != NULL;
		     site = site->inside) {
			const struct network_one_to_one *own = network_find_one_to_one(site, host);

			if (own != NULL && net_prefix_contains(prefix, &own->address))
				return true;
			if (site->public != NULL && site->public->kind == PLACE_ADDRESS &&
			    net_prefix_contains(prefix, &site->public->address))
				return true;
		}
	}
	return false;
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
				if (may_be_inside(&network->hosts[i], &given->value))
					check_endpoint(reach, &network->hosts[i], &route, diags);
			}
			check_underlay(network, &route, true, diags);
		}
	}
}
