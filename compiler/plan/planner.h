/* SPDX-License-Identifier: MIT */
#pragma once

/* Planner: makes plans from the network and its verdicts, one host at a time. */

#include "compiler/plan/plan.h"
#include "compiler/reach/reach.h"

struct arena;
struct diag_bag;
struct keystore;
struct network;
struct network_host;
struct network_link;
struct planner;

/* Which keys are to be had, `keystore` tells; NULL: it is closed. */
struct planner *planner_create(struct arena *arena, const struct reach *reach,
			       const struct keystore *keystore);

/* What only shows when the parts come together: MTU, routes that swallow endpoints. */
void planner_check(struct planner *planner, struct diag_bag *diags);

/*
 * The order, as host indexes, in which planning all hosts is cheapest: hosts of a class together.
 * Any order gives the same plans.
 */
const size_t *planner_order(const struct planner *planner);

/* The plan of the host with that index in the network. It is valid until the next call; the peers
 * in it live as long as the arena.
 */
const struct plan *planner_plan(struct planner *planner, size_t index);

/*
 * The gateway between two servers or gateways, or NULL where they have a tunnel of their own. Both
 * use the same one.
 */
const struct network_host *planner_relay(const struct planner *planner,
					 const struct network_host *a,
					 const struct network_host *b);

/*
 * How `host` sees a peer to which it has a tunnel of its own, of which `links` says `link`, or
 * nothing (NULL). What is sent through it is left out: the allowed IPs, the preshared key, for whom
 * it relays.
 */
struct plan_peer plan_tunnel(const struct reach *reach, const struct network_host *host,
			     const struct network_host *peer, const struct network_link *link);

/* The plan of what belongs to no single host. */
const struct plan_network *planner_plan_network(struct planner *planner);

/* The longest interval between keepalives that any host has, in seconds; 0: none has any. */
unsigned int plan_longest_keepalive(const struct network *network);

/* MTU of the interfaces in bytes, and why, for people. */
uint16_t planner_mtu(const struct planner *planner, const char **ret_reason);
