/* SPDX-License-Identifier: MIT */

/* `at`: the sites that a host is attached to, and the addresses it has there. */

#include "compiler/resolve/resolver.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/suggest.h"

static void report_unknown_site(struct resolver *resolver, const struct given_text *given)
{
	struct suggestion suggestion = suggestion_for(given->value);
	struct diag *diag = diag_add(resolver->diags, DIAG_NAME_UNKNOWN, given->span,
				     "there is no site '%s'", given->value);

	vec_foreach(site, &resolver->network->sites)
		suggestion_offer(&suggestion, site->name);
	if (suggestion.best != NULL) {
		diag_help(resolver->diags, diag, "did you mean '%s'?", suggestion.best);
	} else {
		diag_help(resolver->diags, diag,
			  "add it to 'sites', or write 'internet' for a public address");
	}
}

static void check_address(struct resolver *resolver, const struct network_site *site,
			  const struct given_place *place)
{
	char buffer[NET_ADDRESS_TEXT];
	const char *text = net_address_format(&place->address, buffer);
	bool is_inside = site->n_prefixes == 0;
	struct diag *diag;

	if (net_address_scope(&place->address) == NET_SCOPE_UNUSABLE) {
		diag = diag_add(resolver->diags, DIAG_BAD_VALUE, place->span,
				"no peer can reach a node at %s", text);
		diag_help(
			resolver->diags, diag,
			"write the address of the node's network card, not a loopback, link-local or "
			"multicast one");
		return;
	}
	for (size_t i = 0; i < site->n_prefixes; i++)
		is_inside = is_inside || net_prefix_contains(&site->prefixes[i], &place->address);
	if (!is_inside) {
		diag = diag_add(resolver->diags, DIAG_ADDRESS_OUTSIDE_SITE, place->span,
				"%s is in none of the prefixes of site '%s'", text, site->name);
		diag_related(resolver->diags, diag, site->span, "the site");
		diag_help(resolver->diags, diag,
			  "correct the address, or add its prefix to the site");
	}
	for (size_t i = 0; i < resolver->network->n_pools; i++) {
		const struct given_prefix *pool = &resolver->network->pools[i];

		if (!net_prefix_contains(&pool->value, &place->address))
			continue;
		diag = diag_add(resolver->diags, DIAG_POOL_OVERLAP, place->span,
				"%s is an address of the overlay itself", text);
		diag_related(resolver->diags, diag, pool->span, "the overlay's pool");
		diag_help(
			resolver->diags, diag,
			"'at' takes the address that the node has without WireGuard; choose a pool "
			"that no real network uses");
	}
}

static int compare_attachments(const void *a, const void *b)
{
	const struct network_attachment *left = a;
	const struct network_attachment *right = b;

	return (left->site->index > right->site->index) - (left->site->index < right->site->index);
}

/* A device used in several places needs a file for each, because the endpoint differs. */
static void check_vantages(struct resolver *resolver, const struct network_host *host)
{
	struct diag *diag;

	if (host->kind != HOST_DEVICE || host->attachments.n_items < 2)
		return;
	diag = diag_add(resolver->diags, DIAG_NOT_SUPPORTED_YET, host->node->at.items[1].site.span,
			"a device at several sites is not supported yet");
	diag_help(resolver->diags, diag,
		  "leave 'at' out where the device roams, or name the one site where it stays");
}

static void resolve_host(struct resolver *resolver, struct network_host *host)
{
	vec_reserve(resolver->arena, &host->attachments, host->node->at.n_items);
	vec_foreach(given, &host->node->at) {
		const struct network_site *site =
			network_find_site(resolver->network, given->site.value);

		if (site == NULL) {
			report_unknown_site(resolver, &given->site);
			continue;
		}
		if (given->places.n_items == 0)
			continue;
		vec_foreach(place, &given->places) {
			if (place->kind == PLACE_ADDRESS)
				check_address(resolver, site, place);
		}
		*vec_push(resolver->arena, &host->attachments) = (struct network_attachment){
			.site = site,
			.places = given->places.items,
			.n_places = given->places.n_items,
		};
	}
	if (host->attachments.n_items > 0) {
		qsort(host->attachments.items, host->attachments.n_items,
		      sizeof(*host->attachments.items), compare_attachments);
	}
}

/* One listening socket: host and place at a site. */
struct socket {
	const struct network_host *host;
	const struct network_site *site;
	const struct given_place *place;
	size_t realm; /* the site in which the place means something */
};

/* A public address behind no box, or a name, is the internet's at every site. */
static size_t realm_of(const struct network_site *site, const struct given_place *place)
{
	bool is_public =
		place->kind == PLACE_NAME || net_address_scope(&place->address) == NET_SCOPE_GLOBAL;

	return is_public && site->nat == NAT_NONE ? 0 : site->index;
}

static int compare_places(const struct given_place *a, const struct given_place *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->kind == PLACE_NAME ? strcasecmp(a->name, b->name)
				     : net_address_compare(&a->address, &b->address);
}

static int compare_sockets(const void *a, const void *b)
{
	const struct socket *left = a;
	const struct socket *right = b;
	int order = (left->realm > right->realm) - (left->realm < right->realm);

	if (order == 0)
		order = compare_places(left->place, right->place);
	if (order == 0) {
		order = (left->host->listen_port > right->host->listen_port) -
			(left->host->listen_port < right->host->listen_port);
	}
	return order;
}

/* Two hosts that listen on one address and port: only one of them can. */
static void check_sockets(struct resolver *resolver)
{
	vec_of(struct socket) sockets = {0};

	vec_reserve(resolver->arena, &sockets, resolver->network->n_hosts);
	for (size_t i = 0; i < resolver->network->n_hosts; i++) {
		const struct network_host *host = &resolver->network->hosts[i];

		vec_foreach(attachment, &host->attachments) {
			for (size_t k = 0; k < attachment->n_places; k++) {
				if (attachment->places[k].kind == PLACE_DYNAMIC)
					continue;
				*vec_push(resolver->arena, &sockets) = (struct socket){
					.host = host,
					.site = attachment->site,
					.place = &attachment->places[k],
					.realm = realm_of(attachment->site, &attachment->places[k]),
				};
			}
		}
	}
	if (sockets.n_items > 0)
		qsort(sockets.items, sockets.n_items, sizeof(*sockets.items), compare_sockets);
	for (size_t i = 1; i < sockets.n_items; i++) {
		const struct socket *a = &sockets.items[i - 1];
		const struct socket *b = &sockets.items[i];
		char buffer[NET_ADDRESS_TEXT];
		struct diag *diag;

		if (a->host == b->host || compare_sockets(a, b) != 0)
			continue; /* one socket may be seen at two sites */
		diag = diag_add(resolver->diags, DIAG_ENDPOINT_SHARED, b->place->span,
				"'%s' and '%s' both listen on %s, port %u, at '%s'", a->host->name,
				b->host->name,
				b->place->kind == PLACE_NAME
					? b->place->name
					: net_address_format(&b->place->address, buffer),
				b->host->listen_port, b->site->name);
		diag_related(resolver->diags, diag, a->place->span, "'%s'", a->host->name);
		diag_help(resolver->diags, diag,
			  "correct one address, or give one of them a 'listen_port' of its own");
	}
}

void resolve_places(struct resolver *resolver)
{
	for (size_t i = 0; i < resolver->network->n_hosts; i++) {
		resolve_host(resolver, &resolver->network->hosts[i]);
		check_vantages(resolver, &resolver->network->hosts[i]);
	}
	check_sockets(resolver);
}
