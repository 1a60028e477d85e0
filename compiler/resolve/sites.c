/* SPDX-License-Identifier: MIT */

/*
 * Sites: a tree whose root is the internet. Each site is a realm of addresses with one box, a NAT
 * or a firewall, between it and the realm that it lies in.
 */

#include "compiler/resolve/resolver.h"

#include <strings.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/suggest.h"

enum {
	/* More boxes in a row than any network has: a slip of the pen. */
	MOST_LEVELS = 8,
	DEFAULT_TIMEOUT_S = 30,
};

const struct network_site *resolver_find_site(struct resolver *resolver,
					      const struct given_text *given, const char *otherwise)
{
	const struct network_site *found = network_find_site(resolver->network, given->value);
	struct suggestion suggestion = suggestion_for(given->value);
	struct diag *diag;

	if (found != NULL)
		return found;
	diag = diag_add(resolver->diags, DIAG_NAME_UNKNOWN, given->span, "there is no site '%s'",
			given->value);
	vec_foreach(site, &resolver->network->sites)
		suggestion_offer(&suggestion, site->name);
	if (suggestion.best != NULL) {
		diag_help(resolver->diags, diag, "did you mean '%s'?", suggestion.best);
	} else {
		diag_help(resolver->diags, diag, "%s", otherwise);
	}
	return NULL;
}

void resolver_check_inside(struct resolver *resolver, const struct network_site *site,
			   const struct net_address *address, struct span span)
{
	bool is_inside = site->n_prefixes == 0;
	char buffer[NET_ADDRESS_TEXT];
	struct diag *diag;

	for (size_t i = 0; i < site->n_prefixes; i++)
		is_inside = is_inside || net_prefix_contains(&site->prefixes[i], address);
	if (is_inside)
		return;
	diag = diag_add(resolver->diags, DIAG_ADDRESS_OUTSIDE_SITE, span,
			"%s is in none of the prefixes of site '%s'",
			net_address_format(address, buffer), site->name);
	diag_related(resolver->diags, diag, site->span, "the site");
	diag_help(resolver->diags, diag, "correct the address, or add its prefix to the site");
}

/* The box */

static bool is_given_true(const struct given_number *given)
{
	return span_is_given(given->span) && given->value != 0;
}

/* Terms that say something about translated packets, where nothing is translated. */
static void check_term(struct resolver *resolver, const struct given_number *term, const char *name)
{
	struct diag *diag;

	if (!span_is_given(term->span))
		return;
	diag = diag_add(resolver->diags, DIAG_BAD_VALUE, term->span,
			"'%s' says nothing here: with `mapping: none` nothing is translated", name);
	diag_help(resolver->diags, diag, "leave it out, or say how the NAT maps");
}

/* A NAT in its own terms: what is not given is the worst that it could be. */
static void describe_in_terms(struct resolver *resolver, struct network_site *site)
{
	const struct topology_nat *terms = &site->given->nat_terms;
	struct nat_behaviour box = {
		.mapping = span_is_given(terms->mapping.span)
				   ? (enum nat_mapping)terms->mapping.value
				   : NAT_MAPPING_ADDRESS_AND_PORT_DEPENDENT,
		.filtering = span_is_given(terms->filtering.span)
				     ? (enum nat_filtering)terms->filtering.value
				     : NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
		.port_preservation = is_given_true(&terms->port_preservation),
		.hairpinning = is_given_true(&terms->hairpinning),
		.mapping_timeout_s = span_is_given(terms->mapping_timeout.span)
					     ? (uint32_t)terms->mapping_timeout.value
					     : DEFAULT_TIMEOUT_S,
	};

	site->box[NET_IPV4] = box;
	site->box[NET_IPV6] = box;
	if (box.mapping == NAT_MAPPING_NONE) {
		check_term(resolver, &terms->port_preservation, "port_preservation");
		check_term(resolver, &terms->hairpinning, "hairpinning");
		return;
	}
	/* The terms are those of the NAT, which leaves IPv6 to a firewall. One that forgets IPv4
	 * sooner than others will hardly remember IPv6 longer. */
	site->box[NET_IPV6] = nat_behaviour_of(NAT_FIREWALL, NET_IPV6);
	if (site->box[NET_IPV6].mapping_timeout_s > box.mapping_timeout_s)
		site->box[NET_IPV6].mapping_timeout_s = box.mapping_timeout_s;
}

static void describe_box(struct resolver *resolver, struct network_site *site)
{
	const struct given_number *nat = &site->given->nat;

	site->nat_is_given = span_is_given(nat->span);
	site->nat = site->nat_is_given ? (enum nat_preset)nat->value : NAT_UNKNOWN;
	site->nat_span = site->nat_is_given ? nat->span : site->span;
	if (site->nat == NAT_IN_TERMS) {
		describe_in_terms(resolver, site);
		return;
	}
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++)
		site->box[family] = nat_behaviour_of(site->nat, family);
}

/* `public` */

/* Whether it can be what translated packets come from. */
static bool check_public(struct resolver *resolver, const struct network_site *site,
			 const struct given_place *place)
{
	char buffer[NET_ADDRESS_TEXT];
	struct diag *diag;

	if (place->kind != PLACE_ADDRESS)
		return true;
	if (place->address.family == NET_IPV6) {
		diag = diag_add(resolver->diags, DIAG_BAD_VALUE, place->span,
				"IPv6 is not translated: hosts are seen at their own addresses");
		diag_help(resolver->diags, diag, "leave %s out of 'public'",
			  net_address_format(&place->address, buffer));
		return false;
	}
	if (net_address_scope(&place->address) == NET_SCOPE_UNUSABLE) {
		diag = diag_add(resolver->diags, DIAG_BAD_VALUE, place->span,
				"no router is seen at %s",
				net_address_format(&place->address, buffer));
		diag_help(resolver->diags, diag,
			  "write the router's outer address: its WAN address, not a loopback, "
			  "link-local or multicast one");
		return false;
	}
	resolver_check_inside(resolver, site->inside, &place->address, place->span);
	return true;
}

static void resolve_public(struct resolver *resolver, struct network_site *site)
{
	const struct topology_site *given = site->given;
	struct diag *diag;

	if (given->public.n_items == 0)
		return;
	if (site->box[NET_IPV4].mapping == NAT_MAPPING_NONE) {
		diag = diag_add(
			resolver->diags, DIAG_BAD_VALUE, given->public.items[0].span,
			"nothing is translated here: hosts are seen at their own addresses");
		diag_related(resolver->diags, diag, site->nat_span, "what the box of '%s' does",
			     site->name);
		diag_help(resolver->diags, diag,
			  "leave 'public' out, or say what NAT the site is behind");
		return;
	}
	vec_foreach(place, &given->public) {
		bool is_alone = given->public.n_items == 1;

		if (check_public(resolver, site, place) && is_alone && place->kind != PLACE_DYNAMIC)
			site->public = place;
	}
}

/* The realm in which the site's public address means something: beyond boxes that translate
 * nothing. */
static const struct network_site *realm_of_public(const struct network_site *site)
{
	const struct network_site *realm = site->inside;

	while (realm->index != 0 && realm->box[NET_IPV4].mapping == NAT_MAPPING_NONE)
		realm = realm->inside;
	return realm;
}

static bool is_same_place(const struct given_place *a, const struct given_place *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == PLACE_NAME ? strcasecmp(a->name, b->name) == 0
				     : net_address_compare(&a->address, &b->address) == 0;
}

/* Two sites that are seen at one address are behind one box, which is to be a site around them. */
static void check_public_alone(struct resolver *resolver, const struct network_site *site)
{
	for (size_t i = 1; i < site->index; i++) {
		const struct network_site *other = &resolver->network->sites.items[i];
		char buffer[NET_ADDRESS_TEXT];
		struct diag *diag;

		if (site->public == NULL || other->public == NULL ||
		    realm_of_public(site) != realm_of_public(other) ||
		    !is_same_place(site->public, other->public))
			continue;
		diag = diag_add(resolver->diags, DIAG_ENDPOINT_SHARED, site->public->span,
				"sites '%s' and '%s' are both seen at %s", other->name, site->name,
				site->public->kind == PLACE_NAME
					? site->public->name
					: net_address_format(&site->public->address, buffer));
		diag_related(resolver->diags, diag, other->public->span, "'%s'", other->name);
		diag_help(resolver->diags, diag,
			  "if one router serves both, make it a site with this 'public', and write "
			  "`inside` and `nat: none` in these two");
		return;
	}
}

/* The tree */

static void find_outside(struct resolver *resolver, struct network_site *site)
{
	const struct network_site *inside = NULL;

	if (span_is_given(site->given->inside.span)) {
		inside = resolver_find_site(resolver, &site->given->inside,
					    "add it to 'sites', or leave 'inside' out");
	}
	site->inside = inside != NULL ? inside : &resolver->network->sites.items[0];
}

/* A way outward: sites whose depth is not known yet, each inside the next one. */
struct way {
	struct network_site **sites;
	size_t n_sites;
	bool *is_on_it; /* by index of the site */
};

/* The last site of the way is inside `first`, which is on the way as well. */
static void report_loop(struct resolver *resolver, const struct way *way,
			const struct network_site *first)
{
	const struct network_site *last = way->sites[way->n_sites - 1];
	struct diag *diag;

	if (last == first) {
		diag = diag_add(resolver->diags, DIAG_SITE_LOOP, last->given->inside.span,
				"site '%s' cannot be inside itself", last->name);
		diag_help(resolver->diags, diag,
			  "leave 'inside' out, or name the site that '%s' is nested in",
			  last->name);
		return;
	}
	diag = diag_add(resolver->diags, DIAG_SITE_LOOP, last->given->inside.span,
			"site '%s' is inside '%s', which is inside '%s'", last->name, first->name,
			last->name);
	for (size_t i = way->n_sites - 1; i-- > 0;) {
		diag_related(resolver->diags, diag, way->sites[i]->given->inside.span, "'%s'",
			     way->sites[i]->name);
		if (way->sites[i] == first)
			break;
	}
	diag_help(resolver->diags, diag,
		  "leave 'inside' out at the outermost of them: it is on the internet");
}

/* Follows the sites outward to one whose depth is known, and closes no circle. */
static void go_outward(struct resolver *resolver, struct way *way, struct network_site *site)
{
	struct network *network = resolver->network;

	way->n_sites = 0;
	while (site->index != 0 && site->depth == 0) {
		if (way->is_on_it[site->index]) {
			report_loop(resolver, way, site);
			way->sites[way->n_sites - 1]->inside = &network->sites.items[0];
			return;
		}
		way->is_on_it[site->index] = true;
		way->sites[way->n_sites++] = site;
		site = &network->sites.items[site->inside->index];
	}
}

static void set_depth(struct resolver *resolver, struct network_site *site)
{
	struct diag *diag;

	site->depth = site->inside->depth + 1;
	if (site->depth <= MOST_LEVELS)
		return;
	diag = diag_add(resolver->diags, DIAG_SITE_LOOP, site->given->inside.span,
			"site '%s' is behind %zu boxes in a row, and %d are the most", site->name,
			site->depth, MOST_LEVELS);
	diag_help(resolver->diags, diag,
		  "leave out sites that no node is at and that do nothing to packets");
	site->inside = &resolver->network->sites.items[0];
	site->depth = 1;
}

static void resolve_tree(struct resolver *resolver)
{
	struct network *network = resolver->network;
	size_t n = network->sites.n_items;
	struct way way = {
		.sites = ARENA_ARRAY(resolver->arena, struct network_site *, n),
		.is_on_it = ARENA_ARRAY(resolver->arena, bool, n),
	};

	for (size_t i = 1; i < n; i++)
		find_outside(resolver, &network->sites.items[i]);
	for (size_t i = 1; i < n; i++) {
		go_outward(resolver, &way, &network->sites.items[i]);
		while (way.n_sites > 0)
			set_depth(resolver, way.sites[--way.n_sites]);
	}
}

static void resolve_prefixes(struct resolver *resolver, struct network_site *site)
{
	size_t n = site->given->prefixes.n_items;
	struct net_prefix *prefixes = ARENA_ARRAY(resolver->arena, struct net_prefix, n);

	for (size_t i = 0; i < n; i++)
		prefixes[i] = site->given->prefixes.items[i].value;
	site->prefixes = prefixes;
	site->n_prefixes = n;
}

void resolve_sites(struct resolver *resolver)
{
	struct network *network = resolver->network;

	resolve_tree(resolver);
	for (size_t i = 1; i < network->sites.n_items; i++) {
		struct network_site *site = &network->sites.items[i];

		describe_box(resolver, site);
		resolve_prefixes(resolver, site);
		site->client_isolation = is_given_true(&site->given->client_isolation);
	}
	for (size_t i = 1; i < network->sites.n_items; i++) {
		resolve_public(resolver, &network->sites.items[i]);
		check_public_alone(resolver, &network->sites.items[i]);
	}
}
