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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/arena.h"

void plan_peers_init(struct plan_peers *peers, struct arena *arena, const struct reach *reach)
{
	const struct network *network = reach->network;

	*peers = (struct plan_peers){
		.arena = arena,
		.reach = reach,
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

static void push_addresses(struct plan_peers *peers, const struct network_host *host,
			   struct plan_prefixes *prefixes)
{
	for (size_t i = 0; i < host->n_addresses; i++)
		*vec_push(peers->arena, prefixes) = net_prefix_of_host(&host->addresses[i]);
}

const struct net_prefix *plan_peers_own_ips(struct plan_peers *peers,
					    const struct network_host *host, size_t *ret_n)
{
	size_t index = host->index;

	if (peers->own_ips[index] == NULL) {
		struct plan_prefixes own = {0};

		vec_reserve(peers->arena, &own, NET_N_FAMILIES * (1 + host->devices.n_items));
		push_addresses(peers, host, &own);
		vec_foreach(device, &host->devices)
			push_addresses(peers, *device, &own);
		peers->n_own_ips[index] = net_prefix_aggregate(own.items, own.n_items);
		peers->own_ips[index] = own.items;
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

/* What the viewer sends to a server or gateway, and takes from it. */
static void push_reached(struct plan_peers *peers, const struct network_host *host,
			 const struct network_host *viewer)
{
	plan_lan_ips_push(peers, host);
	push_routes(peers, host, viewer);
}

/* Into the scratch list: the peer's own, and what it passes on for the hosts that it relays for. */
static void collect_mesh(struct plan_peers *peers, const struct network_host *host,
			 const struct plan_view *view)
{
	for (size_t k = 0; k <= view->n_relayed; k++) {
		const struct network_host *each = k == 0 ? host : view->relayed[k - 1];
		size_t n_own;
		const struct net_prefix *own = plan_peers_own_ips(peers, each, &n_own);

		for (size_t i = 0; i < n_own; i++)
			push(peers, own[i]);
	}
	if (view->n_relayed > 0) {
		peers->scratch.n_items =
			net_prefix_aggregate(peers->scratch.items, peers->scratch.n_items);
	}
	push_reached(peers, host, view->viewer);
	for (size_t k = 0; k < view->n_relayed; k++)
		push_reached(peers, view->relayed[k], view->viewer);
}

static void set_allowed_ips(struct plan_peers *peers, const struct network_host *host,
			    const struct plan_view *view, struct plan_peer *peer)
{
	size_t n_own;
	const struct net_prefix *own = plan_peers_own_ips(peers, host, &n_own);

	peers->scratch.n_items = 0;
	if (view->viewer->kind == HOST_DEVICE) {
		collect_everything(peers, view->viewer);
	} else {
		collect_mesh(peers, host, view);
		if (view->n_relayed == 0 && peers->scratch.n_items == n_own) {
			/* nothing but its own, which are kept already */
			peer->allowed_ips = own;
			peer->n_allowed_ips = n_own;
			return;
		}
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
	hash = XXH3_64bits_withSeed(&peer->preshared, sizeof(peer->preshared), hash);
	hash = hash_text(hash, endpoint);
	hash = XXH3_64bits_withSeed(&peer->persistent_keepalive_s,
				    sizeof(peer->persistent_keepalive_s), hash);
	hash = hash_text(hash, plan_path_text(peer, text));
	hash = hash_text(hash, plan_reason_text(peer, text));
	hash = hash_text(hash, peer->relays == NULL ? "" : peer->relays);
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
	       a->behind == b->behind && a->way == b->way && a->site == b->site &&
	       a->endpoint.port == b->endpoint.port && a->endpoint.name == b->endpoint.name &&
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
	if (peer->relays != NULL)
		peer->relays = arena_printf(peers->arena, "%s", peer->relays);
	peer->id = peers->n_peers++;
	peer->hash = hash_peer(peer);
	*vec_push(peers->arena, &peers->variants[host]) = peer;
	return peer;
}

/* "home01, home02, home03 and 9 more": into `buffer`. */
static const char *describe_relayed(const struct plan_view *view, char buffer[static PLAN_TEXT])
{
	size_t length = 0;

	for (size_t i = 0; i < view->n_relayed; i++) {
		const char *name = view->relayed[i]->name;
		size_t n_left = view->n_relayed - i;
		bool is_last = n_left == 1;

		if (length + strlen(name) + sizeof(" and 10000 more") > PLAN_TEXT && !is_last) {
			(void)snprintf(buffer + length, PLAN_TEXT - length, " and %zu more",
				       n_left);
			break;
		}
		length += (size_t)snprintf(buffer + length, PLAN_TEXT - length, "%s%s",
					   i == 0    ? ""
					   : is_last ? " and "
						     : ", ",
					   name);
		if (length >= PLAN_TEXT)
			break;
	}
	return buffer;
}

static enum plan_way way_of(enum reach_verdict_kind kind)
{
	return kind == REACH_LAN ? PLAN_LAN : kind == REACH_PUNCH ? PLAN_PUNCH : PLAN_DIRECT;
}

/* Into memory that the next host's plan uses again. */
static const struct plan_peer *keep(struct plan_peers *peers, struct plan_own *own,
				    const struct plan_peer *candidate)
{
	own->prefixes.n_items = 0;
	vec_reserve(peers->arena, &own->prefixes, candidate->n_allowed_ips);
	for (size_t i = 0; i < candidate->n_allowed_ips; i++)
		*vec_push(peers->arena, &own->prefixes) = candidate->allowed_ips[i];
	own->peer = *candidate;
	own->peer.allowed_ips = own->prefixes.items;
	if (candidate->relays != NULL)
		own->peer.relays = memcpy(own->relays, candidate->relays, sizeof(own->relays));
	own->peer.id = PLAN_UNSHARED;
	own->peer.hash = hash_peer(candidate);
	return &own->peer;
}

/* All of the peer that comes from the verdict. */
static struct plan_peer look(const struct reach *reach, const struct network_host *host,
			     const struct plan_view *view)
{
	struct plan_peer peer = {
		.name = host->name,
		.public_key = host->public_key,
		.way = way_of(view->verdict.kind),
		.site = view->verdict.site->index == 0 ? NULL : view->verdict.site->name,
	};

	if (view->verdict.ends[1].has_endpoint)
		peer.endpoint = reach_exposure(reach, host, &view->verdict).endpoint;
	plan_keepalive(reach->network, view, &peer);
	return peer;
}

struct plan_peer plan_tunnel(const struct reach *reach, const struct network_host *host,
			     const struct network_host *peer, const struct network_link *link)
{
	const struct plan_view view = {
		.viewer = host,
		.verdict = reach_decide(reach, reach->class_of[host->index],
					reach->class_of[peer->index]),
		.link = link,
	};

	return look(reach, peer, &view);
}

const struct plan_peer *plan_peers_get(struct plan_peers *peers, const struct network_host *host,
				       const struct plan_view *view)
{
	struct plan_peer peer = look(peers->reach, host, view);
	char relays[PLAN_TEXT];

	peer.preshared = peers->preshared;
	set_allowed_ips(peers, host, view, &peer);
	if (view->n_relayed > 0)
		peer.relays = describe_relayed(view, relays);
	return view->own == NULL ? intern(peers, host->index, &peer)
				 : keep(peers, view->own, &peer);
}
