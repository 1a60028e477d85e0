/* SPDX-License-Identifier: MIT */

/* Plans are read into the terms of files, so that both sides are asked the same questions. */

#include "compiler/import/compare.h"

#include <string.h>

#include "base/arena.h"
#include "compiler/plan/planner.h"
#include "compiler/resolve/network.h"

/* The host as it is compiled, in the terms of one that was read. */
static struct import_host *read_plan(const struct comparison *comparison, struct arena *arena,
				     const struct import_host *before)
{
	const struct network_host *compiled = network_find_host(comparison->network, before->name);
	struct import_host *after = ARENA_NEW(arena, struct import_host);
	const struct plan *plan;

	if (compiled == NULL)
		return NULL;
	plan = planner_plan(comparison->planner, compiled->index);
	after->name = before->name;
	after->listen_port = plan->listen_port;
	after->mtu = plan->mtu;
	after->n_addresses = plan->n_addresses;
	memcpy(after->addresses, plan->addresses, plan->n_addresses * sizeof(*plan->addresses));
	vec_reserve(arena, &after->views, plan->peers.n_items);
	vec_foreach(peer, &plan->peers) {
		struct import_view *view = vec_push(arena, &after->views);

		view->to = map_get(&comparison->hosts, (*peer)->name);
		view->endpoint = (*peer)->endpoint;
		view->keepalive_s = (*peer)->persistent_keepalive_s;
		view->has_preshared = (*peer)->preshared != PLAN_PRESHARED_NONE;
		for (size_t i = 0; i < (*peer)->n_allowed_ips; i++) {
			struct import_claim *claim = vec_push(arena, &after->claims);

			claim->prefix = (*peer)->allowed_ips[i];
			claim->view = view;
		}
	}
	import_sort_claims(arena, after);
	return after;
}

const struct import_view *comparison_find_view(const struct import_host *after,
					       const struct import_host *to)
{
	vec_foreach(view, &after->views) {
		if (view->to == to)
			return view;
	}
	return NULL;
}

void comparison_walk(struct comparison *comparison)
{
	import_foreach_host(host, comparison->import)
		map_put(comparison->import->arena, &comparison->hosts, host->name, host);
	import_foreach_host(host, comparison->import) {
		struct arena *arena = arena_create();
		struct import_host *after = NULL;

		if (host->path != NULL)
			after = read_plan(comparison, arena, host);
		if (after != NULL)
			comparison->pair(comparison->context, host, after);
		arena_destroy(arena);
	}
}
