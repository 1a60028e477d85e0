/* SPDX-License-Identifier: MIT */

/* Each step of a path is one tunnel, told from both ends by their plans: what is shown is what the
 * artifacts hold.
 */

#include "compiler/explain.h"

#include <string.h>

#include "base/arena.h"
#include "base/suggest.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/explain_parts.h"
#include "compiler/plan/planner.h"
#include "compiler/resolve/network.h"

const struct network_host *explain_find_node(struct compilation *c, const char *name)
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

static void add_remedies(struct explanation *e, const struct network_host *one,
			 const struct network_host *other)
{
	e->apart = explain_look(e->compilation, one, other);
	e->has_apart = true;
	if (e->chosen == NULL)
		e->remedies = remedies_find(e->compilation->reach, one, 1, other, 1);
}

static void find_path(struct explanation *e, const struct network_host *from,
		      const struct network_host *to)
{
	struct path path = path_between(e->compilation->planner, from, to);

	e->n_nodes = path.n_nodes;
	for (size_t i = 0; i < path.n_nodes; i++)
		e->nodes[i] = path.nodes[i];
	e->chosen = path_find_via(&path);
	if (path.relay != NULL)
		add_remedies(e, path_mesh_end(from), path_mesh_end(to));
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

bool explain_is_pair(struct compilation *c, const struct network_host *from,
		     const struct network_host *to)
{
	if (from == NULL || to == NULL)
		return false;
	if (from == to) {
		diag_add(&c->diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
			 "'%s' needs no tunnel to itself: name two nodes", from->name);
		return false;
	}
	if (network_host_is_same(from, to)) {
		diag_add(&c->diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
			 "'%s' and '%s' are one device, which has one of its tunnels up at a time: "
			 "name two nodes",
			 from->name, to->name);
		return false;
	}
	return true;
}

int explain_pair(struct compilation *c, const char *a, const char *b, bool as_json,
		 struct text *out)
{
	struct explanation e = {.compilation = c};
	const struct network_host *from = explain_find_node(c, a);
	const struct network_host *to = explain_find_node(c, b);

	if (!explain_is_pair(c, from, to))
		return 0;
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
	const struct network_host *host = explain_find_node(c, name);

	if (host != NULL)
		explain_write_list(c, host, as_json, out);
	return 0;
}
