/* SPDX-License-Identifier: MIT */

/* The words for what a plan says: the same in artifacts and in `explain`. */

#include "compiler/plan/plan.h"

#include <stdio.h>
#include <string.h>

const char *plan_path_text(const struct plan_peer *peer, char buffer[static PLAN_TEXT])
{
	static const char *const ways[] = {
		[PLAN_LAN] = "lan at",
		[PLAN_DIRECT] = "direct within",
		[PLAN_PUNCH] = "punched within",
	};

	if (peer->site == NULL) {
		return peer->way == PLAN_PUNCH ? "punched through NAT over the internet"
					       : "direct over the internet";
	}
	(void)snprintf(buffer, PLAN_TEXT, "%s %s", ways[peer->way], peer->site);
	return buffer;
}

const char *plan_reason_text(const struct plan_peer *peer, char buffer[static PLAN_TEXT])
{
	static const char *const texts[PLAN_N_REASONS] = {
		[PLAN_BOTH_OPEN] = "either side can send first",
		[PLAN_PEER_KEEPS] = "the peer sends first and keeps it alive",
		[PLAN_CLOSED] = "nobody outside %s can send to this host first",
		[PLAN_PUNCHES] = "both ends have to send, and %s forgets those that do not",
		[PLAN_OTHER_PORT] =
			"this host's own packets leave from another port than others send to",
		[PLAN_NOT_FIXED] = "this host has no known address to send to first",
		[PLAN_SET_BY_LINK] = "set for this pair in the topology",
		[PLAN_SET_OFF] = "turned off in the topology",
	};
	const char *format = texts[peer->reason];
	const char *gap = strstr(format, "%s");

	if (gap == NULL)
		return format;
	(void)snprintf(buffer, PLAN_TEXT, "%.*s%s%s", (int)(gap - format), format, peer->behind,
		       gap + 2);
	return buffer;
}

const char *plan_forwarding_sysctl(enum net_family family)
{
	return family == NET_IPV4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
}
