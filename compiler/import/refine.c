/* SPDX-License-Identifier: MIT */

/* Links: what the files say of single pairs, where the compiler would do otherwise. */

#include "base/arena.h"
#include "compiler/import/compare.h"

enum {
	MOST_LINKS = 50,
};

struct refinement {
	struct import *import;
	bool is_refining; /* a link was added, or says something new */
};

static struct import_link *link_of(struct refinement *refinement, const struct import_host *a,
				   const struct import_host *b)
{
	struct import *import = refinement->import;
	struct import_link *link;

	vec_foreach(known, &import->links) {
		if ((known->ends[0] == a && known->ends[1] == b) ||
		    (known->ends[0] == b && known->ends[1] == a))
			return known;
	}
	link = vec_push(import->arena, &import->links);
	*link = (struct import_link){.ends = {a, b}};
	refinement->is_refining = true;
	return link;
}

/* The gateway through which both ends reach each other, or NULL. */
static const struct import_host *relay_of(const struct import_host *a, const struct import_host *b)
{
	const struct import_view *there = import_owner(a, &b->addresses[0]);
	const struct import_view *back = import_owner(b, &a->addresses[0]);

	if (there == NULL || back == NULL || there->to != back->to || there->to == b ||
	    there->to->kind != IMPORT_GATEWAY)
		return NULL;
	return there->to;
}

static void link_via(struct refinement *refinement, const struct import_host *a,
		     const struct import_host *b, const struct import_host *after)
{
	const struct import_view *now = import_owner(after, &b->addresses[0]);
	const struct import_host *via = relay_of(a, b);

	if (a->kind == IMPORT_SERVER && b->kind == IMPORT_SERVER && via != NULL && now != NULL &&
	    now->to != via)
		link_of(refinement, a, b)->via = via;
}

/* An interval that both ends have, and that is not the usual one. */
static void link_keepalive(struct refinement *refinement, const struct import_host *a,
			   const struct import_host *b, const struct import_host *after)
{
	const struct import_view *there = import_find_view(a, b);
	const struct import_view *back = import_find_view(b, a);
	const struct import_view *now = comparison_find_view(after, b);
	uint16_t usual = refinement->import->keepalive_s;

	if (there == NULL || back == NULL || now == NULL || there->keepalive_s == 0 ||
	    there->keepalive_s != back->keepalive_s || there->keepalive_s == (usual ? usual : 25) ||
	    now->keepalive_s == there->keepalive_s)
		return;
	link_of(refinement, a, b)->keepalive_s = there->keepalive_s;
}

/* Routes with an MTU of their own. */
static void link_mtu(struct refinement *refinement, const struct import_host *a)
{
	vec_foreach(route, &a->batch) {
		const struct import_view *view = import_owner_of(a, &route->prefix);

		if (route->mtu != 0 && route->mtu < refinement->import->mtu && view != NULL &&
		    view->to->kind != IMPORT_DEVICE &&
		    link_of(refinement, a, view->to)->mtu != route->mtu) {
			link_of(refinement, a, view->to)->mtu = route->mtu;
			refinement->is_refining = true;
		}
	}
}

static void refine_host(void *context, const struct import_host *before,
			const struct import_host *after)
{
	struct refinement *refinement = context;

	if (before->kind == IMPORT_DEVICE)
		return;
	link_mtu(refinement, before);
	import_foreach_host(to, refinement->import) {
		if (to->kind == IMPORT_DEVICE || to->index <= before->index ||
		    to->n_addresses == 0 || before->n_addresses == 0 ||
		    refinement->import->links.n_items >= MOST_LINKS)
			continue;
		link_via(refinement, before, to, after);
		link_keepalive(refinement, before, to, after);
	}
}

bool import_refine(struct import *import, const struct network *network, struct planner *planner)
{
	struct refinement refinement = {.import = import};
	struct comparison comparison = {
		.import = import,
		.network = network,
		.planner = planner,
		.pair = refine_host,
		.context = &refinement,
	};

	comparison_walk(&comparison);
	return refinement.is_refining;
}
