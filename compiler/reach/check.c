/* SPDX-License-Identifier: MIT */

/* What reach has to say to the user: pairs that cannot talk, and doubtful endpoints. */

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/reach/apart.h"
#include "compiler/reach/cause.h"
#include "compiler/resolve/network.h"

static void report_name(const struct given_place *place, const char *whose, struct diag_bag *diags)
{
	struct diag *diag = diag_add(
		diags, DIAG_ENDPOINT_NAME, place->span,
		"the endpoint of %s is a name, which WireGuard resolves once, at start", whose);

	diag_help(
		diags, diag,
		"write the address if it is fixed; if it is not, restart the tunnel when it moves");
}

static void report_private(const struct given_place *place, const struct network_site *site,
			   struct diag_bag *diags)
{
	char buffer[NET_ADDRESS_TEXT];
	const char *text = net_address_format(&place->address, buffer);
	struct diag *diag;

	if (site->index == 0) {
		diag = diag_add(diags, DIAG_ENDPOINT_PRIVATE, place->span,
				"%s is a private address, which the internet carries no packets to",
				text);
		diag_help(diags, diag,
			  "write the public address, or put the node at a site of its own: "
			  "`sites: { lan: { prefixes: [...] } }`");
		return;
	}
	diag = diag_add(diags, DIAG_ENDPOINT_PRIVATE, place->span,
			"%s is a private address, and nothing translates it on its way out of "
			"'%s'",
			text, site->name);
	diag_help(diags, diag, "write the public address, or say what NAT the site has with 'nat'");
}

/* Whether the address is private, and still so on the internet. */
static bool is_hidden(const struct reach *reach, const struct network_host *host,
		      const struct network_attachment *attachment, const struct given_place *place)
{
	struct exposure exposure;

	if (place->kind != PLACE_ADDRESS ||
	    net_address_scope(&place->address) != NET_SCOPE_PRIVATE ||
	    attachment->site->box[NET_IPV4].mapping != NAT_MAPPING_NONE)
		return false;
	exposure = exposure_of(host, attachment, &reach->network->sites.items[0],
			       place->address.family);
	return exposure.cause == CAUSE_PRIVATE;
}

/* The host's endpoints, as the internet would see them. */
static void check_host(const struct reach *reach, const struct network_host *host,
		       struct diag_bag *diags)
{
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];

			if (place->kind == PLACE_NAME) {
				report_name(place, arena_printf(reach->arena, "'%s'", host->name),
					    diags);
			} else if (is_hidden(reach, host, attachment, place)) {
				report_private(place, attachment->site, diags);
			}
		}
	}
}

static void check_site(const struct reach *reach, const struct network_site *site,
		       struct diag_bag *diags)
{
	const struct given_place *public = site->public;
	struct diag *diag;

	if (public == NULL)
		return;
	if (public->kind == PLACE_NAME) {
		report_name(public, arena_printf(reach->arena, "site '%s'", site->name), diags);
	} else if (site->inside->index == 0 &&
		   net_address_scope(&public->address) == NET_SCOPE_PRIVATE) {
		char buffer[NET_ADDRESS_TEXT];

		diag = diag_add(diags, DIAG_ENDPOINT_PRIVATE, public->span,
				"%s is a private address, so the NAT of '%s' is behind another one",
				net_address_format(&public->address, buffer), site->name);
		diag_help(diags, diag,
			  "write the other one as a site of its own, and '%s' inside it: a "
			  "carrier's is `nat: cgnat`",
			  site->name);
	}
}

/* Hosts at several sites of which none is the internet, class by class. */
static void check_ways(const struct reach *reach, struct diag_bag *diags)
{
	for (size_t i = 0; i < reach->n_classes; i++) {
		const struct reach_class *class = &reach->classes[i];
		const struct network_host *host = class->example;
		bool is_ambiguous = false;
		struct diag *diag;

		vec_foreach(view, &class->views) {
			is_ambiguous = is_ambiguous ||
				       view->exposure[NET_IPV4].cause == CAUSE_SEVERAL_WAYS ||
				       view->exposure[NET_IPV6].cause == CAUSE_SEVERAL_WAYS;
		}
		if (!is_ambiguous)
			continue;
		diag = diag_add(diags, DIAG_SEVERAL_WAYS_OUT, host->node->name.span,
				"'%s' could send to the outside through any of its sites, so "
				"nothing is taken for known of its outer address",
				host->name);
		if (class->n_hosts > 1) {
			diag_note(diags, diag, "the same holds for %zu more node%s",
				  class->n_hosts - 1, class->n_hosts == 2 ? "" : "s");
		}
		vec_foreach(attachment, &host->attachments) {
			diag_related(diags, diag, attachment->places[0].span, "at '%s'",
				     attachment->site->name);
		}
		diag_help(diags, diag,
			  "leave out the sites that its default route does not use, "
			  "unless others reach it there");
	}
}

void reach_check(const struct reach *reach, struct diag_bag *diags)
{
	apart_check_mesh(reach, diags);
	apart_check_devices(reach, diags);
	apart_check_links(reach, diags);
	check_ways(reach, diags);
	for (size_t i = 0; i < reach->network->n_hosts; i++)
		check_host(reach, &reach->network->hosts[i], diags);
	vec_foreach(site, &reach->network->sites)
		check_site(reach, site, diags);
}
