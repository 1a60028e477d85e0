/* SPDX-License-Identifier: MIT */

/*
 * A path is a list of nodes: servers and gateways have a tunnel to each other, or a gateway that
 * relays; devices go through their gateways. Each step of it is one tunnel, told from both ends by
 * their plans: what is shown is what the artifacts hold.
 */

#include "compiler/explain.h"

#include <string.h>

#include "base/arena.h"
#include "base/suggest.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/explain_parts.h"
#include "compiler/plan/planner.h"
#include "compiler/reach/relay.h"
#include "compiler/resolve/network.h"

static const struct network_host *find_node(struct compilation *c, const char *name)
{
	const struct network *network = c->network;
	const struct network_host *host = network_find_host(network, name);
	const struct network_expiry *expired = network_find_expired(network, name);
	struct suggestion suggestion = suggestion_for(name);
	size_t length = strlen(name);
	struct diag *diag;

	if (host != NULL)
		return host;
	if (expired != NULL) {
		network_report_expired(expired, name, &c->diags);
		return NULL;
	}
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

static void push_node(struct explanation *e, const struct network_host *host)
{
	if (host != NULL && (e->n_nodes == 0 || e->nodes[e->n_nodes - 1] != host))
		e->nodes[e->n_nodes++] = host;
}

static const struct network_host *mesh_end(const struct network_host *host)
{
	return host->gateway != NULL ? host->gateway : host;
}

static void add_remedies(struct explanation *e, const struct network_host *one,
			 const struct network_host *other)
{
	e->apart = explain_look(e->compilation, one, other);
	e->has_apart = true;
	e->is_chosen = e->apart.verdict.kind != REACH_APART;
	if (!e->is_chosen)
		e->remedies = remedies_find(e->compilation->reach, one, 1, other, 1);
}

/* The two of the mesh that the path leads through, and the gateway between them where there is one.
 */
static void find_path(struct explanation *e, const struct network_host *from,
		      const struct network_host *to)
{
	const struct network_host *one = mesh_end(from);
	const struct network_host *other = mesh_end(to);
	const struct network_host *relay = NULL;

	if (one != other)
		relay = planner_relay(e->compilation->planner, one, other);
	push_node(e, from);
	push_node(e, one);
	push_node(e, relay);
	push_node(e, other);
	push_node(e, to);
	if (relay != NULL)
		add_remedies(e, one, other);
}

/* Every step of the path; one that cannot be made ends it. */
static void find_tunnels(struct explanation *e)
{
	for (size_t i = 0; i + 1 < e->n_nodes; i++) {
		e->tunnels[i] = explain_look(e->compilation, e->nodes[i], e->nodes[i + 1]);
		if (e->tunnels[i].verdict.kind != REACH_APART || e->is_cut)
			continue;
		e->is_cut = true;
		add_remedies(e, e->nodes[i], e->nodes[i + 1]);
	}
}

/* The narrowest part of the path: the interfaces, or a pair that `links` speaks of. */
static void set_mtu(struct explanation *e)
{
	e->mtu = planner_mtu(e->compilation->planner, &e->mtu_reason);
	for (size_t i = 0; i + 1 < e->n_nodes; i++) {
		const struct network_host *host = e->nodes[i];

		vec_foreach(link, &host->links) {
			if (network_link_peer(*link, host) != e->nodes[i + 1] ||
			    !span_is_given((*link)->mtu.span) || (*link)->mtu.value >= e->mtu)
				continue;
			e->mtu = (unsigned int)(*link)->mtu.value;
			e->mtu_reason =
				arena_printf(e->compilation->arena, "set in 'links' for %s and %s",
					     host->name, e->nodes[i + 1]->name);
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
	if (network_host_is_same(from, to)) {
		diag_add(&c->diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
			 "'%s' and '%s' are one device, which has one of its tunnels up at a time: "
			 "name two nodes",
			 from->name, to->name);
		return 0;
	}
	find_path(&e, from, to);
	find_tunnels(&e);
	set_mtu(&e);
	if (as_json) {
		explain_write_json(&e, out);
	} else {
		explain_write_text(&e, out);
	}
	return 0;
}

int explain_node(struct compilation *c, const char *name, bool as_json, struct text *out)
{
	const struct network_host *host = find_node(c, name);

	if (host != NULL)
		explain_write_list(c, host, as_json, out);
	return 0;
}
