/* SPDX-License-Identifier: MIT */

/* Two hosts, the boxes between them, and what each is told of the other. */

#include "base/arena.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/explain_parts.h"
#include "compiler/model/schema.h"
#include "compiler/plan/planner.h"
#include "compiler/reach/walk.h"
#include "compiler/resolve/network.h"

/* "symmetric NAT", "firewall", "nothing in between" */
static const char *describe_box(struct arena *arena, const struct network_site *site,
				enum net_family family)
{
	const struct nat_behaviour *box = &site->box[family];

	if (box->blocks_udp)
		return "no UDP gets out";
	if (box->mapping == NAT_MAPPING_NONE && box->filtering == NAT_FILTERING_NONE)
		return "no NAT, no firewall";
	if (box->mapping == NAT_MAPPING_NONE)
		return "stateful firewall";
	if (site->nat == NAT_IN_TERMS) {
		return arena_printf(arena, "NAT, %s mapping, %s filtering%s",
				    nat_mapping_text(box->mapping),
				    nat_filtering_text(box->filtering),
				    box->port_preservation ? ", keeps ports" : "");
	}
	return arena_printf(arena, "%s NAT", schema_nat_text((int)site->nat));
}

/* The place that others send to, or see packets come from, behind the box that was just passed. */
static const char *describe_seen(struct arena *arena, const struct exposure_walk *walk)
{
	char buffer[NET_ENDPOINT_TEXT];
	const struct net_endpoint *out = &walk->out;

	if (walk->is_blocked)
		return "nothing";
	if (walk->lets_in && walk->in.port != 0) {
		return arena_printf(arena, "%s, open to all",
				    net_endpoint_format(&walk->in, buffer));
	}
	if (out->port == 0) {
		return walk->keeps_port ? arena_printf(arena, "an unknown address, port %u",
						       walk->host->listen_port)
					: "an unknown address and port";
	}
	if (walk->keeps_port)
		return arena_printf(arena, "%s", net_endpoint_format(out, buffer));
	if (out->name != NULL)
		return arena_printf(arena, "%s, at a port that nobody knows", out->name);
	return arena_printf(arena, "%s, at a port that nobody knows",
			    net_address_format(&out->address, buffer));
}

static struct explain_end look_out(struct compilation *c, const struct network_host *host,
				   const struct reach_verdict *verdict)
{
	struct explain_end end = {.host = host, .place = "anywhere"};
	const struct network_attachment *attachment =
		reach_attachment(c->reach, host, verdict->site, verdict->family);
	struct exposure_walk walk;
	char buffer[NET_ENDPOINT_TEXT];

	if (attachment == NULL && host->attachments.n_items > 0)
		end.place = "one of several sites";
	if (attachment == NULL || !exposure_walk_begin(&walk, host, attachment, verdict->family))
		return end;
	end.place = walk.in.port == 0 ? arena_printf(c->arena, "a changing address at %s, port %u",
						     attachment->site->name, host->listen_port)
				      : arena_printf(c->arena, "%s at %s",
						     net_endpoint_format(&walk.in, buffer),
						     attachment->site->name);
	while (walk.site != verdict->site) {
		struct explain_hop hop = {
			.site = walk.site,
			.box = describe_box(c->arena, walk.site, verdict->family),
		};

		exposure_walk_out(&walk);
		hop.seen = describe_seen(c->arena, &walk);
		*vec_push(c->arena, &end.hops) = hop;
	}
	return end;
}

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

	pair.ends[0] = look_out(c, a, &pair.verdict);
	pair.ends[1] = look_out(c, b, &pair.verdict);
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

	*ret_via = NULL;
	if (a->kind != HOST_DEVICE && b->kind != HOST_DEVICE)
		*ret_via = planner_relay(c->planner, a, b);
	if (a->kind == HOST_DEVICE && a->gateway != b)
		*ret_via = a->gateway;
	if (b->kind == HOST_DEVICE && b->gateway != a)
		*ret_via = *ret_via == NULL ? b->gateway : *ret_via;
	if (*ret_via != NULL)
		return "relay";
	return verdict.kind == REACH_APART ? "unreachable" : reach_verdict_text(verdict.kind);
}
