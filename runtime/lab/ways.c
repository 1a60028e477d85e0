/* SPDX-License-Identifier: MIT */

/* Which way packets take. Distances count boxes on the way up and down the tree of sites. */

#include "runtime/lab/ways.h"

enum {
	UNREACHED = 1 << 30,
};

const struct net_prefix *ways_lan(const struct places_site *site, const struct net_address *address)
{
	const struct net_prefix *longest = NULL;

	vec_foreach(prefix, &site->prefixes) {
		if (net_prefix_contains(prefix, address) &&
		    (longest == NULL || prefix->length > longest->length))
			longest = prefix;
	}
	return longest;
}

static bool speaks(const struct places_attachment *attachment, enum net_family family)
{
	vec_foreach(own, &attachment->addresses) {
		if (own->address.family == family)
			return true;
	}
	return false;
}

static bool lets_udp_out(const struct places_site *site, enum net_family family)
{
	for (; site != NULL; site = site->inside) {
		if (site->site->box[family].blocks_udp)
			return false;
	}
	return true;
}

/* Whether packets that leave by the attachment have an address on the internet that means
 * something. */
static bool has_outer_address(const struct places_host *host,
			      const struct places_attachment *attachment, enum net_family family)
{
	for (const struct places_site *site = attachment->site; site->inside != NULL;
	     site = site->inside) {
		if (places_translates(site, family))
			return true;
		vec_foreach(each, &site->site->one_to_one) {
			if (family == NET_IPV4 && each->host == host->host)
				return true;
		}
	}
	vec_foreach(own, &attachment->addresses) {
		if (own->address.family == family)
			return net_address_scope(&own->address) != NET_SCOPE_PRIVATE;
	}
	return false;
}

/* The internet is the first of the sites, so it is the first choice of all. */
static const struct places_attachment *choose_default(const struct places_host *host,
						      enum net_family family)
{
	const struct places_attachment *fallback = NULL;

	vec_foreach(attachment, &host->attachments) {
		if (!speaks(attachment, family))
			continue;
		if (lets_udp_out(attachment->site, family) &&
		    has_outer_address(host, attachment, family))
			return attachment;
		fallback = fallback == NULL ? attachment : fallback;
	}
	return fallback;
}

/* Boxes between two sites, if addresses of `to` mean something where they meet. */
static size_t distance(const struct places_site *from, const struct places_site *to,
		       enum net_family family)
{
	const struct places_site *meeting = places_common_site(from, to);

	if (meeting->index == 0)
		return UNREACHED;
	for (const struct places_site *site = to; site != meeting; site = site->inside) {
		if (places_translates(site, family))
			return UNREACHED;
	}
	return from->depth + to->depth - 2 * meeting->depth;
}

static const struct places_attachment *nearest(const struct places_host *host,
					       const struct places_site *to, enum net_family family,
					       size_t *ret_distance)
{
	const struct places_attachment *found = NULL;

	*ret_distance = UNREACHED;
	vec_foreach(attachment, &host->attachments) {
		size_t here = UNREACHED;

		if (attachment->site->index != 0 && speaks(attachment, family))
			here = distance(attachment->site, to, family);
		if (here < *ret_distance) {
			*ret_distance = here;
			found = attachment;
		}
	}
	return found;
}

/* Whether the prefix is a LAN of the host's; or, failing that, whether it overlaps one. */
static bool meets_lan(const struct places_host *host, const struct net_prefix *prefix,
		      bool *ret_is_lan)
{
	bool overlaps = false;

	*ret_is_lan = false;
	vec_foreach(attachment, &host->attachments) {
		vec_foreach(own, &attachment->addresses) {
			const struct net_prefix *lan = ways_lan(attachment->site, &own->address);

			if (lan == NULL)
				continue;
			*ret_is_lan |= net_prefix_compare(lan, prefix) == 0;
			overlaps |= net_prefix_overlaps(lan, prefix);
		}
	}
	return overlaps;
}

static bool is_routed(const struct ways *ways, const struct net_prefix *prefix)
{
	vec_foreach(route, &ways->routes) {
		if (net_prefix_compare(&route->prefix, prefix) == 0)
			return true;
	}
	return false;
}

/* A route of its own, unless it is a LAN of the host's, or the default way leads there as well. */
static void add_route(struct arena *arena, const struct places_host *host,
		      const struct net_prefix *prefix, const struct places_attachment *through,
		      struct ways *ways)
{
	bool is_lan;
	bool overlaps = meets_lan(host, prefix, &is_lan);
	bool is_default = through == ways->by_default[prefix->address.family];

	if (is_lan || (is_default && !overlaps) || is_routed(ways, prefix))
		return;
	*vec_push(arena, &ways->routes) = (struct ways_route){*prefix, through};
}

/* All sites at one distance, nearer ones first, so that of equal prefixes the nearest wins. */
static bool add_at(struct arena *arena, const struct places *places, const struct places_host *host,
		   size_t wanted, struct ways *ways)
{
	bool is_more = false;

	vec_foreach(site, &places->sites) {
		vec_foreach(prefix, &site->prefixes) {
			size_t here;
			const struct places_attachment *through =
				nearest(host, site, prefix->address.family, &here);

			is_more |= here > wanted && here != UNREACHED;
			if (here == wanted)
				add_route(arena, host, prefix, through, ways);
		}
	}
	return is_more;
}

struct ways ways_of(struct arena *arena, const struct places *places,
		    const struct places_host *host)
{
	struct ways ways = {0};
	bool is_more = true;

	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++)
		ways.by_default[family] = choose_default(host, family);
	for (size_t away = 0; is_more; away++)
		is_more = add_at(arena, places, host, away, &ways);
	return ways;
}
