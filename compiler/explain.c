/* SPDX-License-Identifier: MIT */

/*
 * A path is a list of nodes: servers and gateways have a tunnel to each other, devices go through
 * their gateways. Each step of it is one tunnel, told from both ends by their plans: what is shown
 * is what the artifacts hold.
 */

#include "compiler/explain.h"

#include <jansson.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/suggest.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/model/schema.h"
#include "compiler/plan/planner.h"
#include "compiler/reach/reach.h"
#include "compiler/resolve/network.h"

enum {
	MAX_NODES = 4, /* device, its gateway, the other's gateway, the other device */
};

struct path {
	const struct network_host *nodes[MAX_NODES];
	size_t n_nodes;
};

/* One end of a tunnel: how it sees the other. */
struct side {
	const struct network_host *host;
	const struct network_host *peer;
	const struct plan_peer *sees;
	const char *endpoint; /* of the peer, or NULL */
	const char *reason;
};

struct explanation {
	struct compilation *compilation;
	struct path path;
	struct side sides[MAX_NODES - 1][2];
	const char *verdicts[MAX_NODES - 1];
	const char *ways[MAX_NODES - 1];
	unsigned int mtu;
	const char *mtu_reason;
};

static const struct network_host *find_node(struct compilation *c, const char *name)
{
	const struct network *network = c->network;
	const struct network_host *host = network_find_host(network, name);
	struct suggestion suggestion = suggestion_for(name);
	size_t length = strlen(name);
	struct diag *diag;

	if (host != NULL)
		return host;
	diag = diag_add(&c->diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
			"there is no node '%s'", name);
	for (size_t i = 0; i < network->n_hosts; i++) {
		const char *other = network->hosts[i].name;

		if (strncmp(other, name, length) == 0 && other[length] == '/') {
			diag_help(&c->diags, diag, "'%s' is a user: name a device, such as '%s'",
				  name, other);
			return NULL;
		}
		suggestion_offer(&suggestion, other);
	}
	if (suggestion.best != NULL) {
		diag_help(&c->diags, diag, "did you mean '%s'?", suggestion.best);
	} else {
		diag_help(&c->diags, diag, "name a gateway, a server or a device of the topology");
	}
	return NULL;
}

static void push_node(struct path *path, const struct network_host *host)
{
	if (host != NULL && (path->n_nodes == 0 || path->nodes[path->n_nodes - 1] != host))
		path->nodes[path->n_nodes++] = host;
}

/* How `host` sees `peer`, which its plan has. */
static const struct plan_peer *peer_in_plan(struct compilation *c, const struct network_host *host,
					    const struct network_host *peer)
{
	const struct plan *plan = planner_plan(c->planner, host->index);

	vec_foreach(candidate, &plan->peers) {
		if ((*candidate)->name == peer->name)
			return *candidate;
	}
	unreachable(); /* they are neighbours on a path */
}

static struct side look(struct compilation *c, const struct network_host *host,
			const struct network_host *peer)
{
	struct side side = {.host = host, .peer = peer, .sees = peer_in_plan(c, host, peer)};
	char endpoint[NET_ENDPOINT_TEXT];
	char reason[PLAN_TEXT];

	side.reason = arena_printf(c->arena, "%s", plan_reason_text(side.sees, reason));
	if (side.sees->endpoint.port != 0) {
		side.endpoint = arena_printf(c->arena, "%s",
					     net_endpoint_format(&side.sees->endpoint, endpoint));
	}
	return side;
}

static void explain_tunnel(struct explanation *e, size_t step)
{
	struct compilation *c = e->compilation;
	const struct network_host *a = e->path.nodes[step];
	const struct network_host *b = e->path.nodes[step + 1];
	struct reach_verdict verdict =
		reach_decide(c->reach, c->reach->class_of[a->index], c->reach->class_of[b->index]);
	char way[PLAN_TEXT];

	e->sides[step][0] = look(c, a, b);
	e->sides[step][1] = look(c, b, a);
	e->verdicts[step] = reach_verdict_text(verdict.kind);
	e->ways[step] = arena_printf(c->arena, "%s", plan_path_text(e->sides[step][0].sees, way));
}

static void write_side(const struct side *side, struct text *out)
{
	text_printf(out, "  %s sends to %s; ", side->host->name,
		    side->endpoint != NULL ? side->endpoint
					   : "where the other's packets come from (no endpoint)");
	if (side->sees->persistent_keepalive_s == 0) {
		text_puts(out, "no keepalive");
	} else {
		text_printf(out, "keepalive every %u s", side->sees->persistent_keepalive_s);
	}
	text_printf(out, ": %s\n", side->reason);
}

/* "campus, behind symmetric NAT": where a place is, seen from the internet. */
static void write_site(const struct network_site *site, struct text *out)
{
	text_puts(out, site->name);
	if (site->index != 0)
		text_printf(out, " (nat: %s)", schema_nat_text((int)site->nat));
}

static void write_place(const struct network_host *host, const struct network_site *site,
			const struct given_place *place, struct text *out)
{
	struct position position = source_position(place->span.source, place->span.begin);
	char buffer[NET_ADDRESS_TEXT];

	text_printf(out, "  %s:%u:%u: %s '%s' is at ", place->span.source->path, position.line,
		    position.column, network_kind_text(host->kind), host->name);
	write_site(site, out);
	if (place->kind == PLACE_ADDRESS) {
		text_printf(out, ", %s\n", net_address_format(&place->address, buffer));
	} else if (place->kind == PLACE_NAME) {
		text_printf(out, ", %s\n", place->name);
	} else {
		text_puts(out, ", without a fixed address\n");
	}
}

/* Every place of each node, with the line of the topology that says so. */
static void write_evidence(const struct path *path, struct text *out)
{
	text_puts(out, "\nevidence\n");
	for (size_t i = 0; i < path->n_nodes; i++) {
		const struct network_host *host = path->nodes[i];
		struct span span = host->node->name.span;
		struct position position = source_position(span.source, span.begin);

		if (host->attachments.n_items == 0) {
			text_printf(out, "  %s:%u:%u: %s '%s' roams on the internet\n",
				    span.source->path, position.line, position.column,
				    network_kind_text(host->kind), host->name);
		}
		vec_foreach(attachment, &host->attachments) {
			for (size_t k = 0; k < attachment->n_places; k++)
				write_place(host, attachment->site, &attachment->places[k], out);
		}
	}
}

static void write_text(const struct explanation *e, struct text *out)
{
	const struct path *path = &e->path;

	text_printf(out, "%s reaches %s", path->nodes[0]->name,
		    path->nodes[path->n_nodes - 1]->name);
	text_puts(out, path->n_nodes == 2 ? " by a tunnel of their own\n\npath\n  "
					  : " through a gateway\n\npath\n  ");
	for (size_t i = 0; i < path->n_nodes; i++)
		text_printf(out, "%s%s", i == 0 ? "" : " -> ", path->nodes[i]->name);
	text_puts(out, "\n");
	for (size_t i = 0; i + 1 < path->n_nodes; i++) {
		text_printf(out, "\n%s - %s: %s\n", path->nodes[i]->name, path->nodes[i + 1]->name,
			    e->ways[i]);
		write_side(&e->sides[i][0], out);
		write_side(&e->sides[i][1], out);
	}
	text_printf(out, "\nmtu\n  %u bytes: %s\n", e->mtu, e->mtu_reason);
	write_evidence(path, out);
}

static json_t *side_to_json(const struct side *side)
{
	return json_pack("{s:s, s:s, s:s?, s:i, s:s}", "node", side->host->name, "peer",
			 side->peer->name, "endpoint", side->endpoint, "persistent_keepalive",
			 (int)side->sees->persistent_keepalive_s, "reason", side->reason);
}

static void write_json(const struct explanation *e, struct text *out)
{
	json_t *path = json_array();
	json_t *tunnels = json_array();
	json_t *root;
	char *dump;

	for (size_t i = 0; i < e->path.n_nodes; i++)
		(void)json_array_append_new(path, json_string(e->path.nodes[i]->name));
	for (size_t i = 0; i + 1 < e->path.n_nodes; i++) {
		(void)json_array_append_new(
			tunnels, json_pack("{s:s, s:s, s:[o, o]}", "verdict", e->verdicts[i], "way",
					   e->ways[i], "ends", side_to_json(&e->sides[i][0]),
					   side_to_json(&e->sides[i][1])));
	}
	root = json_pack("{s:s, s:s, s:o, s:o, s:i, s:s}", "from", e->path.nodes[0]->name, "to",
			 e->path.nodes[e->path.n_nodes - 1]->name, "path", path, "tunnels", tunnels,
			 "mtu", (int)e->mtu, "mtu_reason", e->mtu_reason);
	dump = json_dumps(root, JSON_INDENT(2));
	text_puts(out, dump);
	text_puts(out, "\n");
	free(dump);
	json_decref(root);
}

/* The narrowest part of the path: the interfaces, or a pair that `links` speaks of. */
static void set_mtu(struct explanation *e)
{
	e->mtu = planner_mtu(e->compilation->planner, &e->mtu_reason);
	for (size_t i = 0; i + 1 < e->path.n_nodes; i++) {
		const struct network_host *host = e->path.nodes[i];

		vec_foreach(link, &host->links) {
			if (network_link_peer(*link, host) != e->path.nodes[i + 1] ||
			    !span_is_given((*link)->mtu.span) || (*link)->mtu.value >= e->mtu)
				continue;
			e->mtu = (unsigned int)(*link)->mtu.value;
			e->mtu_reason =
				arena_printf(e->compilation->arena, "set in 'links' for %s and %s",
					     host->name, e->path.nodes[i + 1]->name);
		}
	}
}

int explain_pair(struct compilation *c, const char *a, const char *b, bool as_json,
		 struct text *out)
{
	struct explanation e = {.compilation = c};
	const struct network_host *from = find_node(c, a);
	const struct network_host *to = find_node(c, b);

	if (from == NULL || to == NULL)
		return 0;
	if (from == to) {
		diag_add(&c->diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
			 "'%s' needs no tunnel to itself: name two nodes", from->name);
		return 0;
	}
	push_node(&e.path, from);
	push_node(&e.path, from->gateway);
	push_node(&e.path, to->gateway);
	push_node(&e.path, to);
	for (size_t i = 0; i + 1 < e.path.n_nodes; i++)
		explain_tunnel(&e, i);
	set_mtu(&e);
	if (as_json) {
		write_json(&e, out);
	} else {
		write_text(&e, out);
	}
	return 0;
}
