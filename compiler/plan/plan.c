/* SPDX-License-Identifier: MIT */

/* The words for what a plan says: the same in artifacts and in `explain`. */

#include "compiler/plan/plan.h"

#include <stdio.h>

const char *plan_path_text(const struct plan_peer *peer, char buffer[static PLAN_TEXT])
{
	if (peer->lan == NULL) {
		return "direct over the internet";
	} else {
		(void)snprintf(buffer, PLAN_TEXT, "lan at %s", peer->lan);
	}
	return buffer;
}

const char *plan_reason_text(const struct plan_peer *peer, char buffer[static PLAN_TEXT])
{
	static const char *const texts[PLAN_N_REASONS] = {
		[PLAN_BOTH_OPEN] = "either side can send first",
		[PLAN_PEER_KEEPS] = "the peer sends first and keeps it alive",
		[PLAN_NOT_FIXED] = "this host has no fixed address to send to first",
		[PLAN_SET_BY_LINK] = "set for this pair in the topology",
		[PLAN_SET_OFF] = "turned off in the topology",
	};

	if (peer->reason == PLAN_CLOSED) {
		(void)snprintf(buffer, PLAN_TEXT, "nobody outside %s can send to this host first",
			       peer->behind);
	} else {
		return texts[peer->reason];
	}
	return buffer;
}

const char *plan_forwarding_sysctl(enum net_family family)
{
	return family == NET_IPV4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
}
