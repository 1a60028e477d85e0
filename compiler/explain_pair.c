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

static bool are_apart(const struct compilation *c, const struct network_host *a,
		      const struct network_host *b)
{
	return a != b &&
	       reach_decide(c->reach, c->reach->class_of[a->index], c->reach->class_of[b->index])
			       .kind == REACH_APART;
}

/* Whether a tunnel on the way is impossible, and so the way. */
static bool is_cut(const struct compilation *c, const struct network_host *a,
		   const struct network_host *b)
{
	const struct network_host *one = a->gateway == NULL ? a : a->gateway;
	const struct network_host *other = b->gateway == NULL ? b : b->gateway;
	const struct network_host *relay =
		one == other ? NULL : planner_relay(c->planner, one, other);

	if (are_apart(c, a, one) || are_apart(c, other, b))
		return true;
	if (relay == NULL)
		return are_apart(c, one, other);
	return are_apart(c, one, relay) || are_apart(c, relay, other);
}

const char *explain_verdict(struct compilation *c, const struct network_host *a,
			    const struct network_host *b, const struct network_host **ret_via)
{
	struct reach_verdict verdict =
		reach_decide(c->reach, c->reach->class_of[a->index], c->reach->class_of[b->index]);

	*ret_via = NULL;
	if (is_cut(c, a, b))
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
