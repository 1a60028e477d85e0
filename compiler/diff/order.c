/* SPDX-License-Identifier: MIT */

/*
 * The order in which a change is brought in, step by step. Who is new is harmless until others know
 * it; gateways come before those whose packets they forward; who is gone may still forward, and is
 * stopped last.
 */

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "compiler/diff/teller.h"

enum {
	FEW_ENDPOINTS = 4, /* told one by one */
};

struct order {
	struct teller *teller;
	struct map effects; /* of hosts that are restarted -> anything */
	struct map done;    /* hosts that have had their step -> anything */
	vec_of(const char *) steps;
	size_t n_hosts;
	bool is_free;  /* nobody waits for another one */
	bool is_close; /* pairs are cut, or soon will be, until both ends are reloaded */
};

static void put_step(struct order *order, const char *before, const struct diff_names *names,
		     const char *after)
{
	struct teller *teller = order->teller;
	cleanup_(text_finish) struct text text = {0};
	struct text *out = teller->out;

	if (names->items.n_items == 0)
		return;
	order->n_hosts += names->items.n_items;
	teller->out = &text;
	tell(teller, before);
	tell_names(teller, names);
	tell(teller, after);
	teller->out = out;
	*vec_push(teller->arena, &order->steps) = arena_copy(teller->arena, text.data, text.length);
}

/* " (`wg-quick up lab`)" */
static const char *command(struct order *order, enum diff_side side, const char *format_before,
			   const char *after)
{
	const struct manifest *manifest = order->teller->story->diff->sides[side];
	const char *tick = order->teller->is_markdown ? "`" : "";

	return arena_printf(order->teller->arena, " (%s%s%s%s)%s", tick, format_before,
			    manifest == NULL ? "" : manifest->network, tick, after);
}

/* Those of the names whose step is still to come, and who are restarted, or are not. */
static struct diff_names take(struct order *order, const struct diff_names *names,
			      bool is_restarted)
{
	struct teller *teller = order->teller;
	struct diff_names taken = {0};

	vec_foreach(name, &names->items) {
		if ((map_get(&order->effects, *name) != NULL) != is_restarted ||
		    map_put(teller->arena, &order->done, *name, order) != NULL)
			continue;
		*vec_push(teller->arena, &taken.items) = *name;
	}
	return taken;
}

static void put_reload(struct order *order, const struct diff_names *names, const char *why)
{
	struct diff_names reloaded = take(order, names, false);
	bool is_one = reloaded.items.n_items == 1;

	put_step(order, "reload ", &reloaded,
		 arena_printf(order->teller->arena, "%s%s", why,
			      is_one ? ""
			      : order->is_close
				      ? ", in any order, both ends of a pair close together"
				      : ", in any order"));
}

static void put_restart(struct order *order, const struct diff_names *names, const char *why)
{
	const struct diff_roles *roles = order->teller->roles;
	struct diff_names restarted = take(order, names, true);

	put_step(order, "restart ", &restarted,
		 arena_printf(order->teller->arena, ", for which a reload is not enough%s%s", why,
			      order->is_close && roles->renewed.items.n_items == 0
				      ? "; the steps below right after"
				      : ""));
}

/* The other ends' words for where a host is, each once. */
static struct diff_names find_endpoints(struct order *order, const char *name, enum diff_side side)
{
	const struct diff *diff = order->teller->story->diff;
	struct diff_names names = {0};
	struct map seen = {0};

	vec_foreach(fact, &diff->facts.items) {
		const char *value = side == DIFF_BEFORE ? fact->from : fact->to;

		if (fact->field == DIFF_ENDPOINT && fact->from != NULL && fact->to != NULL &&
		    strcmp(fact->peer, name) == 0 &&
		    map_put(order->teller->arena, &seen, value, order) == NULL)
			*vec_push(order->teller->arena, &names.items) = value;
	}
	return names;
}

/* Endpoints are nothing that files bring about: an address, or a port of a router. */
static void put_endpoints(struct order *order)
{
	struct teller *teller = order->teller;
	const struct diff_names *sent = &teller->roles->sent;
	struct text *out = teller->out;

	if (sent->items.n_items > FEW_ENDPOINTS) {
		put_step(
			order, "make ", sent,
			" answer at the new endpoints, and at the old ones as well until everybody "
			"has been reloaded");
		return;
	}
	vec_foreach(name, &sent->items) {
		cleanup_(text_finish) struct text text = {0};
		struct diff_names one = {0};
		struct diff_names before = find_endpoints(order, *name, DIFF_BEFORE);
		struct diff_names after = find_endpoints(order, *name, DIFF_AFTER);

		*vec_push(teller->arena, &one.items) = *name;
		teller->out = &text;
		tell(teller, " answer at ");
		tell_names(teller, &after);
		tell(teller, ", and until everybody has been reloaded at ");
		tell_names(teller, &before);
		tell(teller, " as well");
		teller->out = out;
		put_step(order, "make ", &one, text.data);
	}
}

static bool is_relayed(const struct manifest *manifest, const char *name)
{
	const struct manifest_host *host = manifest_find_host(manifest, name);

	for (size_t i = 0; i < manifest->n_hosts; i++) {
		const struct manifest_host *via;

		if (&manifest->hosts[i] != host &&
		    manifest_verdict(manifest, host, &manifest->hosts[i], &via) == MANIFEST_RELAY)
			return true;
	}
	return false;
}

static bool is_free(const struct diff *diff, const struct diff_roles *roles)
{
	if (roles->first.items.n_items + roles->rehomed.n_items + roles->moved.items.n_items +
		    roles->renewed.items.n_items + roles->waiting.items.n_items >
	    0)
		return false;
	vec_foreach(shift, &diff->shifts) {
		if (shift->to.verdict == MANIFEST_RELAY)
			return false;
	}
	vec_foreach(name, &roles->come.items) {
		if (is_relayed(diff->sides[DIFF_AFTER], *name))
			return false;
	}
	return true;
}

static void put_reloads(struct order *order)
{
	const struct diff_roles *roles = order->teller->roles;
	size_t n_before = order->steps.n_items;
	struct diff_names all = {0};

	put_restart(order, &roles->first, "; it shuts somebody out");
	put_reload(order, &roles->first, ", which shuts somebody out");
	put_restart(order, &roles->renewed, "");
	put_reload(order, &roles->renewed, ", and the others right after");
	put_restart(order, &roles->gateways, "");
	put_restart(order, &roles->servers, "");
	if (order->is_free) {
		vec_foreach(name, &roles->gateways.items)
			*vec_push(order->teller->arena, &all.items) = *name;
		vec_foreach(name, &roles->servers.items)
			*vec_push(order->teller->arena, &all.items) = *name;
		put_reload(order, &all, "");
		return;
	}
	put_reload(order, &roles->gateways, "");
	put_step(order,
		 order->steps.n_items > n_before ? "at the same time, import on " : "import on ",
		 &roles->waiting, " what was handed over");
	put_reload(order, &roles->servers, "");
}

static void put_steps(struct order *order)
{
	const struct diff_roles *roles = order->teller->roles;
	struct diff_names others = {0};
	struct map waiting = {0};

	put_endpoints(order);
	if (roles->renewed.items.n_items > 0 && diff_count_changed(roles) > 1) {
		*vec_push(order->teller->arena, &order->steps) =
			"copy to all hosts before any is reloaded";
	}
	put_step(order, "hand the new files over to ", &roles->waiting, ", to be imported later");
	put_step(order, "start ", &roles->come, command(order, DIFF_AFTER, "wg-quick up ", ""));
	vec_foreach(name, &roles->come.items)
		(void)map_put(order->teller->arena, &order->done, *name, order);
	put_reloads(order);
	vec_foreach(name, &roles->waiting.items)
		(void)map_put(order->teller->arena, &waiting, *name, order);
	vec_foreach(name, &roles->devices.items) {
		if (map_get(&waiting, *name) == NULL)
			*vec_push(order->teller->arena, &others.items) = *name;
	}
	put_step(order, "hand the files over to ", &others, ", to be imported at any time");
	put_step(order, "stop ", &roles->go,
		 command(order, DIFF_BEFORE, "wg-quick down ", ", where it still runs"));
}

void tell_order(struct teller *teller, const char *title, bool is_numbered)
{
	const struct diff *diff = teller->story->diff;
	const struct diff_roles *roles = teller->roles;
	struct order order = {.teller = teller, .is_free = is_free(diff, roles)};

	order.is_close = diff_count_cuts(diff) > 0 || roles->renewed.items.n_items > 0 ||
			 roles->uprooted.items.n_items > 0 || roles->rebound.items.n_items > 0 ||
			 roles->n_paired > 0;
	vec_foreach(host, &diff->hosts) {
		if (host->effect == DIFF_RESTART)
			(void)map_put(teller->arena, &order.effects, host->name, &order);
	}
	put_steps(&order);
	if (order.steps.n_items == 0 || order.n_hosts < 2)
		return;
	tell(teller, title);
	vec_foreach(step, &order.steps) {
		if (is_numbered) {
			text_printf(teller->out, "  %zu. %s\n",
				    (size_t)(step - order.steps.items) + 1, *step);
		} else {
			text_join(teller->out, "1. ", *step, "\n");
		}
	}
}
