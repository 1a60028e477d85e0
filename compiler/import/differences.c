/* SPDX-License-Identifier: MIT */

/*
 * What the compiled network does otherwise than the files did: for every ordered pair whom the
 * packets go to, where they are sent, and who keeps what alive. Alike differences are one warning.
 */

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/import/compare.h"

enum {
	MOST_SHOWN = 3,
};

struct differences {
	struct import *import;
	struct map reports; /* kind -> struct report */
};

/* A difference that several pairs have. */
struct report {
	struct diag *diag;
	size_t n;
};

/* Counts a difference; a new kind of it becomes a warning, which the caller words. */
static struct report *count(struct differences *differences, const char *kind)
{
	struct report *report = map_get(&differences->reports, kind);

	if (report == NULL) {
		report = ARENA_NEW(differences->import->arena, struct report);
		map_put(differences->import->arena, &differences->reports,
			arena_printf(differences->import->arena, "%s", kind), report);
	}
	report->n++;
	return report;
}

/* The same for a pair: NULL where the kind is known, and one more example of it is noted. */
static struct report *begin(struct differences *differences, const char *kind,
			    const struct import_host *before, const struct import_host *to)
{
	struct report *report = count(differences, kind);

	if (report->n == 1)
		return report;
	if (report->n <= MOST_SHOWN) {
		diag_note(differences->import->diags, report->diag, "'%s' to '%s' as well",
			  before->name, to->name);
	}
	return NULL;
}

static const char *way_text(const struct import_host *to, const struct import_view *view,
			    struct arena *arena)
{
	if (view == NULL)
		return NULL;
	return view->to == to ? "directly" : arena_printf(arena, "through '%s'", view->to->name);
}

static bool is_same_way(const struct import_view *was, const struct import_view *is)
{
	return was == NULL || is == NULL ? was == is : was->to == is->to;
}

/* "did not reach 'b'; now it does, through 'gw'" */
static const char *change_text(struct arena *arena, const char *to, const char *was, const char *is)
{
	if (was == NULL)
		return arena_printf(arena, "did not reach %s; now it does, %s", to, is);
	if (is == NULL)
		return arena_printf(arena, "reached %s %s; now it does not", to, was);
	return arena_printf(arena, "reached %s %s; now %s", to, was, is);
}

static struct span span_of(const struct import_host *before, const struct import_host *to)
{
	const struct import_view *view = import_find_view(before, to);

	return view == NULL ? before->span : view->span;
}

/* The pair's way, where it is another than it was. */
static void compare_way(struct differences *differences, const struct import_host *before,
			const struct import_host *after, const struct import_host *to)
{
	struct import *import = differences->import;
	const struct import_view *old = import_owner(before, &to->addresses[0]);
	const struct import_view *new = import_owner(after, &to->addresses[0]);
	struct report *report;
	const char *was;
	const char *is;

	if (is_same_way(old, new))
		return;
	was = way_text(to, old, import->arena);
	is = way_text(to, new, import->arena);
	report = begin(differences, change_text(import->arena, "it", was, is), before, to);
	if (report != NULL) {
		report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, span_of(before, to),
					"'%s' %s", before->name,
					change_text(import->arena,
						    arena_printf(import->arena, "'%s'", to->name),
						    was, is));
	}
}

static bool is_same_endpoint(const struct net_endpoint *a, const struct net_endpoint *b)
{
	if (a->port != b->port || (a->name == NULL) != (b->name == NULL))
		return false;
	return a->name != NULL ? strcmp(a->name, b->name) == 0
			       : net_address_compare(&a->address, &b->address) == 0;
}

static void compare_endpoint(struct differences *differences, const struct import_host *before,
			     const struct import_view *old, const struct import_view *new)
{
	struct import *import = differences->import;
	const char *kind = old->endpoint.port == 0   ? "endpoint+"
			   : new->endpoint.port == 0 ? "endpoint-"
						     : "endpoint";
	char was[NET_ENDPOINT_TEXT] = "";
	char is[NET_ENDPOINT_TEXT] = "";
	struct report *report;

	if (old->endpoint.port == 0 ? new->endpoint.port == 0
				    : is_same_endpoint(&old->endpoint, &new->endpoint))
		return;
	if (old->endpoint.port != 0)
		net_endpoint_format(&old->endpoint, was);
	if (new->endpoint.port != 0)
		net_endpoint_format(&new->endpoint, is);
	report = begin(differences, kind, before, old->to);
	if (report == NULL)
		return;
	if (old->endpoint.port == 0) {
		report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
					"'%s' waited for '%s' to send first; now it may do so "
					"itself, to %s",
					before->name, old->to->name, is);
	} else if (new->endpoint.port == 0) {
		report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
					"'%s' sent to '%s' at %s; now it waits for the other end "
					"to send first",
					before->name, old->to->name, was);
	} else {
		report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
					"'%s' sent to '%s' at %s; now at %s", before->name,
					old->to->name, was, is);
	}
}

static void compare_keepalive(struct differences *differences, const struct import_host *before,
			      const struct import_view *old, const struct import_view *new)
{
	struct import *import = differences->import;
	struct report *report;
	const char *kind;

	if (old->keepalive_s == new->keepalive_s)
		return;
	kind = old->keepalive_s == 0   ? "keepalive+"
	       : new->keepalive_s == 0 ? "keepalive-"
				       : "keepalive";
	report = begin(differences, kind, before, old->to);
	if (report == NULL)
		return;
	if (old->keepalive_s == 0) {
		report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
					"'%s' sent no keepalives to '%s'; now every %u s, to stay "
					"reachable",
					before->name, old->to->name, new->keepalive_s);
	} else if (new->keepalive_s == 0) {
		report->diag =
			diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
				 "'%s' sent keepalives to '%s' every %u s; now none, because "
				 "the other end can send first",
				 before->name, old->to->name, old->keepalive_s);
	} else {
		report->diag =
			diag_add(import->diags, DIAG_IMPORT_CHANGED, old->span,
				 "'%s' sent keepalives to '%s' every %u s; now every %u s",
				 before->name, old->to->name, old->keepalive_s, new->keepalive_s);
	}
}

static void compare_peer(struct differences *differences, const struct import_host *before,
			 const struct import_host *after, const struct import_view *old)
{
	const struct import_view *new = comparison_find_view(after, old->to);
	struct report *report;

	if (new == NULL || old->to->is_left_out)
		return; /* told as the way of the pair */
	compare_endpoint(differences, before, old, new);
	compare_keepalive(differences, before, old, new);
	if (old->has_preshared || !new->has_preshared)
		return;
	report = count(differences, "preshared");
	if (report->n == 1) {
		report->diag = diag_add(differences->import->diags, DIAG_IMPORT_CHANGED, old->span,
					"'%s' and '%s' had no preshared key; now they need one",
					before->name, old->to->name);
	}
}

static void compare_number(struct differences *differences, const struct import_host *before,
			   const char *what, unsigned int was, unsigned int is)
{
	struct import *import = differences->import;
	struct report *report;

	if (was == is || was == 0)
		return;
	report = count(differences, arena_printf(import->arena, "%s %u %u", what, was, is));
	if (report->n == 1) {
		report->diag =
			diag_add(import->diags, DIAG_IMPORT_CHANGED, before->span,
				 "the %s of '%s' was %u; now %u", what, before->name, was, is);
	} else if (report->n <= MOST_SHOWN) {
		diag_note(import->diags, report->diag, "of '%s' as well", before->name);
	}
}

static bool has_address(const struct import_host *host, const struct net_address *address)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		if (net_address_compare(&host->addresses[i], address) == 0)
			return true;
	}
	return false;
}

static void compare_addresses(struct differences *differences, const struct import_host *before,
			      const struct import_host *after)
{
	struct import *import = differences->import;
	char buffer[NET_ADDRESS_TEXT];

	for (size_t i = 0; i < after->n_addresses; i++) {
		struct report *report;

		if (has_address(before, &after->addresses[i]))
			continue;
		report = count(differences, "address");
		if (report->n == 1) {
			report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED, before->span,
						"'%s' gets the address %s, which it did not have",
						before->name,
						net_address_format(&after->addresses[i], buffer));
		} else if (report->n <= MOST_SHOWN) {
			diag_note(import->diags, report->diag, "'%s' gets one as well",
				  before->name);
		}
	}
}

static void compare_network(struct differences *differences, const struct import_host *before,
			    const struct import_host *after, const struct import_host *router)
{
	struct import *import = differences->import;

	vec_foreach(route, &router->routes) {
		const struct import_view *old = import_owner_of(before, route);
		const struct import_view *new = import_owner_of(after, route);
		char buffer[NET_PREFIX_TEXT];
		struct report *report;
		const char *network;
		const char *was;
		const char *is;

		if (is_same_way(old, new))
			continue;
		was = way_text(router, old, import->arena);
		is = way_text(router, new, import->arena);
		net_prefix_format(route, buffer);
		network = arena_printf(import->arena, "%s behind '%s'", buffer, router->name);
		report = count(differences, change_text(import->arena, buffer, was, is));
		if (report->n == 1) {
			report->diag = diag_add(import->diags, DIAG_IMPORT_CHANGED,
						span_of(before, router), "'%s' %s", before->name,
						change_text(import->arena, network, was, is));
		} else if (report->n <= MOST_SHOWN) {
			diag_note(import->diags, report->diag, "'%s' as well", before->name);
		}
	}
}

static void compare_host(void *context, const struct import_host *before,
			 const struct import_host *after)
{
	struct differences *differences = context;

	compare_addresses(differences, before, after);
	compare_number(differences, before, "port", before->listen_port,
		       before->kind == IMPORT_DEVICE && after->listen_port == 0
			       ? before->listen_port
			       : after->listen_port);
	compare_number(differences, before, "MTU", before->mtu, after->mtu);
	import_foreach_host(to, differences->import) {
		if (to == before || import_is_same_machine(before, to))
			continue;
		if (to->n_addresses > 0)
			compare_way(differences, before, after, to);
		compare_network(differences, before, after, to);
	}
	vec_foreach(view, &before->views)
		compare_peer(differences, before, after, view);
}

void import_compare(struct import *import, const struct network *network, struct planner *planner)
{
	struct differences differences = {.import = import};
	struct comparison comparison = {
		.import = import,
		.network = network,
		.planner = planner,
		.pair = compare_host,
		.context = &differences,
	};

	comparison_walk(&comparison);
	for (size_t i = 0; i < differences.reports.n_slots; i++) {
		const struct report *report = differences.reports.slots[i].value;

		if (differences.reports.slots[i].key != NULL && report->n > MOST_SHOWN) {
			diag_note(import->diags, report->diag, "and %zu more",
				  report->n - MOST_SHOWN);
		}
	}
}
