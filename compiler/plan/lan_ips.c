/* SPDX-License-Identifier: MIT */

/*
 * Servers on a LAN that somebody routes. Packets for such a server's address there come in by the
 * router, from far away; the server answers through its own tunnel, where the receiver takes that
 * address only if it is among the server's allowed IPs. It nests inside the router's network. An
 * address that two hosts have stays out: a prefix has one owner.
 */

#include <stdlib.h>

#include "compiler/plan/parts.h"

static int compare_by_prefix(const void *a, const void *b)
{
	const struct plan_lan_ip *left = a;
	const struct plan_lan_ip *right = b;

	return net_prefix_compare(&left->prefix, &right->prefix);
}

static int compare_by_host(const void *a, const void *b)
{
	const struct plan_lan_ip *left = a;
	const struct plan_lan_ip *right = b;

	return (left->host > right->host) - (left->host < right->host);
}

static int compare_by_host_and_prefix(const void *a, const void *b)
{
	int order = compare_by_host(a, b);

	return order != 0 ? order : compare_by_prefix(a, b);
}

/* Whether a host at the same site routes the address, and nobody routes just the address. */
static bool is_routed_lan(const struct network *network, const struct network_host *host,
			  const struct network_site *site, const struct net_prefix *address)
{
	bool is_routed = false;

	vec_foreach(owner, &network->with_routes) {
		bool is_there = false;

		vec_foreach(attachment, &(*owner)->attachments)
			is_there = is_there || attachment->site == site;
		vec_foreach(route, &(*owner)->routes) {
			if (net_prefix_compare(&route->value, address) == 0)
				return false;
			is_routed = is_routed || (is_there && *owner != host &&
						  net_prefix_covers(&route->value, address));
		}
	}
	return is_routed;
}

static void collect_lan_ips(struct plan_peers *peers, const struct network_host *host)
{
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; attachment->site->index != 0 && i < attachment->n_places; i++) {
			struct net_prefix prefix =
				net_prefix_of_host(&attachment->places[i].address);

			if (attachment->places[i].kind == PLACE_ADDRESS &&
			    is_routed_lan(peers->network, host, attachment->site, &prefix)) {
				*vec_push(peers->arena, &peers->lan_ips) =
					(struct plan_lan_ip){host->index, prefix};
			}
		}
	}
}

void plan_lan_ips_find(struct plan_peers *peers)
{
	const struct network *network = peers->network;
	struct plan_lan_ip *ips;
	size_t n_kept = 0;
	size_t n;

	for (size_t i = 0; network->with_routes.n_items > 0 && i < network->n_hosts; i++) {
		if (network->hosts[i].kind != HOST_DEVICE)
			collect_lan_ips(peers, &network->hosts[i]);
	}
	n = peers->lan_ips.n_items;
	if (n == 0)
		return;
	ips = peers->lan_ips.items;
	qsort(ips, n, sizeof(*ips), compare_by_prefix);
	for (size_t i = 0; i < n;) {
		size_t end = i + 1;

		while (end < n && compare_by_prefix(&ips[i], &ips[end]) == 0)
			end++;
		if (end == i + 1)
			ips[n_kept++] = ips[i];
		i = end;
	}
	peers->lan_ips.n_items = n_kept;
	qsort(ips, n_kept, sizeof(*ips), compare_by_host_and_prefix);
}

void plan_lan_ips_push(struct plan_peers *peers, const struct network_host *host)
{
	struct plan_lan_ip key = {.host = host->index};
	const struct plan_lan_ip *first = NULL;

	if (peers->lan_ips.n_items > 0) {
		first = bsearch(&key, peers->lan_ips.items, peers->lan_ips.n_items, sizeof(key),
				compare_by_host);
	}
	while (first != NULL && first > peers->lan_ips.items && first[-1].host == host->index)
		first--;
	for (; first != NULL && first < peers->lan_ips.items + peers->lan_ips.n_items &&
	       first->host == host->index;
	     first++)
		*vec_push(peers->arena, &peers->scratch) = first->prefix;
}
