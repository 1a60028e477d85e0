/* SPDX-License-Identifier: MIT */

/*
 * Keepalives, per direction: exactly on a side to which nobody can send first. It must keep its
 * NAT's mapping alive, because only its own packets are sure to refresh it (RFC 4787 REQ-6); a side
 * that is open needs none, and each would wake a sleeping battery for nothing.
 */

#include "base/diag/diag.h"
#include "compiler/plan/parts.h"

enum {
	/* Below Linux's 30 s for UDP without an answer; RFC 4787 REQ-5 asks for two minutes. */
	KEEPALIVE_SECONDS = 25,
};

/* The site that the viewer sits behind, or NULL where it is its own address that is not fixed. */
static const char *site_behind(const struct plan_view *view)
{
	if (view->verdict.kind == REACH_LAN)
		return NULL;
	vec_foreach(attachment, &view->viewer->attachments) {
		if (attachment->site->nat != NAT_NONE)
			return attachment->site->name;
	}
	return NULL;
}

static void derive(const struct plan_view *view, int64_t seconds, struct plan_peer *peer)
{
	if (view->verdict.first_is_open) {
		peer->reason = view->verdict.second_is_open ? PLAN_BOTH_OPEN : PLAN_PEER_KEEPS;
		return;
	}
	peer->behind = site_behind(view);
	peer->reason = peer->behind != NULL ? PLAN_CLOSED : PLAN_NOT_FIXED;
	peer->persistent_keepalive_s = (uint16_t)seconds;
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
		derive(view, seconds == KEEPALIVE_AUTO ? KEEPALIVE_SECONDS : seconds, peer);
	}
}

/* Nodes that nobody can send to first, and that were told not to keep anything alive. */
void plan_check_keepalive(const struct reach *reach, struct diag_bag *diags)
{
	const struct network *network = reach->network;
	const struct network_host *example = NULL;
	size_t n_hosts = 0;
	struct diag *diag;

	if (network->persistent_keepalive != KEEPALIVE_OFF)
		return;
	for (size_t i = 0; i < reach->n_classes; i++) {
		const struct reach_class *class = &reach->classes[i];

		if (class->exposure[NET_IPV4] == REACH_OPEN ||
		    class->exposure[NET_IPV6] == REACH_OPEN)
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
