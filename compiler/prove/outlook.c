/* SPDX-License-Identifier: MIT */

/*
 * A host's packets go outward from box to box. Each may take away what others know of it: a filter
 * that nobody can send first, a NAT that does not keep ports where its packets come from.
 */

#include "compiler/prove/outlook.h"

#include <string.h>

#include "base/arena.h"

/* A host on its way outward, as it is in the site at hand. */
struct trip {
	struct arena *arena;
	const struct manifest_host *host;
	struct outlook here;
	bool keeps_port;
	bool lets_in; /* every box so far has a way in */
};

/* What is no address has the families that its site's prefixes have; without any, both. */
static bool place_speaks(const struct manifest_site *site, const struct manifest_place *place,
			 enum net_family family)
{
	if (place->is_address)
		return place->address.family == family;
	vec_foreach(prefix, &site->prefixes) {
		if (prefix->address.family == family)
			return true;
	}
	return site->prefixes.n_items == 0;
}

/* The host's place at the site: of several one that is fixed. */
static const struct manifest_place *find_place(const struct manifest_attachment *attachment,
					       enum net_family family)
{
	const struct manifest_place *found = NULL;

	vec_foreach(place, &attachment->places) {
		if (!place_speaks(attachment->site, place, family))
			continue;
		if (place->is_address || place->name != NULL)
			return place;
		found = place;
	}
	return found;
}

static struct net_endpoint endpoint_at(const struct manifest_place *place, uint16_t port)
{
	return (struct net_endpoint){place->name, place->address, port};
}

static void add_door(struct trip *trip, struct net_endpoint endpoint)
{
	if (trip->here.in.n_items == 0)
		vec_reserve(trip->arena, &trip->here.in, 1);
	*vec_push(trip->arena, &trip->here.in) = endpoint;
}

static void close_doors(struct trip *trip)
{
	trip->here.in.items = NULL;
	trip->here.in.n_items = trip->here.in.capacity = 0;
}

/* The site's outer address. Nobody knows it where nothing says so, or where there are several. */
static const struct manifest_place *find_public(const struct manifest_site *site,
						enum net_family family)
{
	const struct manifest_place *place = site->public.items;
	bool is_outdone;

	if (site->public.n_items != 1 || (!place->is_address && place->name == NULL))
		return NULL;
	is_outdone = place->is_address && site->inside->inside == NULL &&
		     net_address_scope(&place->address) == NET_SCOPE_PRIVATE;
	if (is_outdone || (place->is_address && place->address.family != family))
		return NULL;
	return place;
}

static void remember(struct trip *trip, const struct manifest_box *box)
{
	struct outlook *here = &trip->here;

	if (box->filtering > here->filtering)
		here->filtering = box->filtering;
	if (box->mapping_timeout_s > 0 &&
	    (here->timeout_s == 0 || box->mapping_timeout_s < here->timeout_s))
		here->timeout_s = box->mapping_timeout_s;
}

static bool leads_to(const struct manifest_forward *forward, const struct trip *trip)
{
	return forward->host == trip->host && forward->in[trip->here.family];
}

/* Whether the port that others see is the one that the host sends from. */
static bool keeps_ports(const struct trip *trip, const struct manifest_site *site,
			const struct manifest_box *box)
{
	if (box->mapping != MANIFEST_MAPPING_ENDPOINT_INDEPENDENT || !box->port_preservation)
		return false;
	vec_foreach(forward, &site->forwards) {
		if (leads_to(forward, trip) && forward->port == trip->host->listen_port)
			return forward->host_port == trip->host->listen_port;
	}
	return true;
}

/* Forwards are doors as long as all boxes within have theirs. */
static void pass_translation(struct trip *trip, const struct manifest_site *site,
			     const struct manifest_box *box)
{
	const struct manifest_place *public = find_public(site, trip->here.family);
	bool has_own_port = false;

	close_doors(trip);
	trip->here.out = (struct net_endpoint){0};
	trip->keeps_port = trip->keeps_port && keeps_ports(trip, site, box);
	vec_foreach(forward, &site->forwards) {
		if (!leads_to(forward, trip))
			continue;
		has_own_port = has_own_port || forward->port == trip->host->listen_port;
		if (trip->lets_in && public != NULL)
			add_door(trip, endpoint_at(public, forward->port));
	}
	trip->lets_in = trip->here.in.n_items > 0;
	if (!has_own_port || !trip->keeps_port)
		remember(trip, box);
	if (public != NULL)
		trip->here.out = endpoint_at(public, trip->host->listen_port);
}

static void pass_filter(struct trip *trip, const struct manifest_site *site,
			const struct manifest_box *box)
{
	vec_foreach(forward, &site->forwards) {
		if (leads_to(forward, trip) && trip->lets_in)
			return; /* a pinhole */
	}
	remember(trip, box);
	close_doors(trip);
	trip->lets_in = false;
}

/* An address that is the host's alone, with all its ports. */
static bool pass_one_to_one(struct trip *trip, const struct manifest_site *site)
{
	vec_foreach(each, &site->one_to_one) {
		uint16_t port = trip->host->listen_port;
		struct net_endpoint outer = {.address = each->address, .port = port};

		if (each->host != trip->host || each->address.family != trip->here.family)
			continue;
		if (trip->here.in.n_items > 0)
			outer.port = trip->here.in.items[0].port;
		close_doors(trip);
		if (trip->lets_in)
			add_door(trip, outer);
		trip->here.out = (struct net_endpoint){.address = each->address, .port = port};
		return true;
	}
	return false;
}

/* What the host is in the site where the trip has come to. */
static void conclude(struct trip *trip)
{
	struct outlook *here = &trip->here;
	bool is_private = here->site->inside == NULL && here->out.port != 0 &&
			  here->out.name == NULL &&
			  net_address_scope(&here->out.address) == NET_SCOPE_PRIVATE;

	if (is_private)
		here->kind = OUTLOOK_BLOCKED;
	if (here->kind == OUTLOOK_BLOCKED)
		return;
	if (here->in.n_items > 0) {
		here->kind = OUTLOOK_OPEN;
		here->sends_elsewhere = !trip->keeps_port;
		for (size_t i = 0; i < here->in.n_items; i++) {
			if (here->in.items[i].port != here->out.port)
				here->sends_elsewhere = true;
		}
	} else if (trip->keeps_port && here->out.port != 0) {
		here->kind = OUTLOOK_PREDICTABLE;
	} else {
		here->kind = OUTLOOK_UNPREDICTABLE;
	}
}

static void begin(struct trip *trip, const struct manifest_attachment *attachment,
		  const struct manifest_place *place)
{
	trip->here.site = attachment->site;
	trip->here.is_local = true;
	trip->here.kind = OUTLOOK_OPEN;
	trip->keeps_port = true;
	trip->lets_in = true;
	if (place->is_address || place->name != NULL) {
		trip->here.out = endpoint_at(place, trip->host->listen_port);
		add_door(trip, trip->here.out);
	}
	conclude(trip);
}

static void go_out(struct trip *trip)
{
	const struct manifest_site *site = trip->here.site;
	const struct manifest_box *box = &site->box[trip->here.family];
	bool is_translated = box->mapping != MANIFEST_MAPPING_NONE;

	if (box->blocks_udp) {
		trip->here.kind = OUTLOOK_BLOCKED;
	} else if (pass_one_to_one(trip, site)) {
		is_translated = true;
	} else if (is_translated) {
		pass_translation(trip, site, box);
	} else if (box->filtering != MANIFEST_FILTERING_NONE) {
		pass_filter(trip, site, box);
	}
	trip->here.is_local = is_translated;
	trip->here.sends_elsewhere = false;
	trip->here.site = site->inside;
	conclude(trip);
}

/* The host as it is in `site`, by one of its places. False: it has none of the family. */
static bool travel(struct arena *arena, const struct manifest_host *host,
		   const struct manifest_attachment *attachment, const struct manifest_site *site,
		   struct outlook *outlook)
{
	const struct manifest_place *place = find_place(attachment, outlook->family);
	struct trip trip = {.arena = arena, .host = host, .here = *outlook};

	if (place == NULL)
		return false;
	begin(&trip, attachment, place);
	while (trip.here.site != site)
		go_out(&trip);
	*outlook = trip.here;
	return true;
}

static bool is_within(const struct manifest_site *inner, const struct manifest_site *outer)
{
	while (inner != NULL && inner != outer)
		inner = inner->inside;
	return inner != NULL;
}

static const struct manifest_site *internet_of(const struct manifest_site *site)
{
	while (site->inside != NULL)
		site = site->inside;
	return site;
}

/*
 * The place that packets leave by for what is on no LAN of the host's: on the internet, or else the
 * only one from which they get there. With several of them nobody knows: `ret_is_torn`.
 */
static const struct manifest_attachment *find_way_out(struct arena *arena,
						      const struct manifest_host *host,
						      enum net_family family, bool *ret_is_torn)
{
	const struct manifest_attachment *found = NULL;
	size_t n_found = 0;

	*ret_is_torn = false;
	if (host->attachments.n_items == 1)
		return host->attachments.items;
	vec_foreach(attachment, &host->attachments) {
		struct outlook outlook = {.family = family};
		const struct manifest_site *internet = internet_of(attachment->site);

		if (!travel(arena, host, attachment, internet, &outlook))
			continue;
		if (attachment->site == internet)
			return attachment;
		if (outlook.kind == OUTLOOK_BLOCKED)
			continue;
		found = attachment;
		n_found++;
	}
	*ret_is_torn = n_found > 1;
	return n_found == 1 ? found : NULL;
}

/* Fills in what the host is in the site. False: nothing there. */
static bool look(struct arena *arena, const struct manifest_host *host, struct outlook *outlook)
{
	const struct manifest_site *site = outlook->site;
	const struct manifest_attachment *out;
	bool is_torn;

	vec_foreach(attachment, &host->attachments) {
		if (attachment->site == site && find_place(attachment, outlook->family) != NULL)
			return travel(arena, host, attachment, site, outlook);
	}
	out = find_way_out(arena, host, outlook->family, &is_torn);
	if (out != NULL)
		return is_within(out->site, site) && travel(arena, host, out, site, outlook);
	outlook->kind = OUTLOOK_UNPREDICTABLE;
	outlook->filtering = MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT;
	return is_torn;
}

static bool has_site(const struct outlooks *outlooks, const struct manifest_site *site)
{
	vec_foreach(outlook, outlooks) {
		if (outlook->site == site)
			return true;
	}
	return false;
}

static void look_at_site(struct arena *arena, const struct manifest_host *host,
			 const struct manifest_site *site, struct outlooks *outlooks)
{
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		struct outlook outlook = {.site = site, .family = family};

		if (look(arena, host, &outlook))
			*vec_push(arena, outlooks) = outlook;
	}
}

/* A device that may be anywhere. */
static void roam(struct arena *arena, const struct manifest_site *internet,
		 struct outlooks *outlooks)
{
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		*vec_push(arena, outlooks) = (struct outlook){
			.site = internet,
			.family = family,
			.kind = OUTLOOK_UNPREDICTABLE,
			.filtering = MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
		};
	}
}

struct outlooks outlooks_of(struct arena *arena, const struct manifest *manifest,
			    const struct manifest_host *host)
{
	struct outlooks outlooks = {0};

	if (host->attachments.n_items < 2)
		vec_reserve(arena, &outlooks, NET_N_FAMILIES);
	if (host->attachments.n_items == 0)
		roam(arena, &manifest->sites[0], &outlooks);
	vec_foreach(attachment, &host->attachments) {
		for (const struct manifest_site *site = attachment->site; site != NULL;
		     site = site->inside) {
			if (!has_site(&outlooks, site))
				look_at_site(arena, host, site, &outlooks);
		}
	}
	return outlooks;
}
