/* SPDX-License-Identifier: MIT */

/* Paths, put together from a device's gateway and the mesh's relays. */

#include "compiler/plan/path.h"

#include "compiler/plan/planner.h"
#include "compiler/resolve/network.h"

const struct network_host *path_mesh_end(const struct network_host *host)
{
	return host->gateway != NULL ? host->gateway : host;
}

static void push(struct path *path, const struct network_host *host)
{
	if (host != NULL && (path->n_nodes == 0 || path->nodes[path->n_nodes - 1] != host))
		path->nodes[path->n_nodes++] = host;
}

struct path path_between(const struct planner *planner, const struct network_host *from,
			 const struct network_host *to)
{
	const struct network_host *one = path_mesh_end(from);
	const struct network_host *other = path_mesh_end(to);
	struct path path = {0};

	if (one != other)
		path.relay = planner_relay(planner, one, other);
	push(&path, from);
	push(&path, one);
	push(&path, path.relay);
	push(&path, other);
	push(&path, to);
	return path;
}

size_t path_find_cut(const struct reach *reach, const struct path *path)
{
	for (size_t i = 0; i + 1 < path->n_nodes; i++) {
		size_t one = reach->class_of[path->nodes[i]->index];
		size_t other = reach->class_of[path->nodes[i + 1]->index];

		if (reach_decide(reach, one, other).kind == REACH_APART)
			return i;
	}
	return path->n_nodes;
}

bool path_leads_through(const struct path *path, const struct network_host *host)
{
	for (size_t i = 1; i + 1 < path->n_nodes; i++) {
		if (path->nodes[i] == host)
			return true;
	}
	return false;
}

const struct network_link *path_find_via(const struct path *path)
{
	const struct network_host *one = path_mesh_end(path->nodes[0]);
	const struct network_host *other = path_mesh_end(path->nodes[path->n_nodes - 1]);

	vec_foreach(link, &one->links) {
		if (network_link_peer(*link, one) == other && (*link)->via != NULL)
			return *link;
	}
	return NULL;
}
