/* SPDX-License-Identifier: MIT */

/*
 * What it takes to bring a host's new files into effect. The reload script sets keys, the port, the
 * MTU, peers and the switches of forwarding; it adds addresses and routes, and takes none away
 * (compiler/emit/reload.c, tests/lab/test_reload.py). An address that was there stays the one that
 * packets leave with, and nobody accepts it any more: only a restart helps.
 */

#include <string.h>

#include "base/cleanup.h"
#include "compiler/diff/parts.h"

const char *diff_effect_text(enum diff_effect effect)
{
	switch (effect) {
	case DIFF_NOTHING:
		return "nothing";
	case DIFF_RELOAD:
		return "reload";
	case DIFF_RESTART:
		return "restart";
	case DIFF_IMPORT:
		return "import";
	case DIFF_START:
		return "start";
	case DIFF_STOP:
		return "stop";
	}
	unreachable();
}

/* Whether the reload script does what the hook does. */
static bool is_reloaded(const char *setting)
{
	static const char *const known[] = {
		"PostUp = sysctl -q -w net.ipv4.ip_forward=",
		"PostUp = sysctl -q -w net.ipv6.conf.all.forwarding=",
		"PostUp = sysctl -q -w net/ipv4/conf/all/send_redirects=",
		"PostUp = echo 0 >/proc/sys/net/ipv4/conf/%i/send_redirects",
		"PostUp = ip -batch /etc/wireguard/%i.routes",
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strncmp(setting, known[i], strlen(known[i])) == 0)
			return true;
	}
	return false;
}

static bool has_place_in(const struct manifest_host *host, const struct net_prefix *prefix)
{
	vec_foreach(attachment, &host->attachments) {
		vec_foreach(place, &attachment->places) {
			if (place->is_address && net_prefix_contains(prefix, &place->address))
				return true;
		}
	}
	return false;
}

/*
 * Whether a route that a reload leaves behind leads packets astray: the host has the network behind
 * it now, or tunnels are carried through addresses in it.
 */
static bool is_needed_outside(const struct diff *diff, const struct diff_host *host,
			      const char *route)
{
	const struct manifest *after = diff->sides[DIFF_AFTER];
	char text[NET_PREFIX_TEXT] = "";
	struct net_prefix prefix;

	if (strcspn(route, " ") < sizeof(text))
		memcpy(text, route, strcspn(route, " "));
	if (net_prefix_parse(text, &prefix) != 0)
		return true; /* in doubt, the sure way */
	vec_foreach(own, &host->sides[DIFF_AFTER]->routes) {
		if (net_prefix_overlaps(own, &prefix))
			return true;
	}
	for (size_t i = 0; i < after->n_hosts; i++) {
		if (has_place_in(&after->hosts[i], &prefix))
			return true;
	}
	return false;
}

static void take_fact(const struct diff *diff, struct diff_host *host, const struct diff_fact *fact)
{
	switch (fact->field) {
	case DIFF_INTERFACE:
	case DIFF_TABLE:
	case DIFF_PRIVATE_KEY: /* it comes from elsewhere */
		host->effect = DIFF_RESTART;
		return;
	case DIFF_ADDRESS:
		if (fact->from != NULL)
			host->effect = DIFF_RESTART;
		return;
	case DIFF_SETTING:
		if (!is_reloaded(fact->to == NULL ? fact->from : fact->to)) {
			host->effect = DIFF_RESTART;
		} else if (fact->to == NULL) {
			host->left_behind |= DIFF_OLD_SETTING;
		}
		return;
	case DIFF_ROUTE:
		if (fact->to == NULL && is_needed_outside(diff, host, fact->from)) {
			host->effect = DIFF_RESTART;
		} else if (fact->to == NULL) {
			host->left_behind |= DIFF_OLD_ROUTE;
		}
		return;
	case DIFF_ENDPOINT:
		if (fact->to == NULL)
			host->left_behind |= DIFF_OLD_ENDPOINT;
		return;
	case DIFF_OWN_KEY:
	case DIFF_LISTEN_PORT:
	case DIFF_MTU:
	case DIFF_PEER:
	case DIFF_ALLOWED_IPS:
	case DIFF_KEEPALIVE:
	case DIFF_PRESHARED_KEY:
		return;
	case DIFF_N_FIELDS:
		break;
	}
	unreachable();
}

void effect_find(const struct diff *diff, struct diff_host *host)
{
	const struct manifest_host *after = host->sides[DIFF_AFTER];

	if (after == NULL) {
		host->effect = DIFF_STOP;
	} else if (after->kind == MANIFEST_DEVICE) {
		host->effect = host->facts.items.n_items > 0 ? DIFF_IMPORT : DIFF_NOTHING;
	} else if (host->sides[DIFF_BEFORE] == NULL) {
		host->effect = DIFF_START;
	} else if (host->facts.items.n_items > 0) {
		host->effect = DIFF_RELOAD;
		vec_foreach(range, &host->facts.items) {
			for (size_t i = range->first; i <= range->last; i++)
				take_fact(diff, host, &diff->facts.items.items[i]);
		}
	}
	if (host->effect != DIFF_RELOAD)
		host->left_behind = 0;
}
