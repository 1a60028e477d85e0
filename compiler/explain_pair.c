/* SPDX-License-Identifier: MIT */

/* Two hosts, and what each is told of the other. */

#include "base/arena.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/explain_parts.h"
#include "compiler/plan/planner.h"
#include "compiler/resolve/network.h"

/* How `host` sees `peer`, or NULL where its plan has no such peer. */
static const struct plan_peer *peer_in_plan(struct compilation *c, const struct network_host *host,
					    const struct network_host *peer)
{
	const struct plan *plan = planner_plan(c->planner, host->index);

	vec_foreach(candidate, &plan->peers) {
		if ((*candidate)->name == peer->name)
			return arena_copy(c->arena, *candidate, sizeof(**candidate));
	}
	return NULL;
}

static void look_in(struct compilation *c, const struct network_host *peer, struct explain_end *end)
{
	char endpoint[NET_ENDPOINT_TEXT];
	char reason[PLAN_TEXT];

	end->sees = peer_in_plan(c, end->host, peer);
	if (end->sees == NULL)
		return;
	end->reason = arena_printf(c->arena, "%s", plan_reason_text(end->sees, reason));
	if (end->sees->endpoint.port != 0) {
		end->endpoint = arena_printf(c->arena, "%s",
					     net_endpoint_format(&end->sees->endpoint, endpoint));
	}
}

struct explain_pair explain_look(struct compilation *c, const struct network_host *a,
				 const struct network_host *b)
{
	struct explain_pair pair = {
		.verdict = reach_decide(c->reach, c->reach->class_of[a->index],
					c->reach->class_of[b->index]),
	};
	char way[PLAN_TEXT];

	for (size_t i = 0; i < 2; i++) {
		pair.ends[i].host = i == 0 ? a : b;
		pair.ends[i].out = outward_look(c->arena, c->reach, pair.ends[i].host,
						pair.verdict.site, pair.verdict.family);
	}
	look_in(c, b, &pair.ends[0]);
	look_in(c, a, &pair.ends[1]);
	if (pair.ends[0].sees != NULL && pair.verdict.kind != REACH_APART) {
		pair.way = arena_printf(c->arena, "%s", plan_path_text(pair.ends[0].sees, way));
	}
	return pair;
}

const char *explain_verdict(struct compilation *c, const struct network_host *a,
			    const struct network_host *b, const struct network_host **ret_via)
{
	struct reach_verdict verdict =
		reach_decide(c->reach, c->reach->class_of[a->index], c->reach->class_of[b->index]);
	struct path path = path_between(c->planner, a, b);

	*ret_via = NULL;
	if (path_find_cut(c->reach, &path) < path.n_nodes)
		return "unreachable";
	if (a->kind != HOST_DEVICE && b->kind != HOST_DEVICE)
		*ret_via = planner_relay(c->planner, a, b);
	if (a->kind == HOST_DEVICE && a->gateway != b)
		*ret_via = a->gateway;
	if (b->kind == HOST_DEVICE && b->gateway != a)
		*ret_via = *ret_via == NULL ? b->gateway : *ret_via;
	if (*ret_via != NULL)
		return "relay";
	return reach_verdict_text(verdict.kind);
}
