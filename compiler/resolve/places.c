/* SPDX-License-Identifier: MIT */

/* `at`: the sites that a host is attached to, and the addresses it has there. */

#include "compiler/resolve/resolver.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/diag/diag.h"

static void check_address(struct resolver *resolver, const struct network_site *site,
			  const struct given_place *place)
{
	char buffer[NET_ADDRESS_TEXT];
	const char *text = net_address_format(&place->address, buffer);
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
	resolver_check_inside(resolver, site, &place->address, place->span);
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
		const struct network_site *site = resolver_find_site(
			resolver, &given->site,
			"add it to 'sites', or write 'internet' for a public address");

		if (site == NULL || given->places.n_items == 0)
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

void resolve_places(struct resolver *resolver)
{
	size_t n_all = resolver->network->n_hosts + resolver->network->n_expired;

	for (size_t i = 0; i < n_all; i++) {
		struct network_host *host = &resolver->network->hosts[i];

		if (host->home != NULL) {
			host->attachments = host->home->attachments; /* it is where it is */
			continue;
		}
		resolve_host(resolver, host);
		check_vantages(resolver, host);
	}
}
