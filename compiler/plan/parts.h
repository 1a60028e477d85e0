/* SPDX-License-Identifier: MIT */
#pragma once

/* The parts of planning, each a file: peers, keepalives, routes, MTU. */

#include "base/vec.h"
#include "compiler/plan/planner.h"
#include "compiler/resolve/network.h"

/* Prefixes in an arena. */
struct plan_prefixes {
	struct net_prefix *items;
	size_t n_items;
	size_t capacity;
};

/* A peer as a single host sees it. Its memory serves one host after the other. */
struct plan_own {
	struct plan_peer peer;
	struct plan_prefixes prefixes;
	char relays[PLAN_TEXT];
};

/* How a host sees a peer: all that the peer's section depends on, but for the peer itself. */
struct plan_view {
	const struct network_host *viewer; /* any host of the class */
	struct reach_verdict verdict;      /* viewer first, peer second */
	const struct network_link *link;   /* what the author says of this very pair, or NULL */
	const struct network_host *const *relayed; /* for whom the peer relays, by name */
	size_t n_relayed;
	struct plan_own *own; /* where to put a peer that nobody else sees so, or NULL */
};

/* A host's address on a LAN that somebody routes. */
struct plan_lan_ip {
	size_t host;
	struct net_prefix prefix;
};

/* Peers that were made: for each host the ways in which others see it. */
struct plan_peers {
	struct arena *arena;
	const struct reach *reach;
	const struct network *network;
	enum plan_preshared preshared;               /* the same for all */
	vec_of(const struct plan_peer *) * variants; /* by host index */
	const struct net_prefix *
		*own_ips; /* by host index: its overlay addresses, its devices' too */
	size_t *n_own_ips;
	vec_of(struct plan_lan_ip) lan_ips; /* by host index */
	size_t n_peers;
	struct plan_prefixes scratch;
};

void plan_peers_init(struct plan_peers *peers, struct arena *arena, const struct reach *reach);

/* The peer `host` as seen by `view`. The same view gives the same peer. */
const struct plan_peer *plan_peers_get(struct plan_peers *peers, const struct network_host *host,
				       const struct plan_view *view);

/* The exact overlay addresses that are reached through `host`, as few prefixes. */
const struct net_prefix *plan_peers_own_ips(struct plan_peers *peers,
					    const struct network_host *host, size_t *ret_n);

/* What `links` says of the two, or NULL. */
const struct network_link *plan_link_between(const struct network_host *a,
					     const struct network_host *b);

/* Sets the peer's keepalive, as the viewer sends it, and the reason. */
void plan_keepalive(const struct network *network, const struct plan_view *view,
		    struct plan_peer *peer);

/*
 * Appends what the host routes into the tunnel of a network behind another one: all of it but the
 * prefixes of the host's own sites, which it reaches without a tunnel.
 */
void plan_remainder(struct arena *arena, const struct network_host *host,
		    const struct net_prefix *route, struct plan_prefixes *prefixes);

/* The routes of a host that sets them by batch, into `plan`, whose peers are there already. */
void plan_routes(struct arena *arena, struct plan_peers *peers, const struct network_host *host,
		 struct plan *plan);

/* MTU of all interfaces, and why. */
uint16_t plan_mtu(const struct reach *reach, const char **ret_reason);

/* Finds the LAN addresses of all hosts that have to be allowed IPs; appends those of one host. */
void plan_lan_ips_find(struct plan_peers *peers);
void plan_lan_ips_push(struct plan_peers *peers, const struct network_host *host);

/* The checks behind planner_check(). */
void plan_check_mtu(const struct network *network, uint16_t mtu, struct diag_bag *diags);
void plan_check_keepalive(const struct reach *reach, struct diag_bag *diags);
void plan_check_routes(const struct reach *reach, struct diag_bag *diags);
