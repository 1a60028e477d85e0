/* SPDX-License-Identifier: MIT */

/*
 * Prefixes of sites that overlap where it hurts: where somebody sees both networks, takes an
 * address of one for one of the other, and sends to the wrong place without an error. Two homes
 * with the same 192.168.1.0/24 that nobody sees together are fine.
 */

#include "compiler/resolve/resolver.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"

/* Two prefixes that overlap, as written: one of each site. NULL: there are none. */
struct overlap {
	const struct given_prefix *a;
	const struct given_prefix *b;
};

static const struct given_prefix *overlapping(const struct network_site *site,
					      const struct net_prefix *prefix)
{
	vec_foreach(own, &site->given->prefixes) {
		if (net_prefix_overlaps(&own->value, prefix))
			return own;
	}
	return NULL;
}

static struct overlap find_overlap(const struct network_site *a, const struct network_site *b,
				   bool is_of_any_family)
{
	vec_foreach(prefix, &a->given->prefixes) {
		const struct given_prefix *other = overlapping(b, &prefix->value);

		if (other != NULL && (is_of_any_family || prefix->value.address.family == NET_IPV4))
			return (struct overlap){prefix, other};
	}
	return (struct overlap){0};
}

/* A NAT between two networks with the same addresses: those inside cannot name the outer ones. */

static void check_outer_site(struct resolver *resolver, const struct network_site *site,
			     const struct network_site *outer)
{
	struct overlap overlap = find_overlap(site, outer, false);
	char a[NET_PREFIX_TEXT];
	char b[NET_PREFIX_TEXT];
	struct diag *diag;

	if (overlap.a == NULL)
		return;
	diag = diag_add(resolver->diags, DIAG_SITE_OVERLAP, overlap.a->span,
			"%s of site '%s' overlaps %s of site '%s' around it",
			net_prefix_format(&overlap.a->value, a), site->name,
			net_prefix_format(&overlap.b->value, b), outer->name);
	diag_related(resolver->diags, diag, overlap.b->span, "'%s'", outer->name);
	diag_note(resolver->diags, diag,
		  "to hosts at '%s' these addresses are their own LAN's: they cannot reach them at "
		  "'%s'",
		  site->name, outer->name);
	diag_help(resolver->diags, diag, "renumber one of the two, or correct the prefixes");
}

static void check_nesting(struct resolver *resolver, const struct network_site *site)
{
	bool translates = site->box[NET_IPV4].mapping != NAT_MAPPING_NONE;

	for (const struct network_site *outer = site->inside; outer->index != 0;
	     outer = outer->inside) {
		if (translates)
			check_outer_site(resolver, site, outer);
		translates = translates || outer->box[NET_IPV4].mapping != NAT_MAPPING_NONE;
	}
}

/* A host at two sites that have the same addresses: one of its LANs hides the other. */

struct pair {
	const struct network_site *a;
	const struct network_site *b;
};

struct pairs {
	struct resolver *resolver;
	vec_of(struct pair) seen;
};

static bool is_seen(struct pairs *pairs, const struct network_site *a, const struct network_site *b)
{
	vec_foreach(pair, &pairs->seen) {
		if (pair->a == a && pair->b == b)
			return true;
	}
	*vec_push(pairs->resolver->arena, &pairs->seen) = (struct pair){a, b};
	return false;
}

static struct span span_of_attachment(const struct network_host *host,
				      const struct network_site *site)
{
	vec_foreach(at, &host->node->at) {
		if (strcmp(at->site.value, site->name) == 0)
			return at->site.span;
	}
	return host->node->name.span;
}

/* Once per pair of sites: the fix is the same for all hosts that are at both. */
static void check_both(struct pairs *pairs, const struct network_host *host,
		       const struct network_site *a, const struct network_site *b)
{
	struct resolver *resolver = pairs->resolver;
	struct overlap overlap;
	char text[NET_PREFIX_TEXT];
	struct diag *diag;

	if (a->index == 0 || network_site_is_within(a, b) || network_site_is_within(b, a))
		return;
	overlap = find_overlap(a, b, true);
	if (overlap.a == NULL || is_seen(pairs, a, b))
		return;
	diag = diag_add(resolver->diags, DIAG_SITE_OVERLAP, span_of_attachment(host, b),
			"'%s' is at '%s' and at '%s', which both have addresses of %s", host->name,
			a->name, b->name,
			net_prefix_format(net_prefix_covers(&overlap.a->value, &overlap.b->value)
						  ? &overlap.b->value
						  : &overlap.a->value,
					  text));
	diag_related(resolver->diags, diag, overlap.a->span, "'%s'", a->name);
	diag_related(resolver->diags, diag, overlap.b->span, "'%s'", b->name);
	diag_help(resolver->diags, diag, "renumber one of the two sites, or correct the prefixes");
}

/* A network behind a host that is also the LAN of others: to them it is their own. */

static bool is_related(const struct network_host *owner, const struct network_site *site)
{
	vec_foreach(attachment, &owner->attachments) {
		const struct network_site *own = attachment->site;

		if (own->index != 0 &&
		    (network_site_is_within(own, site) || network_site_is_within(site, own)))
			return true;
	}
	return false;
}

static void check_route(struct resolver *resolver, const struct network_host *owner,
			const struct given_prefix *route, const struct network_site *site)
{
	const struct given_prefix *prefix = overlapping(site, &route->value);
	char buffer[NET_PREFIX_TEXT];
	struct diag *diag;

	if (prefix == NULL || is_related(owner, site))
		return;
	diag = diag_add(resolver->diags, DIAG_SITE_OVERLAP, route->span,
			"site '%s' has addresses of %s behind '%s' too", site->name,
			net_prefix_format(&route->value, buffer), owner->name);
	diag_related(resolver->diags, diag, prefix->span, "'%s'", site->name);
	diag_note(
		resolver->diags, diag,
		"hosts at '%s' take %s for their own LAN and never reach what is behind '%s' there",
		site->name, net_prefix_format(&prefix->value, buffer), owner->name);
	diag_help(resolver->diags, diag, "renumber one of the two, or correct the prefixes");
}

/* By index: the sites that somebody is at. */
static const bool *find_inhabited(struct resolver *resolver)
{
	const struct network *network = resolver->network;
	bool *is_inhabited = ARENA_ARRAY(resolver->arena, bool, network->sites.n_items);

	for (size_t i = 0; i < network->n_hosts; i++) {
		vec_foreach(attachment, &network->hosts[i].attachments)
			is_inhabited[attachment->site->index] = true;
	}
	return is_inhabited;
}

static void check_routes(struct resolver *resolver)
{
	const struct network *network = resolver->network;
	const bool *is_inhabited = find_inhabited(resolver);

	vec_foreach(owner, &network->with_routes) {
		vec_foreach(route, &(*owner)->routes) {
			vec_foreach(site, &network->sites) {
				if (site->index != 0 && is_inhabited[site->index])
					check_route(resolver, *owner, route, site);
			}
		}
	}
}

void resolve_overlaps(struct resolver *resolver)
{
	const struct network *network = resolver->network;
	struct pairs pairs = {.resolver = resolver};

	vec_foreach(site, &network->sites) {
		if (site->index != 0)
			check_nesting(resolver, site);
	}
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		for (size_t k = 0; k < host->attachments.n_items; k++) {
			for (size_t m = 0; m < k; m++) {
				check_both(&pairs, host, host->attachments.items[m].site,
					   host->attachments.items[k].site);
			}
		}
	}
	check_routes(resolver);
}
