/* SPDX-License-Identifier: MIT */

/* Views of the mesh, class by class, and what `links` and relays change in them. */

#include "compiler/plan/mesh.h"

#include <string.h>
#include <xxhash.h>

#include "base/arena.h"

/* What a class has to do with each class, by its number. */
struct row {
	size_t class;
	struct reach_verdict *verdicts;
	struct relays *relays; /* where the verdict is REACH_APART */
};

/* What the hosts of one class and share see, by the mesh's index. */
struct view {
	size_t class;
	unsigned int share;
	const struct plan_peer **peers;      /* NULL: relayed */
	const struct network_host **through; /* by which gateway, or NULL */
	bool has_relays;
	bool relays_itself; /* the class is apart from itself */
	uint64_t hash;
};

struct hosts {
	const struct network_host **items;
	size_t n_items;
	size_t capacity;
};

struct mesh {
	struct arena *arena;
	const struct reach *reach;
	const struct network *network;
	struct plan_peers *peers;
	const struct network_host **hosts; /* every server and gateway, by name */
	size_t n_hosts;
	struct row row;
	struct view view;
	const struct network_host **through; /* as in the view, for a single host */
	struct hosts *relayed;               /* by gateway: whose packets it passes on */
	struct plan_own *own;                /* by gateway */
	bool *is_relay;                      /* by gateway */
};

/* The number of a gateway among the gateways. */
static size_t gateway_number(const struct mesh *mesh, const struct network_host *gateway)
{
	size_t low = 0;
	size_t high = mesh->network->gateways.n_items;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (mesh->network->gateways.items[middle]->index <= gateway->index) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return low;
}

static bool is_mesh(const struct reach *reach, size_t class)
{
	return reach->classes[class].example->kind != HOST_DEVICE;
}

static void note_relays(struct mesh *mesh, const struct relays *relays)
{
	for (size_t i = 0; i < relays->n_gateways; i++)
		mesh->is_relay[gateway_number(mesh, relays->gateways[i])] = true;
}

static void find_relays(struct mesh *mesh)
{
	const struct reach *reach = mesh->reach;

	for (size_t a = 0; a < reach->n_classes; a++) {
		for (size_t b = a; b < reach->n_classes; b++) {
			struct relays relays;

			if (!is_mesh(reach, a) || !is_mesh(reach, b) ||
			    (a == b && reach->classes[a].n_hosts < 2) ||
			    reach_decide(reach, a, b).kind != REACH_APART)
				continue;
			relays = relays_between(reach, a, b);
			note_relays(mesh, &relays);
		}
	}
	vec_foreach(link, &mesh->network->with_via)
		mesh->is_relay[gateway_number(mesh, (*link)->via)] = true;
}

struct mesh *mesh_create(struct arena *arena, const struct reach *reach, struct plan_peers *peers)
{
	struct mesh *mesh = ARENA_NEW(arena, struct mesh);
	const struct network *network = reach->network;
	size_t n_gateways = network->gateways.n_items;
	size_t n;

	*mesh = (struct mesh){
		.arena = arena,
		.reach = reach,
		.network = network,
		.peers = peers,
		.hosts = ARENA_ARRAY(arena, const struct network_host *, network->n_hosts),
		.relayed = ARENA_ARRAY(arena, struct hosts, n_gateways),
		.own = ARENA_ARRAY(arena, struct plan_own, n_gateways),
		.is_relay = ARENA_ARRAY(arena, bool, n_gateways),
		.row = {.class = reach->n_classes}, /* none yet */
		.view = {.class = reach->n_classes},
	};
	for (size_t i = 0; i < network->n_hosts; i++) {
		if (network->hosts[i].kind != HOST_DEVICE)
			mesh->hosts[mesh->n_hosts++] = &network->hosts[i];
	}
	n = mesh->n_hosts;
	mesh->row.verdicts = ARENA_ARRAY(arena, struct reach_verdict, reach->n_classes);
	mesh->row.relays = ARENA_ARRAY(arena, struct relays, reach->n_classes);
	mesh->view.peers = ARENA_ARRAY(arena, const struct plan_peer *, n);
	mesh->view.through = ARENA_ARRAY(arena, const struct network_host *, n);
	mesh->through = ARENA_ARRAY(arena, const struct network_host *, n);
	find_relays(mesh);
	return mesh;
}

bool mesh_is_relay(const struct mesh *mesh, const struct network_host *gateway)
{
	return gateway->kind == HOST_GATEWAY && mesh->is_relay[gateway_number(mesh, gateway)];
}

const struct network_link *plan_link_between(const struct network_host *a,
					     const struct network_host *b)
{
	vec_foreach(link, &a->links) {
		if (network_link_peer(*link, a) == b)
			return *link;
	}
	return NULL;
}

const struct network_host *mesh_relay(const struct mesh *mesh, const struct network_host *a,
				      const struct network_host *b)
{
	const struct reach *reach = mesh->reach;
	const struct network_link *link = plan_link_between(a, b);
	size_t first = reach->class_of[a->index];
	size_t second = reach->class_of[b->index];
	struct relays relays;

	if (link != NULL && link->via != NULL)
		return link->via;
	if (reach_decide(reach, first, second).kind != REACH_APART)
		return NULL;
	relays = relays_between(reach, first, second);
	return relay_of(&relays, relay_share(mesh->network, a), relay_share(mesh->network, b));
}

static uint64_t hash_next(uint64_t hash, const struct plan_peer *peer)
{
	return XXH3_64bits_withSeed(&peer->hash, sizeof(peer->hash), hash);
}

static void make_row(struct mesh *mesh, size_t class)
{
	const struct reach *reach = mesh->reach;
	struct row *row = &mesh->row;

	if (row->class == class)
		return;
	row->class = class;
	for (size_t other = 0; other < reach->n_classes; other++) {
		if (!is_mesh(reach, other))
			continue;
		row->verdicts[other] = reach_decide(reach, class, other);
		row->relays[other] = (struct relays){0};
		if (row->verdicts[other].kind == REACH_APART)
			row->relays[other] = relays_between(reach, class, other);
	}
}

/* Sorts those that are relayed by their gateways. `self` is left out. */
static void deal_relayed(struct mesh *mesh, const struct network_host *const *through,
			 const struct network_host *self)
{
	for (size_t i = 0; i < mesh->network->gateways.n_items; i++)
		mesh->relayed[i].n_items = 0;
	for (size_t i = 0; i < mesh->n_hosts; i++) {
		if (through[i] != NULL && mesh->hosts[i] != self) {
			size_t number = gateway_number(mesh, through[i]);

			*vec_push(mesh->arena, &mesh->relayed[number]) = mesh->hosts[i];
		}
	}
}

/* The gateway as its hosts see it, with all that it relays; or as one of them alone does. */
static const struct plan_peer *see_gateway(struct mesh *mesh, const struct network_host *viewer,
					   size_t number, bool is_alone)
{
	const struct network_host *gateway = mesh->network->gateways.items[number];
	const struct hosts *relayed = &mesh->relayed[number];
	struct plan_view view = {
		.viewer = viewer,
		.verdict = mesh->row.verdicts[mesh->reach->class_of[gateway->index]],
		.link = is_alone ? plan_link_between(viewer, gateway) : NULL,
		.relayed = relayed->items,
		.n_relayed = relayed->n_items,
		.own = is_alone ? &mesh->own[number] : NULL,
	};

	return plan_peers_get(mesh->peers, gateway, &view);
}

/* Where in the mesh the host stands. */
static size_t mesh_index(const struct mesh *mesh, const struct network_host *host)
{
	size_t low = 0;
	size_t high = mesh->n_hosts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mesh->hosts[middle]->index < host->index) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* Puts the gateways' relaying peers in the place of their plain ones. */
static void set_gateways(struct mesh *mesh, const struct network_host *viewer,
			 const struct plan_peer **peers)
{
	for (size_t i = 0; i < mesh->network->gateways.n_items; i++) {
		size_t index = mesh_index(mesh, mesh->network->gateways.items[i]);

		if (mesh->relayed[i].n_items > 0)
			peers[index] = see_gateway(mesh, viewer, i, false);
	}
}

/* The same for one host alone: it may have nothing to relay through a gateway that others use. */
static void set_own_gateways(struct mesh *mesh, const struct network_host *viewer,
			     const struct plan_peer **peers)
{
	for (size_t i = 0; i < mesh->network->gateways.n_items; i++) {
		const struct network_host *gateway = mesh->network->gateways.items[i];
		size_t index = mesh_index(mesh, gateway);

		if (gateway != viewer && peers[index] != NULL)
			peers[index] = see_gateway(mesh, viewer, i, true);
	}
}

/* Puts together what hosts like this one see, unless it is there already. */
static void make_view(struct mesh *mesh, const struct network_host *host)
{
	const struct reach *reach = mesh->reach;
	struct view *view = &mesh->view;
	size_t class = reach->class_of[host->index];
	unsigned int share = relay_share(mesh->network, host);

	if (view->class == class && (view->share == share || !view->has_relays))
		return;
	make_row(mesh, class);
	view->class = class;
	view->share = share;
	view->has_relays = false;
	view->relays_itself = mesh->row.verdicts[class].kind == REACH_APART;
	view->hash = 0;
	for (size_t i = 0; i < mesh->n_hosts; i++) {
		const struct network_host *peer = mesh->hosts[i];
		size_t other = reach->class_of[peer->index];
		struct plan_view seen = {.viewer = host, .verdict = mesh->row.verdicts[other]};

		view->peers[i] = NULL;
		view->through[i] = NULL;
		if (seen.verdict.kind == REACH_APART) {
			view->has_relays = true;
			view->through[i] = relay_of(&mesh->row.relays[other], share,
						    relay_share(mesh->network, peer));
		} else {
			view->peers[i] = plan_peers_get(mesh->peers, peer, &seen);
		}
	}
	if (view->has_relays && !view->relays_itself) {
		deal_relayed(mesh, view->through, NULL);
		set_gateways(mesh, host, view->peers);
	}
	for (size_t i = 0; i < mesh->n_hosts; i++) {
		if (view->peers[i] != NULL)
			view->hash = hash_next(view->hash, view->peers[i]);
	}
}

/* A pair that the author speaks of: a keepalive of its own, or a relay. */
static void apply_link(struct mesh *mesh, const struct network_host *host,
		       const struct network_link *link, const struct plan_peer **peers)
{
	const struct network_host *peer = network_link_peer(link, host);
	size_t index;

	if (peer->kind == HOST_DEVICE)
		return; /* not of the mesh: added with the host's devices */
	index = mesh_index(mesh, peer);
	if (link->via != NULL) {
		peers[index] = NULL;
		mesh->through[index] = link->via;
	} else if (peers[index] != NULL) {
		struct plan_view view = {
			.viewer = host,
			.verdict = mesh->row.verdicts[mesh->reach->class_of[peer->index]],
			.link = link,
		};

		peers[index] = plan_peers_get(mesh->peers, peer, &view);
	}
}

/* Leaves out the host itself and those that have no peer, because somebody relays for them. */
static void compact(const struct mesh *mesh, const struct network_host *host, bool has_gaps,
		    struct plan *plan)
{
	const struct plan_peer **items = plan->peers.items;
	size_t self = mesh_index(mesh, host);
	size_t n_kept = 0;

	memmove(items + self, items + self + 1, (mesh->n_hosts - self - 1) * sizeof(*items));
	plan->peers.n_items = mesh->n_hosts - 1;
	if (!has_gaps)
		return;
	for (size_t i = 0; i < plan->peers.n_items; i++) {
		if (items[i] != NULL)
			items[n_kept++] = items[i];
	}
	plan->peers.n_items = n_kept;
}

void mesh_look(struct mesh *mesh, const struct network_host *host, struct plan *plan)
{
	const struct view *view = &mesh->view;
	bool is_alone;

	make_view(mesh, host);
	make_row(mesh, view->class);
	is_alone = host->links.n_items > 0 || view->relays_itself;
	memcpy(plan->peers.items, view->peers, mesh->n_hosts * sizeof(*view->peers));
	plan->peers_hash =
		XXH3_64bits_withSeed(&host->index, sizeof(host->index), is_alone ? 0 : view->hash);
	if (is_alone) {
		memcpy(mesh->through, view->through, mesh->n_hosts * sizeof(*view->through));
		vec_foreach(link, &host->links)
			apply_link(mesh, host, *link, plan->peers.items);
		deal_relayed(mesh, mesh->through, host);
		set_own_gateways(mesh, host, plan->peers.items);
		for (size_t i = 0; i < mesh->n_hosts; i++) {
			if (plan->peers.items[i] != NULL && mesh->hosts[i] != host) {
				plan->peers_hash =
					hash_next(plan->peers_hash, plan->peers.items[i]);
			}
		}
	}
	compact(mesh, host, view->has_relays || is_alone, plan);
}
