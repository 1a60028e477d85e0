/* SPDX-License-Identifier: MIT */

/*
 * Peers, each made once for all the hosts that see it alike. Its allowed IPs are
 *
 *  - for a server or gateway that looks: the peer's own overlay addresses, those of the devices
 *    behind it, and the networks behind it; its address on a LAN that somebody routes, too
 *    (lan_ips.c). Overlay addresses are joined where they make up a prefix exactly; networks stay
 *    as written, because longer ones of other hosts may lie inside them.
 *  - for a device that looks at its gateway: the whole overlay and every network behind any host,
 *    for all of it goes through the gateway.
 *
 * A server or gateway that is itself at such a network accepts its packets from the peer all the
 * same, though it does not route them there (routes.c): replies may come back that way. A device
 * leaves it out, because wg-quick makes its allowed IPs routes.
 */

#include "compiler/plan/parts.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/arena.h"

void plan_peers_init(struct plan_peers *peers, struct arena *arena, const struct network *network)
{
	*peers = (struct plan_peers){
		.arena = arena,
		.network = network,
		.own_ips = ARENA_ARRAY(arena, const struct net_prefix *, network->n_hosts),
		.n_own_ips = ARENA_ARRAY(arena, size_t, network->n_hosts),
	};
	peers->variants = arena_alloc(arena, network->n_hosts * sizeof(*peers->variants));
	plan_lan_ips_find(peers);
}

static void push(struct plan_peers *peers, struct net_prefix prefix)
{
	*vec_push(peers->arena, &peers->scratch) = prefix;
}

static void push_addresses(struct plan_peers *peers, const struct network_host *host)
{
	for (size_t i = 0; i < host->n_addresses; i++)
		push(peers, net_prefix_of_host(&host->addresses[i]));
}

const struct net_prefix *plan_peers_own_ips(struct plan_peers *peers,
					    const struct network_host *host, size_t *ret_n)
{
	size_t index = host->index;

	if (peers->own_ips[index] == NULL) {
		peers->scratch.n_items = 0;
		push_addresses(peers, host);
		vec_foreach(device, &host->devices)
			push_addresses(peers, *device);
		peers->n_own_ips[index] =
			net_prefix_aggregate(peers->scratch.items, peers->scratch.n_items);
		peers->own_ips[index] =
			arena_copy(peers->arena, peers->scratch.items,
				   peers->n_own_ips[index] * sizeof(*peers->scratch.items));
	}
	*ret_n = peers->n_own_ips[index];
	return peers->own_ips[index];
}

static void push_routes(struct plan_peers *peers, const struct network_host *owner,
			const struct network_host *viewer)
{
	vec_foreach(route, &owner->routes) {
		if (viewer->kind == HOST_DEVICE) {
			plan_remainder(peers->arena, viewer, &route->value, &peers->scratch);
		} else {
			push(peers, route->value);
		}
	}
}

/* Into the scratch list; the caller keeps a copy if it keeps the peer. */
static void collect_everything(struct plan_peers *peers, const struct network_host *viewer)
{
	for (size_t i = 0; i < peers->network->n_pools; i++)
		push(peers, peers->network->pools[i].value);
	vec_foreach(owner, &peers->network->with_routes)
		push_routes(peers, *owner, viewer);
	peers->scratch.n_items = net_prefix_aggregate(peers->scratch.items, peers->scratch.n_items);
}

static void set_allowed_ips(struct plan_peers *peers, const struct network_host *host,
			    const struct network_host *viewer, struct plan_peer *peer)
{
	peer->allowed_ips = plan_peers_own_ips(peers, host, &peer->n_allowed_ips);
	peers->scratch.n_items = 0;
	if (viewer->kind == HOST_DEVICE) {
		collect_everything(peers, viewer);
	} else {
		for (size_t i = 0; i < peer->n_allowed_ips; i++)
			push(peers, peer->allowed_ips[i]);
		plan_lan_ips_push(peers, host);
		push_routes(peers, host, viewer);
		if (peers->scratch.n_items == peer->n_allowed_ips)
			return; /* nothing but its own, which are kept already */
	}
	peer->allowed_ips = peers->scratch.items;
	peer->n_allowed_ips = peers->scratch.n_items;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
	return XXH3_64bits_withSeed(text, strlen(text) + 1, hash);
}

static uint64_t hash_peer(const struct plan_peer *peer)
{
	uint64_t hash = hash_text(0, peer->name);
	char endpoint[NET_ENDPOINT_TEXT] = "";
	char text[PLAN_TEXT];

	if (peer->endpoint.port != 0)
		net_endpoint_format(&peer->endpoint, endpoint);
	hash = XXH3_64bits_withSeed(&peer->public_key, sizeof(peer->public_key), hash);
	hash = hash_text(hash, endpoint);
	hash = XXH3_64bits_withSeed(&peer->persistent_keepalive_s,
				    sizeof(peer->persistent_keepalive_s), hash);
	hash = hash_text(hash, plan_path_text(peer, text));
	hash = hash_text(hash, plan_reason_text(peer, text));
	for (size_t i = 0; i < peer->n_allowed_ips; i++) {
		char prefix[NET_PREFIX_TEXT];

		hash = hash_text(hash, net_prefix_format(&peer->allowed_ips[i], prefix));
	}
	return hash;
}

static bool has_same_ips(const struct plan_peer *a, const struct plan_peer *b)
{
	if (a->n_allowed_ips != b->n_allowed_ips)
		return false;
	for (size_t i = 0; a->allowed_ips != b->allowed_ips && i < a->n_allowed_ips; i++) {
		if (net_prefix_compare(&a->allowed_ips[i], &b->allowed_ips[i]) != 0)
			return false;
	}
	return true;
}

/* Whether two peers that are the same host are seen alike, too. Names are one text, one pointer. */
static bool is_same(const struct plan_peer *a, const struct plan_peer *b)
{
	return a->persistent_keepalive_s == b->persistent_keepalive_s && a->reason == b->reason &&
	       a->behind == b->behind && a->lan == b->lan && a->endpoint.port == b->endpoint.port &&
	       a->endpoint.name == b->endpoint.name &&
	       net_address_compare(&a->endpoint.address, &b->endpoint.address) == 0 &&
	       has_same_ips(a, b);
}

/* Keeps the peer, unless an equal one was made before. */
static const struct plan_peer *intern(struct plan_peers *peers, size_t host,
				      struct plan_peer *candidate)
{
	struct plan_peer *peer;

	vec_foreach(variant, &peers->variants[host]) {
		if (is_same(*variant, candidate))
			return *variant;
	}
	peer = arena_copy(peers->arena, candidate, sizeof(*candidate));
	if (peer->allowed_ips == peers->scratch.items) {
		peer->allowed_ips = arena_copy(peers->arena, peer->allowed_ips,
					       peer->n_allowed_ips * sizeof(*peer->allowed_ips));
	}
	peer->id = peers->n_peers++;
	peer->hash = hash_peer(peer);
	*vec_push(peers->arena, &peers->variants[host]) = peer;
	return peer;
}

const struct plan_peer *plan_peers_get(struct plan_peers *peers, const struct network_host *host,
				       const struct plan_view *view)
{
	struct plan_peer peer = {
		.name = host->name,
		.public_key = host->public_key,
		.lan = view->verdict.kind == REACH_LAN ? view->verdict.site->name : NULL,
	};

	if (view->verdict.second_is_open) {
		const struct given_place *place = reach_place(host, &view->verdict);

		peer.endpoint = (struct net_endpoint){
			.name = place->name,
			.address = place->address,
			.port = host->listen_port,
		};
	}
	plan_keepalive(peers->network, view, &peer);
	set_allowed_ips(peers, host, view->viewer, &peer);
	return intern(peers, host->index, &peer);
}
