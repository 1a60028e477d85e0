/* SPDX-License-Identifier: MIT */

/*
 * `forward` and `one_to_one`: the hosts for which a site's box lets packets in, and at which outer
 * ports and addresses. Where exactly a forward leads is for later: see targets.c.
 */

#include "compiler/resolve/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"

/* The digits that `text` begins with, as a port; 0 where they are none. */
static uint16_t port_of(const char *text, const char **ret_rest)
{
	size_t n_digits = strspn(text, "0123456789");
	uint32_t port = 0;

	*ret_rest = text + n_digits;
	for (size_t i = 0; i < n_digits && port <= UINT16_MAX; i++)
		port = port * 10 + (uint32_t)(text[i] - '0');
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* Whether its own `at` has a mistake, which is told: where it is not follows from that. */
static bool is_place_unknown(const struct network_host *host)
{
	return host->attachments.n_items < host->node->at.n_items ||
	       (host->kind != HOST_DEVICE && host->attachments.n_items == 0);
}

/* The host, where it is at the site or at one inside it; NULL, with a diagnostic, else. */
static const struct network_host *find_host_at(struct resolver *resolver,
					       const struct network_site *site,
					       const struct given_text *name)
{
	const struct network_host *host = resolver_find_host(resolver, name, "node");
	struct diag *diag;

	if (host == NULL)
		return NULL;
	vec_foreach(attachment, &host->attachments) {
		if (network_site_is_within(attachment->site, site))
			return host;
	}
	if (is_place_unknown(host))
		return NULL;
	diag = diag_add(resolver->diags, DIAG_BAD_VALUE, name->span, "'%s' is not at site '%s'",
			host->name, site->name);
	diag_related(resolver->diags, diag, host->node->name.span, "'%s'", host->name);
	diag_help(resolver->diags, diag,
		  "name a node of the site, or write `at: { %s: ... }` there", site->name);
	return NULL;
}

/* Forwards */

/* Whether there is anything for a forward to lead through. */
static bool check_box(struct resolver *resolver, const struct network_site *site)
{
	const struct nat_behaviour *box = &site->box[NET_IPV4];
	struct span span = site->given->forward.items[0].name.span;
	struct diag *diag;

	if (box->blocks_udp) {
		diag = diag_add(resolver->diags, DIAG_FORWARD_USELESS, span,
				"no UDP passes the box of '%s', forwards or not", site->name);
		diag_related(resolver->diags, diag, site->nat_span, "what the box does");
		diag_help(resolver->diags, diag,
			  "leave 'forward' out, or say what NAT the site is behind");
		return false;
	}
	if (box->mapping != NAT_MAPPING_NONE || box->filtering != NAT_FILTERING_NONE)
		return true;
	diag = diag_add(resolver->diags, DIAG_BAD_VALUE, span,
			"nothing is in the way to the hosts of '%s': they need no forward",
			site->name);
	diag_related(resolver->diags, diag, site->nat_span, "what the box does");
	diag_help(resolver->diags, diag,
		  "leave 'forward' out, or say what NAT or firewall the site is behind");
	return false;
}

/*
 * Reads one entry. A router translates IPv4 only, so a port of its own is an IPv4 one; where
 * nothing is translated, the port is opened for the host's own addresses, of both families.
 */
static void add_forward(struct resolver *resolver, struct network_site *site,
			const struct given_pair *given)
{
	bool translates = site->box[NET_IPV4].mapping != NAT_MAPPING_NONE;
	struct network_forward forward = {.span = given->value.span, .given = given};
	struct given_text name = given->value;
	const char *colon = strrchr(name.value, ':');
	const char *rest;
	struct diag *diag;

	forward.port = port_of(given->name.value, &rest);
	forward.in[NET_IPV4] = *rest == '\0';
	forward.in[NET_IPV6] = *rest != '\0' || !translates;
	if (colon != NULL) {
		forward.host_port = port_of(colon + 1, &rest);
		name.value = arena_printf(resolver->arena, "%.*s", (int)(colon - name.value),
					  name.value);
	}
	if (colon != NULL && (forward.host_port == 0 || *rest != '\0')) {
		diag = diag_add(resolver->diags, DIAG_BAD_VALUE, name.span,
				"'%s' is not a UDP port", colon + 1);
		diag_help(resolver->diags, diag, "write a port from 1 to 65535, or '%s' alone",
			  name.value);
		return;
	}
	forward.host = find_host_at(resolver, site, &name);
	if (forward.host != NULL)
		*vec_push(resolver->arena, &site->forwards) = forward;
}

/* At the router's public address somebody has to be able to knock. */
static void check_has_public(struct resolver *resolver, const struct network_site *site)
{
	size_t n = site->given->public.n_items;
	const struct given_place *given = site->given->public.items;
	const char *fault = n == 0                         ? "that is not given"
			    : n > 1                        ? "the site has several"
			    : given->kind == PLACE_DYNAMIC ? "that is not fixed"
							   : NULL; /* wrong, and reported */
	const char *fix =
		n > 1 ? "keep the one that the forwards are at, and write `nat: unknown`: packets "
			"may leave by another"
		      : "add `public: [...]`, with the router's address, or a DNS name "
			"that follows it";

	if (site->box[NET_IPV4].mapping == NAT_MAPPING_NONE || site->public != NULL ||
	    fault == NULL)
		return;
	vec_foreach(forward, &site->forwards) {
		struct diag *diag;

		if (!forward->in[NET_IPV4])
			continue;
		diag = diag_add(resolver->diags, DIAG_MISSING_KEY, forward->given->name.span,
				"a forward leads in from the site's public address, and %s", fault);
		diag_related(resolver->diags, diag, n == 0 ? site->span : given[n - 1].span,
			     n == 0 ? "the site" : "its 'public'");
		diag_help(resolver->diags, diag, "%s", fix);
		return;
	}
}

static int compare_forwards(const void *a, const void *b)
{
	const struct network_forward *left = a;
	const struct network_forward *right = b;
	int order = (left->port > right->port) - (left->port < right->port);

	return order != 0 ? order : right->in[NET_IPV4] - left->in[NET_IPV4];
}

/* `51820` and `51820/ipv6`, where the former opens both families. */
static void check_apart(struct resolver *resolver, const struct network_forward *first,
			const struct network_forward *second)
{
	struct diag *diag;

	if (first->port != second->port || !first->in[NET_IPV6] || !second->in[NET_IPV6])
		return;
	diag = diag_add(resolver->diags, DIAG_BAD_VALUE, second->given->name.span,
			"port %u is open in IPv6 already", second->port);
	diag_related(resolver->diags, diag, first->given->name.span,
		     "this one is of both families: nothing is translated here");
	diag_help(resolver->diags, diag, "leave one of the two out");
}

static void resolve_site_forwards(struct resolver *resolver, struct network_site *site)
{
	if (site->given->forward.n_items == 0 || !check_box(resolver, site))
		return;
	vec_reserve(resolver->arena, &site->forwards, site->given->forward.n_items);
	vec_foreach(given, &site->given->forward)
		add_forward(resolver, site, given);
	if (site->forwards.n_items > 0) {
		qsort(site->forwards.items, site->forwards.n_items, sizeof(*site->forwards.items),
		      compare_forwards);
	}
	for (size_t i = 1; i < site->forwards.n_items; i++)
		check_apart(resolver, &site->forwards.items[i - 1], &site->forwards.items[i]);
	check_has_public(resolver, site);
}

/* 1:1 */

/* Whether the site outside can have the address. */
static void check_outer(struct resolver *resolver, const struct network_site *site,
			const struct net_address *address, struct span span)
{
	char buffer[NET_ADDRESS_TEXT];
	struct diag *diag;

	if (net_address_scope(address) != NET_SCOPE_UNUSABLE) {
		resolver_check_inside(resolver, site->inside, address, span);
		return;
	}
	diag = diag_add(resolver->diags, DIAG_BAD_VALUE, span, "no peer can reach a node at %s",
			net_address_format(address, buffer));
	diag_help(resolver->diags, diag,
		  "write the outer address, not a loopback, link-local or multicast one");
}

static void add_one_to_one(struct resolver *resolver, struct network_site *site,
			   const struct given_pair *given)
{
	const struct network_host *host = find_host_at(resolver, site, &given->value);
	const struct network_one_to_one *other;
	struct net_address address;
	struct diag *diag;

	if (host == NULL || net_address_parse(given->name.value, &address) != 0)
		return;
	check_outer(resolver, site, &address, given->name.span);
	other = network_find_one_to_one(site, host);
	if (other != NULL) {
		diag = diag_add(resolver->diags, DIAG_BAD_VALUE, given->value.span,
				"'%s' has another outer address at '%s' already", host->name,
				site->name);
		diag_related(resolver->diags, diag, other->given->name.span, "the other one");
		diag_help(resolver->diags, diag, "keep the one that its packets come from");
		return;
	}
	*vec_push(resolver->arena, &site->one_to_one) = (struct network_one_to_one){
		.address = address,
		.host = host,
		.span = given->value.span,
		.given = given,
	};
}

static int compare_one_to_one(const void *a, const void *b)
{
	const struct network_one_to_one *left = a;
	const struct network_one_to_one *right = b;

	return net_address_compare(&left->address, &right->address);
}

static void resolve_site_one_to_one(struct resolver *resolver, struct network_site *site)
{
	vec_reserve(resolver->arena, &site->one_to_one, site->given->one_to_one.n_items);
	vec_foreach(given, &site->given->one_to_one)
		add_one_to_one(resolver, site, given);
	if (site->one_to_one.n_items > 0) {
		qsort(site->one_to_one.items, site->one_to_one.n_items,
		      sizeof(*site->one_to_one.items), compare_one_to_one);
	}
}

void resolve_forwards(struct resolver *resolver)
{
	struct network *network = resolver->network;

	for (size_t i = 1; i < network->sites.n_items; i++) {
		resolve_site_one_to_one(resolver, &network->sites.items[i]);
		resolve_site_forwards(resolver, &network->sites.items[i]);
	}
}
