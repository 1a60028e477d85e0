/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Path: the nodes that packets pass from one host to another. Servers and gateways have a tunnel to
 * each other, or a gateway that relays; devices go through their gateways.
 */

#include <stdbool.h>
#include <stddef.h>

struct network_host;
struct network_link;
struct planner;
struct reach;

enum {
	PATH_MAX_NODES = 5, /* a device, its gateway, a relay, the other gateway, its device */
};

struct path {
	const struct network_host *nodes[PATH_MAX_NODES];
	size_t n_nodes;
	const struct network_host *relay; /* between the two of the mesh, or NULL */
};

/* The host itself, or the gateway of a device: where it takes part in the mesh. */
const struct network_host *path_mesh_end(const struct network_host *host);

/* The path, as the plans have it, between two hosts of which neither is the other. */
struct path path_between(const struct planner *planner, const struct network_host *from,
			 const struct network_host *to);

/* The first of the path's tunnels that cannot be opened, by number; `n_nodes` where all can. */
size_t path_find_cut(const struct reach *reach, const struct path *path);

/* Whether the host is on the path, and at neither of its ends. */
bool path_leads_through(const struct path *path, const struct network_host *host);

/* The link that says who relays on the path, or NULL: nobody said, or nobody relays. */
const struct network_link *path_find_via(const struct path *path);
