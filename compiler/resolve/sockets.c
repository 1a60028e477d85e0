/* SPDX-License-Identifier: MIT */

/*
 * Sockets: within one realm of addresses, an address and port leads to one host, and an address
 * that is one host's alone (1:1 NAT) is nobody else's.
 */

#include "compiler/resolve/resolver.h"

#include <stdlib.h>
#include <strings.h>

#include "base/arena.h"
#include "base/diag/diag.h"

/*
 * The site whose realm the address belongs to. Where a box translates nothing, what is inside and
 * what is outside are one realm; only private addresses end at the internet.
 */
static const struct network_site *realm_of(const struct network_site *site,
					   const struct given_place *place)
{
	enum net_family family = place->kind == PLACE_NAME ? NET_IPV4 : place->address.family;
	bool is_public =
		place->kind == PLACE_NAME || net_address_scope(&place->address) == NET_SCOPE_GLOBAL;

	while (site->index != 0 && site->box[family].mapping == NAT_MAPPING_NONE &&
	       (is_public || site->inside->index != 0))
		site = site->inside;
	return site;
}

static int compare_sizes(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int compare_places(const struct given_place *a, const struct given_place *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->kind == PLACE_NAME ? strcasecmp(a->name, b->name)
				     : net_address_compare(&a->address, &b->address);
}

/* One listening socket: host and place at a site. */
struct socket {
	const struct network_host *host;
	const struct network_site *site;
	const struct given_place *place;
	size_t realm; /* index of the site in which the place means something */
};

/* 0 for two that are one and the same to those who send. */
static int compare_sockets(const struct socket *a, const struct socket *b)
{
	int order = compare_sizes(a->realm, b->realm);

	if (order == 0)
		order = compare_places(a->place, b->place);
	return order != 0 ? order : compare_sizes(a->host->listen_port, b->host->listen_port);
}

static int order_sockets(const void *a, const void *b)
{
	const struct socket *left = a;
	const struct socket *right = b;
	int order = compare_sockets(left, right);

	if (order == 0)
		order = compare_sizes(left->host->index, right->host->index);
	return order != 0 ? order : compare_sizes(left->site->index, right->site->index);
}

static void report_socket(struct resolver *resolver, const struct socket *first,
			  const struct socket *second)
{
	const struct given_place *place = second->place;
	char buffer[NET_ADDRESS_TEXT];
	const char *text = place->kind == PLACE_NAME ? place->name
						     : net_address_format(&place->address, buffer);
	struct diag *diag;

	diag = diag_add(resolver->diags, DIAG_ENDPOINT_SHARED, place->span,
			"'%s' and '%s' both listen on %s, port %u, at '%s'", first->host->name,
			second->host->name, text, second->host->listen_port, second->site->name);
	diag_related(resolver->diags, diag, first->place->span, "'%s'", first->host->name);
	diag_help(resolver->diags, diag,
		  "correct one address, or give one of them a 'listen_port' of its own");
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
				const struct given_place *place = &attachment->places[k];

				if (place->kind == PLACE_DYNAMIC)
					continue;
				*vec_push(resolver->arena, &sockets) = (struct socket){
					.host = host,
					.site = attachment->site,
					.place = place,
					.realm = realm_of(attachment->site, place)->index,
				};
			}
		}
	}
	if (sockets.n_items > 0)
		qsort(sockets.items, sockets.n_items, sizeof(*sockets.items), order_sockets);
	for (size_t i = 1; i < sockets.n_items; i++) {
		const struct socket *first = &sockets.items[i - 1];
		const struct socket *second = &sockets.items[i];

		/* One socket of one host may be seen at two sites. */
		if (!network_host_is_same(first->host, second->host) &&
		    compare_sockets(first, second) == 0)
			report_socket(resolver, first, second);
	}
}

/* Whose an address is, and whether it is theirs alone. */
struct tenure {
	struct given_place place;
	size_t realm;
	bool is_whole; /* of `one_to_one`: with all its ports */
	const char *owner;
};

struct tenures {
	struct arena *arena;
	vec_of(struct tenure) all;
	bool has_whole;
};

static void add_tenure(struct tenures *tenures, const struct network_site *site,
		       const struct given_place *place, const char *owner, bool is_whole)
{
	if (place->kind != PLACE_ADDRESS)
		return;
	tenures->has_whole = tenures->has_whole || is_whole;
	*vec_push(tenures->arena, &tenures->all) = (struct tenure){
		.place = *place,
		.realm = realm_of(site, place)->index,
		.is_whole = is_whole,
		.owner = owner,
	};
}

static void collect_of_sites(struct tenures *tenures, const struct network *network)
{
	vec_foreach(site, &network->sites) {
		if (site->given == NULL)
			continue; /* the internet */
		vec_foreach(one_to_one, &site->one_to_one) {
			const struct given_place place = {
				.kind = PLACE_ADDRESS,
				.address = one_to_one->address,
				.span = one_to_one->given->name.span,
			};

			add_tenure(tenures, site->inside, &place,
				   arena_printf(tenures->arena, "'%s'", one_to_one->host->name),
				   true);
		}
		vec_foreach(place, &site->given->public) {
			add_tenure(tenures, site->inside, place,
				   arena_printf(tenures->arena, "the router of '%s'", site->name),
				   false);
		}
	}
}

static void collect_of_hosts(struct tenures *tenures, const struct network *network)
{
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		vec_foreach(attachment, &host->attachments) {
			for (size_t k = 0; k < attachment->n_places; k++) {
				add_tenure(tenures, attachment->site, &attachment->places[k],
					   arena_printf(tenures->arena, "'%s'", host->name), false);
			}
		}
	}
}

static int compare_tenures(const struct tenure *a, const struct tenure *b)
{
	int order = compare_sizes(a->realm, b->realm);

	return order != 0 ? order : net_address_compare(&a->place.address, &b->place.address);
}

/* Of one address, those who have the whole of it come first; else as written. */
static int order_tenures(const void *a, const void *b)
{
	const struct tenure *left = a;
	const struct tenure *right = b;
	int order = compare_tenures(left, right);

	if (order == 0)
		order = compare_sizes(right->is_whole, left->is_whole);
	return order != 0 ? order : compare_sizes(left->place.span.begin, right->place.span.begin);
}

static void report_tenure(struct resolver *resolver, const struct tenure *whole,
			  const struct tenure *other)
{
	const struct tenure *second = other->is_whole ? other : whole;
	const struct tenure *first = other->is_whole ? whole : other;
	char buffer[NET_ADDRESS_TEXT];
	struct diag *diag;

	diag = diag_add(resolver->diags, DIAG_ENDPOINT_SHARED, second->place.span,
			"%s cannot have all of %s: %s has it", second->owner,
			net_address_format(&second->place.address, buffer), first->owner);
	diag_related(resolver->diags, diag, first->place.span, "%s", first->owner);
	diag_help(resolver->diags, diag,
		  "an outer address of 'one_to_one' is one host's alone: correct one of the two");
}

/* An address that is given to one host with all its ports, and to somebody else. */
static void check_tenures(struct resolver *resolver)
{
	struct tenures tenures = {.arena = resolver->arena};
	const struct tenure *whole = NULL;

	collect_of_sites(&tenures, resolver->network);
	if (!tenures.has_whole)
		return;
	collect_of_hosts(&tenures, resolver->network);
	qsort(tenures.all.items, tenures.all.n_items, sizeof(*tenures.all.items), order_tenures);
	vec_foreach(tenure, &tenures.all) {
		if (whole != NULL && compare_tenures(whole, tenure) == 0) {
			report_tenure(resolver, whole, tenure);
		} else {
			whole = tenure->is_whole ? tenure : NULL;
		}
	}
}

/* The place of `host` at `site` that has the address, or NULL. */
static const struct given_place *find_place(const struct network_host *host,
					    const struct network_site *site,
					    const struct net_address *address)
{
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; attachment->site == site && i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];

			if (place->kind == PLACE_ADDRESS &&
			    net_address_compare(&place->address, address) == 0)
				return place;
		}
	}
	return NULL;
}

/* Somebody at one of the host's sites who has the address that the host has at another. */
static void check_own(struct resolver *resolver, const struct network_host *host,
		      const struct network_site *site, const struct given_place *own)
{
	for (size_t i = 0; i < resolver->network->n_hosts; i++) {
		const struct network_host *other = &resolver->network->hosts[i];
		const struct given_place *place = find_place(other, site, &own->address);
		char buffer[NET_ADDRESS_TEXT];
		struct diag *diag;

		if (network_host_is_same(other, host) || place == NULL)
			continue;
		diag = diag_add(resolver->diags, DIAG_ENDPOINT_SHARED, place->span,
				"'%s' cannot reach '%s' at '%s': it has %s itself, at another site",
				host->name, other->name, site->name,
				net_address_format(&own->address, buffer));
		diag_related(resolver->diags, diag, own->span, "'%s'", host->name);
		diag_help(resolver->diags, diag, "give one of the two another address");
		return;
	}
}

/* The addresses that the host has at `at`, against those of others at `site`. */
static void check_own_at(struct resolver *resolver, const struct network_host *host,
			 const struct network_attachment *site, const struct network_attachment *at)
{
	for (size_t i = 0; at != site && i < at->n_places; i++) {
		if (at->places[i].kind == PLACE_ADDRESS)
			check_own(resolver, host, site->site, &at->places[i]);
	}
}

/* An address means the host itself wherever the host has it. */
static void check_own_addresses(struct resolver *resolver)
{
	for (size_t i = 0; i < resolver->network->n_hosts; i++) {
		const struct network_host *host = &resolver->network->hosts[i];

		vec_foreach(site, &host->attachments) {
			vec_foreach(at, &host->attachments) {
				check_own_at(resolver, host, site, at);
			}
		}
	}
}

void resolve_sockets(struct resolver *resolver)
{
	check_sockets(resolver);
	check_tenures(resolver);
	check_own_addresses(resolver);
}
