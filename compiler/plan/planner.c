/* SPDX-License-Identifier: MIT */

/*
 * Plans, host by host. What a server sees of all the others is the same for every server of its
 * class, so it is put together once per class; a host's plan is that list without the host itself,
 * changed where `links` speaks of it, and with its own devices.
 */

#include "compiler/plan/planner.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/arena.h"
#include "compiler/keys/keystore.h"
#include "compiler/plan/mesh.h"
#include "compiler/plan/parts.h"

struct planner {
	struct arena *arena;
	const struct reach *reach;
	const struct network *network;
	const struct keystore *keystore; /* or NULL */
	struct mesh *mesh;
	size_t *order;
	uint16_t mtu;
	const char *mtu_reason;
	struct plan_peers peers;
	struct plan plan;
	struct plan_network plan_network;
};

struct order_key {
	bool is_device;
	size_t class;
	unsigned int share;
	size_t index;
};

static int compare_order(const void *a, const void *b)
{
	const struct order_key *left = a;
	const struct order_key *right = b;

	if (left->is_device != right->is_device)
		return left->is_device ? 1 : -1;
	if (left->class != right->class)
		return left->class < right->class ? -1 : 1;
	if (left->share != right->share)
		return left->share < right->share ? -1 : 1;
	return (left->index > right->index) - (left->index < right->index);
}

static void sort_hosts(struct planner *planner)
{
	const struct network *network = planner->network;
	struct order_key *keys = ARENA_ARRAY(planner->arena, struct order_key, network->n_hosts);

	planner->order = ARENA_ARRAY(planner->arena, size_t, network->n_hosts);
	for (size_t i = 0; i < network->n_hosts; i++) {
		keys[i] = (struct order_key){
			.is_device = network->hosts[i].kind == HOST_DEVICE,
			.class = planner->reach->class_of[i],
			.share = relay_share(network, &network->hosts[i]),
			.index = i,
		};
	}
	if (network->n_hosts > 0)
		qsort(keys, network->n_hosts, sizeof(*keys), compare_order);
	for (size_t i = 0; i < network->n_hosts; i++)
		planner->order[i] = keys[i].index;
}

static enum plan_preshared preshared_of(const struct planner *planner)
{
	if (planner->network->topology->network.preshared_keys.value == 0)
		return PLAN_PRESHARED_NONE;
	return planner->keystore != NULL ? PLAN_PRESHARED_INLINE : PLAN_PRESHARED_FILE;
}

struct planner *planner_create(struct arena *arena, const struct reach *reach,
			       const struct keystore *keystore)
{
	struct planner *planner = ARENA_NEW(arena, struct planner);
	const struct network *network = reach->network;

	planner->arena = arena;
	planner->reach = reach;
	planner->network = network;
	planner->keystore = keystore;
	planner->plan.preshared = preshared_of(planner);
	vec_reserve(arena, &planner->plan.peers, network->n_hosts);
	planner->mtu = plan_mtu(reach, &planner->mtu_reason);
	plan_peers_init(&planner->peers, arena, reach);
	planner->peers.preshared = planner->plan.preshared;
	planner->mesh = mesh_create(arena, reach, &planner->peers);
	sort_hosts(planner);
	return planner;
}

void planner_check(struct planner *planner, struct diag_bag *diags)
{
	plan_check_mtu(planner->network, planner->mtu, diags);
	plan_check_keepalive(planner->reach, diags);
	plan_check_routes(planner->reach, diags);
}

const size_t *planner_order(const struct planner *planner)
{
	return planner->order;
}

const struct network_host *planner_relay(const struct planner *planner,
					 const struct network_host *a, const struct network_host *b)
{
	return mesh_relay(planner->mesh, a, b);
}

uint16_t planner_mtu(const struct planner *planner, const char **ret_reason)
{
	*ret_reason = planner->mtu_reason;
	return planner->mtu;
}

static uint64_t hash_next(uint64_t hash, const struct plan_peer *peer)
{
	return XXH3_64bits_withSeed(&peer->hash, sizeof(peer->hash), hash);
}

static const struct plan_peer *peer_of_pair(struct planner *planner,
					    const struct network_host *host,
					    const struct network_host *peer,
					    const struct network_link *link)
{
	const struct reach *reach = planner->reach;
	struct plan_view view = {
		.viewer = host,
		.verdict = reach_decide(reach, reach->class_of[host->index],
					reach->class_of[peer->index]),
		.link = link,
	};

	return plan_peers_get(&planner->peers, peer, &view);
}

static void add_peer(struct planner *planner, const struct network_host *host,
		     const struct network_host *peer)
{
	const struct plan_peer *added =
		peer_of_pair(planner, host, peer, plan_link_between(host, peer));

	*vec_push(planner->arena, &planner->plan.peers) = added;
	planner->plan.peers_hash = hash_next(planner->plan.peers_hash, added);
}

static uint16_t mtu_of_device(const struct planner *planner, const struct network_host *device)
{
	const struct network_link *link = plan_link_between(device, device->gateway);

	if (link != NULL && span_is_given(link->mtu.span) && link->mtu.value < planner->mtu)
		return (uint16_t)link->mtu.value;
	return planner->mtu;
}

/* Whether others count on the port of a device. */
static bool port_matters(const struct planner *planner, const struct network_host *device)
{
	const size_t *class_of = planner->reach->class_of;
	struct reach_verdict verdict = reach_decide(planner->reach, class_of[device->index],
						    class_of[device->gateway->index]);

	return device->port_is_pinned || verdict.ends[0].has_endpoint;
}

/* A device's side of the plan: a file for an app, and one peer for everything. */
static void plan_device(struct planner *planner, const struct network_host *device,
			struct plan *plan)
{
	if (!port_matters(planner, device))
		plan->listen_port = 0;
	plan->mtu = mtu_of_device(planner, device);
	plan->gateway = device->gateway->name;
	plan->gateway_addresses = device->gateway->addresses;
	plan->n_gateway_addresses = device->gateway->n_addresses;
	add_peer(planner, device, device->gateway);
}

static void set_forwarding(const struct planner *planner, const struct network_host *host,
			   struct plan *plan)
{
	const struct network *network = planner->network;

	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++)
		plan->forwards[family] = false;
	if (host->devices.n_items == 0 && host->routes.n_items == 0 &&
	    !mesh_is_relay(planner->mesh, host))
		return;
	for (size_t i = 0; i < network->n_pools; i++)
		plan->forwards[network->pools[i].value.address.family] = true;
	vec_foreach(route, &host->routes)
		plan->forwards[route->value.address.family] = true;
}

const struct plan *planner_plan(struct planner *planner, size_t index)
{
	const struct network *network = planner->network;
	const struct network_host *host = &network->hosts[index];
	struct plan *plan = &planner->plan;
	bool is_device = host->kind == HOST_DEVICE;

	plan->host = host->name;
	plan->kind = network_kind_text(host->kind);
	plan->folder = network_host_folder(planner->arena, host);
	plan->network = network->name;
	plan->interface = host->tunnel;
	plan->shares_folder = host->home != NULL;
	plan->is_portable = is_device;
	plan->public_key = host->public_key;
	plan->has_private_key =
		planner->keystore != NULL && keystore_has(planner->keystore, &host->public_key);
	plan->addresses = host->addresses;
	plan->n_addresses = host->n_addresses;
	plan->listen_port = host->listen_port;
	plan->mtu = planner->mtu;
	plan->gateway = NULL;
	plan->peers.n_items = 0;
	plan->peers_hash = 0;
	plan->routes.n_items = 0;
	set_forwarding(planner, host, plan);
	if (is_device) {
		plan_device(planner, host, plan);
		return plan;
	}
	mesh_look(planner->mesh, host, plan);
	vec_foreach(device, &host->devices)
		add_peer(planner, host, *device);
	plan_routes(planner->arena, &planner->peers, host, plan);
	return plan;
}

/*
 * The name within the network's domain: "laptop.alice" for "alice/laptop", and for what it is at a
 * further gateway, "alice/laptop@gw2", "gw2.laptop.alice".
 */
static const char *dns_name(struct arena *arena, const struct network_host *host)
{
	const char *name = host->name;
	const char *at = strchr(name, '@');
	const char *slash = strchr(name, '/');
	const char *end = at == NULL ? name + strlen(name) : at;

	if (slash != NULL) {
		name = arena_printf(arena, "%.*s.%.*s", (int)(end - slash) - 1, slash + 1,
				    (int)(slash - name), name);
	} else if (at != NULL) {
		name = arena_printf(arena, "%.*s", (int)(at - name), name);
	}
	return at == NULL ? name : arena_printf(arena, "%s.%s", at + 1, name);
}

const struct plan_network *planner_plan_network(struct planner *planner)
{
	const struct network *network = planner->network;
	struct plan_network *plan = &planner->plan_network;

	plan->name = network->name;
	plan->domain = network->domain;
	plan->names.n_items = 0;
	vec_reserve(planner->arena, &plan->names, network->n_hosts);
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		*vec_push(planner->arena, &plan->names) = (struct plan_name){
			.name = dns_name(planner->arena, host),
			.addresses = host->addresses,
			.n_addresses = host->n_addresses,
		};
	}
	return plan;
}
