/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The mesh as one host sees it: a peer for every server and gateway that it has a tunnel to, and
 * for each of the others the gateway that relays. Hosts of one class and share see the same, so
 * that it is put together once for all of them; what differs is changed for the single host.
 */

#include "compiler/plan/parts.h"
#include "compiler/reach/relay.h"

struct mesh;

struct mesh *mesh_create(struct arena *arena, const struct reach *reach, struct plan_peers *peers);

/* Sets the peers of a server or gateway, and their hash, in `plan`. */
void mesh_look(struct mesh *mesh, const struct network_host *host, struct plan *plan);

/* Whether pairs may be relayed by the gateway. */
bool mesh_is_relay(const struct mesh *mesh, const struct network_host *gateway);

/* The gateway between two servers or gateways, or NULL where they have a tunnel of their own. */
const struct network_host *mesh_relay(const struct mesh *mesh, const struct network_host *a,
				      const struct network_host *b);
