/* SPDX-License-Identifier: MIT */

/*
 * Keepalives, per direction: exactly on a side to which nobody can send first, and on one that
 * others send to at another port than its own packets leave from. It must keep its NAT's mapping
 * alive, because only its own packets are sure to refresh it (RFC 4787 REQ-6); a side that is open
 * needs none, and each would wake a sleeping battery for nothing.
 */

#include "base/diag/diag.h"
#include "compiler/plan/parts.h"

enum {
	/* Below Linux's 30 s for UDP without an answer; RFC 4787 REQ-5 asks for two minutes. */
	KEEPALIVE_SECONDS = 25,
};

/*
 * Safely below the time after which the shortest memory on the host's way out forgets. Where both
 * ends keep alive, WireGuard puts off an end's own keepalive whenever one arrives, so that one end
 * falls silent; a box that only its own packets refresh then forgets it, until one interval later
 * the packets that no longer arrive make it speak. The shorter the interval, the shorter that gap.
 */
static uint16_t interval_below(uint32_t timeout_s, bool is_mutual)
{
	uint32_t slack = timeout_s < 6 ? 1 : timeout_s / 6;
	uint32_t interval_s = is_mutual ? (timeout_s - 1) / 2 : timeout_s - slack;

	if (timeout_s == 0 || interval_s > KEEPALIVE_SECONDS)
		return KEEPALIVE_SECONDS;
	return (uint16_t)(interval_s > 0 ? interval_s : 1);
}

static void derive(const struct plan_view *view, int64_t seconds, struct plan_peer *peer)
{
	const struct reach_end *own = &view->verdict.ends[0];
	const struct network_site *box = own->exposure.box;

	if (!own->keeps_alive) {
		peer->reason = view->verdict.ends[1].is_open ? PLAN_BOTH_OPEN : PLAN_PEER_KEEPS;
		return;
	}
	if (own->is_open) {
		peer->reason = PLAN_OTHER_PORT;
	} else if (view->verdict.kind == REACH_LAN || box == NULL) {
		peer->reason = PLAN_NOT_FIXED;
	} else {
		peer->reason = view->verdict.kind == REACH_PUNCH ? PLAN_PUNCHES : PLAN_CLOSED;
		peer->behind = box->name;
	}
	peer->persistent_keepalive_s =
		seconds == KEEPALIVE_AUTO
			? interval_below(own->exposure.timeout_s, view->verdict.ends[1].keeps_alive)
			: (uint16_t)seconds;
}

void plan_keepalive(const struct network *network, const struct plan_view *view,
		    struct plan_peer *peer)
{
	int64_t seconds = network->persistent_keepalive;
	bool is_set = view->link != NULL && span_is_given(view->link->persistent_keepalive.span);

	if (is_set)
		seconds = view->link->persistent_keepalive.value;
	if (is_set && seconds > 0) {
		peer->reason = PLAN_SET_BY_LINK;
		peer->persistent_keepalive_s = (uint16_t)seconds;
	} else if (seconds == KEEPALIVE_OFF) {
		peer->reason = PLAN_SET_OFF;
	} else {
		derive(view, seconds, peer);
	}
}

unsigned int plan_longest_keepalive(const struct network *network)
{
	int64_t longest = network->persistent_keepalive;

	if (longest == KEEPALIVE_AUTO)
		longest = KEEPALIVE_SECONDS;
	vec_foreach(link, &network->topology->links) {
		const struct given_number *given = &link->persistent_keepalive;

		if (span_is_given(given->span) && given->value > longest)
			longest = given->value;
	}
	return (unsigned int)longest;
}

static void report_too_long(const struct given_number *given, const struct network_host *host,
			    const struct exposure *exposure, struct diag_bag *diags)
{
	const struct network_site *box = exposure->box;
	struct diag *diag = diag_add(
		diags, DIAG_KEEPALIVE_TOO_LONG, given->span,
		"a keepalive every %lld s comes too late for '%s': a NAT on its way forgets "
		"after %u s",
		(long long)given->value, host->name, exposure->timeout_s);

	if (box != NULL)
		diag_related(diags, diag, box->nat_span, "the box of '%s'", box->name);
	diag_help(diags, diag, "use 'auto', or at most %u",
		  interval_below(exposure->timeout_s, false));
}

/* An interval that the author chose, against what NATs remember: the first class that loses. */
static void check_interval(const struct reach *reach, struct diag_bag *diags)
{
	const struct given_number *given = &reach->network->topology->network.persistent_keepalive;

	for (size_t i = 0; given->value > 0 && i < reach->n_classes; i++) {
		const struct reach_view *view = &reach->classes[i].views.items[0];

		for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
			const struct exposure *exposure = &view->exposure[family];

			bool is_needed =
				exposure->kind != EXPOSURE_ABSENT &&
				(exposure->kind != EXPOSURE_OPEN || exposure->sends_elsewhere);

			if (!is_needed || exposure->timeout_s == 0 ||
			    given->value < exposure->timeout_s)
				continue;
			report_too_long(given, reach->classes[i].example, exposure, diags);
			return;
		}
	}
}

static void report_off(const struct given_number *given, const struct network_host *host,
		       struct diag_bag *diags)
{
	struct diag *diag =
		diag_add(diags, DIAG_KEEPALIVE_OFF, given->span,
			 "without keepalives '%s' cannot be reached once idle", host->name);

	diag_help(diags, diag, "leave it out: what is derived keeps alive only where it is needed");
}

static void check_links(const struct reach *reach, struct diag_bag *diags)
{
	for (size_t i = 0; i < reach->network->n_hosts; i++) {
		const struct network_host *host = &reach->network->hosts[i];

		vec_foreach(link, &host->links) {
			const struct given_number *given = &(*link)->persistent_keepalive;
			size_t other = network_link_peer(*link, host)->index;
			struct reach_verdict verdict =
				reach_decide(reach, reach->class_of[i], reach->class_of[other]);
			const struct reach_end *own = &verdict.ends[0];

			if (verdict.kind != REACH_APART && own->keeps_alive &&
			    span_is_given(given->span) && given->value == KEEPALIVE_OFF)
				report_off(given, host, diags);
			if (verdict.kind != REACH_APART && given->value > 0 && own->keeps_alive &&
			    own->exposure.timeout_s > 0 && given->value >= own->exposure.timeout_s)
				report_too_long(given, host, &own->exposure, diags);
		}
	}
}

/* Nodes that nobody can send to first, and that were told not to keep anything alive. */
void plan_check_keepalive(const struct reach *reach, struct diag_bag *diags)
{
	const struct network *network = reach->network;
	const struct network_host *example = NULL;
	size_t n_hosts = 0;
	struct diag *diag;

	check_interval(reach, diags);
	check_links(reach, diags);
	if (network->persistent_keepalive != KEEPALIVE_OFF)
		return;
	for (size_t i = 0; i < reach->n_classes; i++) {
		const struct reach_class *class = &reach->classes[i];

		if (reach_is_open(class))
			continue;
		example = example == NULL ? class->example : example;
		n_hosts += class->n_hosts;
	}
	if (n_hosts == 0)
		return;
	diag = diag_add(diags, DIAG_KEEPALIVE_OFF,
			network->topology->network.persistent_keepalive.span,
			"without keepalives %zu node%s such as '%s' cannot be reached once idle",
			n_hosts, n_hosts == 1 ? "" : "s", example->name);
	diag_help(
		diags, diag,
		"use 'auto', which keeps alive only where it is needed, and set single pairs in 'links'");
}
