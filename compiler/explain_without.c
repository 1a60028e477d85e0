/* SPDX-License-Identifier: MIT */

/* A single failure, asked for by hand: the same answer as that of `survives`, told in full. */

#include "compiler/explain_without.h"

#include <string.h>

#include "base/arena.h"
#include "base/suggest.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/explain.h"
#include "compiler/explain_parts.h"
#include "compiler/resolve/network.h"

static void report_unknown(struct compilation *c, const char *name)
{
	const struct network *network = c->network;
	struct suggestion suggestion = suggestion_for(name);
	struct diag *diag =
		diag_add(&c->diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
			 "there is no gateway, server or site '%s' to do without", name);

	for (size_t i = 0; i < network->n_hosts; i++) {
		if (network->hosts[i].kind != HOST_DEVICE)
			suggestion_offer(&suggestion, network->hosts[i].name);
	}
	for (size_t i = 1; i < network->sites.n_items; i++)
		suggestion_offer(&suggestion, network->sites.items[i].name);
	if (suggestion.best != NULL) {
		diag_help(&c->diags, diag, "did you mean '%s'?", suggestion.best);
	} else {
		diag_help(&c->diags, diag,
			  "name what can be lost: a gateway, a server, or one of `sites`");
	}
}

/* False, with a diagnostic, where the name is of nothing that could be lost. */
static bool begin(struct compilation *c, const char *name, struct outage *ret_outage)
{
	const struct network_host *host = network_find_host(c->network, name);
	const struct network_site *site = network_find_site(c->network, name);
	struct diag *diag;

	if (host == NULL && site != NULL && site->index == 0) {
		diag = diag_add(&c->diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
				"without the internet nobody is left");
		diag_help(&c->diags, diag, "name a gateway, a server, or one of `sites`");
		return false;
	}
	if ((host == NULL || host->kind == HOST_DEVICE) && site == NULL) {
		report_unknown(c, name);
		return false;
	}
	*ret_outage = (struct outage){
		.network = c->network,
		.reach = c->reach,
		.planner = c->planner,
		.host = host,
		.site = site,
	};
	outage_begin(ret_outage, c->arena);
	return true;
}

static const struct kinds_member *member_of(const struct kinds_member *members, size_t n_members,
					    const struct network_host *host)
{
	for (size_t i = 0; i < n_members; i++) {
		if (network_host_is_same(members[i].ways[0], host))
			return &members[i];
	}
	unreachable(); /* every host is some node's */
}

static void explain_whole(struct compilation *c, const struct outage *outage, bool as_json,
			  struct text *out)
{
	struct loss loss = loss_find(outage, c->arena);

	if (as_json) {
		without_write_json(outage, &loss, out);
	} else {
		without_write_text(outage, &loss, out);
	}
}

static void explain_one(struct compilation *c, const struct outage *outage,
			const struct network_host *host, bool as_json, struct text *out)
{
	size_t n_members;
	const struct kinds_member *members = kinds_members_of(c->arena, c->network, &n_members);
	struct without_node node = {.node = member_of(members, n_members, host),
				    .is_gone = outage->is_gone[host->index]};

	for (size_t i = 0; !node.is_gone && i < n_members; i++) {
		const struct kinds_member *other = &members[i];
		struct path path;

		if (other == node.node || outage->is_gone[other->ways[0]->index])
			continue;
		if (outage_spares(outage, node.node, other, &path)) {
			*vec_push(c->arena, &node.kept) = other;
			*vec_push(c->arena, &node.paths) = path;
		} else {
			*vec_push(c->arena, &node.lost) = other;
		}
	}
	if (as_json) {
		without_write_node_json(outage, &node, out);
	} else {
		without_write_node_text(outage, &node, out);
	}
}

static void explain_two(struct compilation *c, const struct outage *outage,
			const struct network_host *from, const struct network_host *to,
			bool as_json, struct text *out)
{
	size_t n_members;
	const struct kinds_member *members = kinds_members_of(c->arena, c->network, &n_members);
	struct without_pair pair = {.ends = {from, to},
				    .before = path_between(c->planner, from, to)};
	bool is_gone = outage->is_gone[from->index] || outage->is_gone[to->index];

	if (!is_gone && !outage_breaks(outage, &pair.before)) {
		pair.after = pair.before;
	} else if (is_gone || !outage_spares(outage, member_of(members, n_members, from),
					     member_of(members, n_members, to), &pair.after)) {
		pair.after = (struct path){0};
	}
	if (as_json) {
		without_write_pair_json(outage, &pair, out);
	} else {
		without_write_pair_text(outage, &pair, out);
	}
}

int explain_without(struct compilation *c, const char *lost, const char *a, const char *b,
		    bool as_json, struct text *out)
{
	const struct network_host *from;
	const struct network_host *to;
	struct outage outage;

	if (!begin(c, lost, &outage))
		return 0;
	if (a == NULL) {
		explain_whole(c, &outage, as_json, out);
		return 0;
	}
	from = explain_find_node(c, a);
	if (b == NULL) {
		if (from != NULL)
			explain_one(c, &outage, from, as_json, out);
		return 0;
	}
	to = explain_find_node(c, b);
	if (explain_is_pair(c, from, to))
		explain_two(c, &outage, from, to, as_json, out);
	return 0;
}
