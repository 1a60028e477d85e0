/* SPDX-License-Identifier: MIT */

/*
 * First all that is written is claimed, then networks are completed, and only then is anything
 * invented, so that nothing invented stands in the way of what is written.
 */

#include "runtime/lab/places.h"

#include "base/arena.h"
#include "runtime/lab/stock.h"

enum {
	LARGEST_LAB = 1000, /* ports of a bridge: BR_PORT_BITS of the kernel allows for 1024 */
};

/* What is needed while the places are made. */
struct making {
	struct arena *arena;
	struct places *places;
	struct stock stock;
	const char *fault;
};

static int fault_taken(struct making *making, const struct net_address *address, const char *one,
		       const char *other)
{
	char buffer[NET_ADDRESS_TEXT];

	making->fault = arena_printf(making->arena,
				     "%s and %s have one address, '%s': the lab gives each a "
				     "machine of its own",
				     one, other, net_address_format(address, buffer));
	return MANIFEST_E_CONTENT;
}

static int fault_none_left(struct making *making, const char *who)
{
	making->fault = arena_printf(making->arena, "there is no address left for %s", who);
	return MANIFEST_E_CONTENT;
}

static int claim(struct making *making, const struct places_site *site,
		 const struct net_address *address, const char *who)
{
	const char *other = stock_claim(&making->stock, site->index, address, who);

	return other == NULL ? 0 : fault_taken(making, address, other, who);
}

static const char *quote(struct making *making, const char *kind, const char *name)
{
	return arena_printf(making->arena, "%s '%s'", kind, name);
}

/* The worst NAT there is, in front of a network whose guests cannot see each other. */
static const struct manifest_site *make_cafe(struct making *making)
{
	static const struct manifest_box worst = {
		.filtering = MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
		.mapping_timeout_s = 30,
	};
	struct manifest_site *cafe = ARENA_NEW(making->arena, struct manifest_site);

	cafe->name = "a cafe";
	cafe->index = making->places->manifest->n_sites;
	cafe->inside = &making->places->manifest->sites[0];
	cafe->nat = "symmetric";
	cafe->client_isolation = true;
	cafe->box[NET_IPV4] = worst;
	cafe->box[NET_IPV4].mapping = MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT;
	cafe->box[NET_IPV6] = worst;
	return cafe;
}

static bool has_roaming(const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		if (manifest->hosts[i].attachments.n_items == 0)
			return true;
	}
	return false;
}

static void add_sites(struct making *making)
{
	struct places *places = making->places;
	const struct manifest *manifest = places->manifest;
	bool has_cafe = has_roaming(manifest);
	size_t n_sites = manifest->n_sites + has_cafe;

	vec_reserve(making->arena, &places->sites, n_sites);
	for (size_t i = 0; i < n_sites; i++) {
		*vec_push(making->arena, &places->sites) = (struct places_site){
			.site = i < manifest->n_sites ? &manifest->sites[i] : make_cafe(making),
			.index = i,
		};
	}
	vec_foreach(site, &places->sites) {
		const struct manifest_site *outer = site->site->inside;

		if (outer != NULL)
			site->inside = &places->sites.items[outer->index];
		for (; outer != NULL; outer = outer->inside)
			site->depth++;
		vec_foreach(prefix, &site->site->prefixes)
			*vec_push(making->arena, &site->prefixes) = *prefix;
	}
}

/* Makes sure that the address lies in a network of the site. */
static void cover(struct making *making, struct places_site *site,
		  const struct net_address *address)
{
	struct net_prefix around = {
		.address = *address,
		.length = address->family == NET_IPV4 ? 24 : 64,
	};

	if (site->index == 0)
		return;
	vec_foreach(prefix, &site->prefixes) {
		if (net_prefix_contains(prefix, address))
			return;
	}
	for (size_t i = around.length / 8U; i < sizeof(around.address.bytes); i++)
		around.address.bytes[i] = 0;
	*vec_push(making->arena, &site->prefixes) = around;
}

static bool has_family(const struct places_site *site, enum net_family family)
{
	vec_foreach(prefix, &site->prefixes) {
		if (prefix->address.family == family)
			return true;
	}
	return false;
}

static int invent_network(struct making *making, struct places_site *site, enum net_family family)
{
	struct net_prefix prefix;

	if (!stock_network(&making->stock, family, &prefix))
		return fault_none_left(making, quote(making, "site", site->site->name));
	*vec_push(making->arena, &site->prefixes) = prefix;
	return 0;
}

/* The first network of the family gives an address; on the internet, the stock of public ones. */
static int invent_at(struct making *making, const struct places_site *site, enum net_family family,
		     const char *who, struct net_address *ret_address)
{
	bool is_found = false;

	if (site->index == 0)
		is_found = stock_public(&making->stock, family, ret_address);
	vec_foreach(prefix, &site->prefixes) {
		if (!is_found && prefix->address.family == family)
			is_found = stock_free(&making->stock, prefix, NULL, 0, ret_address);
	}
	return is_found ? claim(making, site, ret_address, who) : fault_none_left(making, who);
}

/* An address that the internet does not carry: another one has to stand for it. */
static bool is_nowhere(const struct places_site *site, const struct manifest_place *place)
{
	return site->inside->index == 0 && place->is_address &&
	       net_address_scope(&place->address) != NET_SCOPE_GLOBAL;
}

/* The router's addresses that are written; the others follow once the networks are complete. */
static int claim_router(struct making *making, struct places_site *site)
{
	struct places_site *outside = &making->places->sites.items[site->inside->index];
	const char *who = quote(making, "the router of site", site->site->name);

	vec_foreach(place, &site->site->public) {
		int r;

		if (!place->is_address || is_nowhere(site, place) ||
		    !places_translates(site, NET_IPV4))
			continue;
		cover(making, outside, &place->address);
		r = claim(making, outside, &place->address, who);
		if (r != 0)
			return r;
	}
	vec_foreach(entry, &site->site->one_to_one) {
		int r = claim(making, outside, &entry->address, who);

		if (r != 0)
			return r;
		cover(making, outside, &entry->address);
		*vec_push(making->arena, &site->one_to_one) = (struct places_one_to_one){
			.outer.address = entry->address,
			.host = entry->host,
		};
	}
	return 0;
}

static int claim_host(struct making *making, const struct manifest_host *host)
{
	const char *who = quote(making, "host", host->name);

	vec_foreach(attachment, &host->attachments) {
		struct places_site *site = &making->places->sites.items[attachment->site->index];

		vec_foreach(place, &attachment->places) {
			int r;

			if (!place->is_address || host->device != NULL)
				continue;
			cover(making, site, &place->address);
			r = claim(making, site, &place->address, who);
			if (r != 0)
				return r;
		}
	}
	return 0;
}

static int claim_written(struct making *making)
{
	const struct manifest *manifest = making->places->manifest;
	int r = 0;

	for (size_t i = 0; r == 0 && i < manifest->n_hosts; i++)
		r = claim_host(making, &manifest->hosts[i]);
	vec_foreach(site, &making->places->sites) {
		if (r == 0 && site->inside != NULL)
			r = claim_router(making, site);
	}
	return r;
}

/* A site of which no network is known has an IPv4 one; the cafe has both families. */
static int complete_networks(struct making *making)
{
	vec_foreach(site, &making->places->sites) {
		bool is_cafe = site->index == making->places->manifest->n_sites;
		int r = 0;

		if (site->index == 0 || site->prefixes.n_items > 0)
			continue;
		r = invent_network(making, site, NET_IPV4);
		if (r == 0 && is_cafe)
			r = invent_network(making, site, NET_IPV6);
		if (r != 0)
			return r;
	}
	return 0;
}

static struct places_name *name_at(struct making *making, const char *name,
				   const struct places_site *site)
{
	struct places_name *entry = vec_push(making->arena, &making->places->names);

	entry->name = name;
	entry->site = site;
	return entry;
}

/* One router address: written, or invented in the site outside. */
static int place_router(struct making *making, struct places_site *site,
			const struct manifest_place *place)
{
	struct places_address address = {.is_invented = true};
	int r = 0;

	if (place != NULL && place->is_address && !is_nowhere(site, place)) {
		address = (struct places_address){.address = place->address};
	} else {
		r = invent_at(making, site->inside, NET_IPV4,
			      quote(making, "the router of site", site->site->name),
			      &address.address);
	}
	if (r == 0 && place != NULL && place->name != NULL) {
		address.is_invented = false;
		*vec_push(making->arena, &name_at(making, place->name, site->inside)->addresses) =
			address.address;
	}
	if (r == 0)
		*vec_push(making->arena, &site->public) = address;
	return r;
}

static int place_routers_of(struct making *making, struct places_site *site)
{
	struct places_site *outside = &making->places->sites.items[site->inside->index];
	int r = 0;

	if (!places_translates(site, NET_IPV4) || !has_family(site, NET_IPV4))
		return 0;
	if (outside->index != 0 && !has_family(outside, NET_IPV4))
		r = invent_network(making, outside, NET_IPV4);
	vec_foreach(place, &site->site->public) {
		if (r == 0)
			r = place_router(making, site, place);
	}
	if (r == 0 && site->public.n_items == 0)
		r = place_router(making, site, NULL);
	return r;
}

/* From the innermost outward: what a router needs outside may be a network that is not there. */
static int place_routers(struct making *making)
{
	size_t depth = 0;
	int r = 0;

	vec_foreach(site, &making->places->sites)
		depth = site->depth > depth ? site->depth : depth;
	for (; depth > 0; depth--) {
		vec_foreach(site, &making->places->sites) {
			if (r == 0 && site->depth == depth)
				r = place_routers_of(making, site);
		}
	}
	return r;
}

static int place_family(struct making *making, const struct manifest_host *host,
			struct places_attachment *attachment, const struct manifest_place *place,
			struct places_name *name)
{
	const char *who = quote(making, "host", host->name);

	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		struct places_address address = {.is_invented = place->name == NULL};
		int r;

		if (attachment->site->index != 0 && !has_family(attachment->site, family))
			continue;
		r = invent_at(making, attachment->site, family, who, &address.address);
		if (r != 0)
			return r;
		*vec_push(making->arena, &attachment->addresses) = address;
		if (name != NULL)
			*vec_push(making->arena, &name->addresses) = address.address;
	}
	return 0;
}

static void sort_addresses(struct places_attachment *attachment)
{
	struct places_address *items = attachment->addresses.items;

	/* Stable, because the first address of a family is the one that packets come from. */
	for (size_t i = 1; i < attachment->addresses.n_items; i++) {
		for (size_t j = i; j > 0 && items[j - 1].address.family > items[j].address.family;
		     j--) {
			struct places_address swapped = items[j];

			items[j] = items[j - 1];
			items[j - 1] = swapped;
		}
	}
}

/*
 * A name or an open address stands for both families, as far as the site has them. A device at a
 * further gateway is a machine of its own here, beside the one at the first: it has other
 * addresses.
 */
static int attach(struct making *making, struct places_host *host, const struct places_site *site,
		  const struct manifest_attachment *written)
{
	static const struct manifest_place open_address = {0};
	struct places_attachment *attachment = vec_push(making->arena, &host->attachments);
	bool is_open = written == NULL || host->host->device != NULL;
	size_t n_places = is_open ? 1 : written->places.n_items;

	attachment->site = site;
	for (size_t i = 0; i < n_places; i++) {
		const struct manifest_place *place =
			is_open ? &open_address : &written->places.items[i];
		struct places_name *name = NULL;
		int r;

		if (place->is_address) {
			*vec_push(making->arena, &attachment->addresses) =
				(struct places_address){.address = place->address};
			continue;
		}
		if (place->name != NULL)
			name = name_at(making, place->name, site);
		r = place_family(making, host->host, attachment, place, name);
		if (r != 0)
			return r;
	}
	sort_addresses(attachment);
	return 0;
}

static int place_hosts(struct making *making)
{
	struct places *places = making->places;
	const struct manifest *manifest = places->manifest;

	places->hosts = ARENA_ARRAY(making->arena, struct places_host, manifest->n_hosts);
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		struct places_host *host = &places->hosts[i];
		int r = 0;

		host->host = &manifest->hosts[i];
		vec_foreach(written, &host->host->attachments) {
			if (r == 0) {
				r = attach(making, host, &places->sites.items[written->site->index],
					   written);
			}
		}
		if (r == 0 && host->attachments.n_items == 0)
			r = attach(making, host, &places->sites.items[manifest->n_sites], NULL);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Where the network behind the host is all of a LAN it stands on, or a part of that. */
static const struct places_attachment *lan_of(const struct places_host *host,
					      const struct net_prefix *prefix)
{
	vec_foreach(attachment, &host->attachments) {
		vec_foreach(own, &attachment->site->prefixes) {
			if (net_prefix_covers(own, prefix))
				return attachment;
		}
	}
	return NULL;
}

static int place_machine(struct making *making, const struct places_host *host,
			 const struct net_prefix *prefix)
{
	vec_of(struct net_prefix) avoid = {0};
	struct places_machine machine = {
		.host = host,
		.attachment = lan_of(host, prefix),
		.prefix = *prefix,
	};
	const char *who = quote(making, "a machine behind host", host->host->name);

	if (machine.attachment == NULL) {
		vec_foreach(attachment, &host->attachments) {
			vec_foreach(own, &attachment->site->prefixes)
				*vec_push(making->arena, &avoid) = *own;
		}
	}
	if (!stock_free(&making->stock, prefix, avoid.items, avoid.n_items, &machine.address))
		return fault_none_left(making, who);
	*vec_push(making->arena, &making->places->machines) = machine;
	return 0;
}

/* All the world (a route of length zero) has machines enough without one more. */
static int place_machines(struct making *making)
{
	const struct places *places = making->places;
	int r = 0;

	for (size_t i = 0; i < places->manifest->n_hosts; i++) {
		vec_foreach(prefix, &places->hosts[i].host->routes) {
			if (r == 0 && prefix->length > 0)
				r = place_machine(making, &places->hosts[i], prefix);
		}
	}
	return r;
}

int places_make(struct arena *arena, const struct manifest *manifest, struct places **ret_places,
		const char **ret_fault)
{
	struct making making = {.arena = arena, .places = ARENA_NEW(arena, struct places)};
	int r;

	if (manifest->n_hosts + manifest->n_sites > LARGEST_LAB) {
		*ret_fault = "a lab has room for 1000 hosts and sites";
		return MANIFEST_E_CONTENT;
	}
	making.places->manifest = manifest;
	stock_init(&making.stock, arena, manifest);
	add_sites(&making);
	r = claim_written(&making);
	if (r == 0)
		r = complete_networks(&making);
	if (r == 0)
		r = place_hosts(&making);
	if (r == 0)
		r = place_routers(&making);
	if (r == 0)
		r = place_machines(&making);
	*ret_fault = making.fault;
	*ret_places = making.places;
	return r;
}
