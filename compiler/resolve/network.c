/* SPDX-License-Identifier: MIT */

/* Questions to the resolved network. */

#include "compiler/resolve/network.h"

#include <string.h>

#include "base/arena.h"

const struct network_host *network_find_host(const struct network *network, const char *name)
{
	size_t low = 0;
	size_t high = network->n_hosts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, network->hosts[middle].name);

		if (order == 0)
			return &network->hosts[middle];
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

/* Behind the internet, which comes first, they are sorted by name. */
const struct network_site *network_find_site(const struct network *network, const char *name)
{
	size_t low = 1;
	size_t high = network->sites.n_items;

	if (high > 0 && strcmp(name, network->sites.items[0].name) == 0)
		return &network->sites.items[0];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, network->sites.items[middle].name);

		if (order == 0)
			return &network->sites.items[middle];
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

const struct network_host *network_link_peer(const struct network_link *link,
					     const struct network_host *host)
{
	return link->ends[link->ends[0] == host ? 1 : 0];
}

/* What is not written as an address can be of either family that the site has prefixes of. */
bool network_place_speaks(const struct network_site *site, const struct given_place *place,
			  enum net_family family)
{
	if (place->kind == PLACE_ADDRESS)
		return place->address.family == family;
	for (size_t i = 0; i < site->n_prefixes; i++) {
		if (site->prefixes[i].address.family == family)
			return true;
	}
	return site->n_prefixes == 0;
}

bool network_attachment_speaks(const struct network_attachment *attachment, enum net_family family)
{
	for (size_t i = 0; i < attachment->n_places; i++) {
		if (network_place_speaks(attachment->site, &attachment->places[i], family))
			return true;
	}
	return false;
}

bool network_host_is_same(const struct network_host *a, const struct network_host *b)
{
	return a->node == b->node;
}

bool network_host_is_near(const struct network_host *host, const struct net_address *address)
{
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; i < attachment->site->n_prefixes; i++) {
			if (net_prefix_contains(&attachment->site->prefixes[i], address))
				return true;
		}
	}
	return false;
}

const char *network_host_folder(struct arena *arena, const struct network_host *host)
{
	const struct network_host *device = host->home == NULL ? host : host->home;

	if (host->kind == HOST_DEVICE)
		return arena_printf(arena, "users/%s", device->name);
	return arena_printf(arena, "hosts/%s/etc/wireguard", host->name);
}

const char *network_kind_text(enum host_kind kind)
{
	static const char *const texts[HOST_N_KINDS] = {
		[HOST_GATEWAY] = "gateway",
		[HOST_SERVER] = "server",
		[HOST_DEVICE] = "device",
	};

	return texts[kind];
}
