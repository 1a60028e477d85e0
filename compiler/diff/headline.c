/* SPDX-License-Identifier: MIT */

/* The change as a whole: what it comes to, what is interrupted, what it takes. */

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "compiler/diff/teller.h"

/* Clauses of one sentence. */
static void clause(struct teller *teller, bool *is_begun)
{
	tell(teller, *is_begun ? "; " : "");
	*is_begun = true;
}

static void count_clause(struct teller *teller, bool *is_begun, size_t n, const char *one,
			 const char *many)
{
	if (n == 0)
		return;
	clause(teller, is_begun);
	tell_count(teller, n, one, many);
}

/* Pairs that end up with the verdict, and did not begin with it. */
static size_t count_pairs(const struct diff *diff, enum manifest_verdict to)
{
	size_t n = 0;

	vec_foreach(shift, &diff->shifts) {
		if (shift->to.verdict == to && shift->from.verdict != to)
			n += shift->n_pairs;
	}
	return n;
}

static size_t count_from(const struct diff *diff, enum manifest_verdict from)
{
	size_t n = 0;

	vec_foreach(shift, &diff->shifts) {
		if (shift->from.verdict == from && shift->to.verdict != from &&
		    shift->to.verdict != MANIFEST_NONE)
			n += shift->n_pairs;
	}
	return n;
}

/* New hosts that cannot be reached by somebody who is not a device. */
static size_t count_cut_off(const struct diff *diff, const struct diff_roles *roles)
{
	const struct manifest *after = diff->sides[DIFF_AFTER];
	size_t n = 0;

	vec_foreach(name, &roles->come.items) {
		const struct manifest_host *host = manifest_find_host(after, *name);

		for (size_t i = 0; i < after->n_hosts; i++) {
			const struct manifest_host *via;
			const struct manifest_host *other = &after->hosts[i];

			if (other->kind != MANIFEST_DEVICE && other != host &&
			    manifest_verdict(after, host, other, &via) == MANIFEST_NONE) {
				n++;
				break;
			}
		}
	}
	return n;
}

/* Devices that are gone, unlike those whose key is replaced. */
static size_t count_shut_out(const struct diff *diff, const struct diff_roles *roles)
{
	size_t n = 0;

	vec_foreach(name, &roles->leaving.items)
		n += diff_find(diff, DIFF_AFTER, *name) == NULL;
	return n;
}

/* What becomes of who reaches whom: the worst first. */
static void tell_reach_clauses(struct teller *teller, bool *is_begun)
{
	const struct diff *diff = teller->story->diff;

	count_clause(teller, is_begun, count_pairs(diff, MANIFEST_NONE),
		     "pair cannot reach each other any more",
		     "pairs cannot reach each other any more");
	count_clause(teller, is_begun, count_pairs(diff, MANIFEST_RELAY),
		     "pair goes through a relay from now on",
		     "pairs go through a relay from now on");
	count_clause(teller, is_begun, count_cut_off(diff, teller->roles),
		     "new host does not reach everybody", "new hosts do not reach everybody");
	count_clause(teller, is_begun, count_from(diff, MANIFEST_RELAY),
		     "pair no longer needs its relay", "pairs no longer need their relay");
	count_clause(teller, is_begun, count_from(diff, MANIFEST_NONE),
		     "pair reaches each other at last", "pairs reach each other at last");
}

/* Gateways and servers that come or go, apart from each other. */
static void count_members(struct teller *teller, bool *is_begun, const struct diff_names *names,
			  enum diff_side side)
{
	size_t n_gateways = 0;
	size_t n_servers;

	vec_foreach(name, &names->items) {
		n_gateways += diff_find(teller->story->diff, side, *name)->kind == MANIFEST_GATEWAY;
	}
	n_servers = names->items.n_items - n_gateways;
	if (side == DIFF_BEFORE) {
		count_clause(teller, is_begun, n_gateways, "gateway goes, and its tunnels close",
			     "gateways go, and their tunnels close");
		count_clause(teller, is_begun, n_servers, "server goes, and its tunnels close",
			     "servers go, and their tunnels close");
	} else {
		count_clause(teller, is_begun, n_gateways, "gateway is new", "gateways are new");
		count_clause(teller, is_begun, n_servers, "server is new", "servers are new");
	}
}

static void tell_member_clauses(struct teller *teller, bool *is_begun)
{
	const struct diff_roles *roles = teller->roles;

	count_clause(teller, is_begun, roles->moved.items.n_items, "host is renumbered",
		     "hosts are renumbered");
	count_members(teller, is_begun, &roles->go, DIFF_BEFORE);
	count_members(teller, is_begun, &roles->come, DIFF_AFTER);
	count_clause(teller, is_begun, roles->renewed.items.n_items, "host has another key",
		     "hosts have another key");
	count_clause(teller, is_begun, roles->rebound.items.n_items, "host listens on another port",
		     "hosts listen on another port");
	count_clause(teller, is_begun, roles->sent.items.n_items,
		     "host is sent to at another endpoint",
		     "hosts are sent to at another endpoint");
	count_clause(teller, is_begun, roles->n_paired, "pair has another preshared key",
		     "pairs have another preshared key");
	count_clause(teller, is_begun, count_shut_out(teller->story->diff, roles),
		     "device is shut out", "devices are shut out");
	count_clause(teller, is_begun, roles->users.items.n_items, "device is let in",
		     "devices are let in");
	count_clause(teller, is_begun, roles->waiting.items.n_items,
		     "device is out until it imports its new file",
		     "devices are out until they import their new files");
}

static size_t count_new_findings(const struct diff_story *story)
{
	size_t n = 0;

	vec_foreach(finding, &story->findings)
		n += !finding->is_gone;
	return n;
}

void tell_headline(struct teller *teller)
{
	const struct diff_story *story = teller->story;
	bool is_begun = false;

	count_clause(teller, &is_begun, story->expiries.n_items, "last day changes",
		     "last days change");
	if (story->diff->hosts.n_items == 0) {
		clause(teller, &is_begun);
		tell(teller, story->diff->n_files == 0
				     ? "nothing changes"
				     : "no host changes, only files of the network as a whole");
	} else {
		tell_reach_clauses(teller, &is_begun);
		tell_member_clauses(teller, &is_begun);
		if (story->diff->sides[DIFF_BEFORE] != NULL) {
			count_clause(teller, &is_begun, diff_count_changed(teller->roles),
				     "server or gateway changes", "servers and gateways change");
			count_clause(teller, &is_begun, teller->roles->n_refreshed,
				     "device has a new file", "devices have new files");
			clause(teller, &is_begun);
			tell_outcome(teller);
		}
	}
	is_begun = true;
	if (story->knows_old_findings) {
		count_clause(teller, &is_begun, count_new_findings(story), "new warning",
			     "new warnings");
	}
}

void tell_effect(struct teller *teller, const struct diff_group *group)
{
	const struct manifest *after = teller->story->diff->sides[DIFF_AFTER];
	const char *name = after == NULL ? "" : after->network;

	switch (group->effect) {
	case DIFF_NOTHING:
		tell(teller, "nothing to do");
		return;
	case DIFF_RELOAD:
		tell_code(teller,
			  arena_printf(teller->arena, "bash /etc/wireguard/%s.reload", name));
		if (group->left_behind & DIFF_OLD_ROUTE)
			tell(teller, "; the old route stays until a restart");
		if (group->left_behind & DIFF_OLD_SETTING)
			tell(teller, "; forwarding stays on until the host restarts");
		return;
	case DIFF_RESTART:
		tell_code(teller,
			  arena_printf(teller->arena, "wg-quick down %s && wg-quick up %s",
				       teller->story->diff->sides[DIFF_BEFORE] == NULL
					       ? name
					       : teller->story->diff->sides[DIFF_BEFORE]->network,
				       name));
		return;
	case DIFF_IMPORT:
		tell(teller, "import the file anew");
		return;
	case DIFF_START:
		tell_code(teller, arena_printf(teller->arena, "wg-quick up %s", name));
		return;
	case DIFF_STOP:
		tell_code(teller, arena_printf(teller->arena, "wg-quick down %s",
					       teller->story->diff->sides[DIFF_BEFORE]->network));
		tell(teller, ", where it still runs");
		return;
	}
	unreachable();
}
