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

static size_t count_cuts(const struct diff *diff)
{
	size_t n = 0;

	vec_foreach(shift, &diff->shifts)
		n += diff_shift_cuts(shift) ? shift->n_pairs : 0;
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

static void tell_member_clauses(struct teller *teller, bool *is_begun)
{
	const struct diff_roles *roles = teller->roles;

	count_clause(teller, is_begun, roles->moved.items.n_items, "host is renumbered",
		     "hosts are renumbered");
	count_clause(teller, is_begun, roles->go.items.n_items, "server goes", "servers go");
	count_clause(teller, is_begun, roles->come.items.n_items, "server is new",
		     "servers are new");
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
		     "device needs its new file to get in",
		     "devices need their new files to get in");
}

/* Whether something is cut whatever one does. */
static bool is_cut(const struct teller *teller)
{
	const struct diff_roles *roles = teller->roles;

	return count_cuts(teller->story->diff) > 0 || roles->renewed.items.n_items > 0 ||
	       roles->moved.items.n_items > 0 || roles->restarted.items.n_items > 0;
}

/* Whether something is lost where it is not done as said. */
static bool needs_care(const struct teller *teller)
{
	const struct diff_roles *roles = teller->roles;

	return roles->rebound.items.n_items > 0 || roles->sent.items.n_items > 0 ||
	       roles->waiting.items.n_items > 0 || roles->n_paired > 0;
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
	const struct diff_roles *roles = teller->roles;
	size_t n_changed = roles->first.items.n_items + roles->gateways.items.n_items +
			   roles->servers.items.n_items - roles->come.items.n_items;
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
			count_clause(teller, &is_begun, n_changed, "host that is there changes",
				     "hosts that are there change");
			clause(teller, &is_begun);
			tell(teller, n_changed == 0       ? "no running host is touched"
				     : is_cut(teller)     ? "some tunnels are interrupted"
				     : needs_care(teller) ? "no tunnel has to drop (see Meanwhile)"
							  : "no tunnel drops");
		}
	}
	is_begun = true;
	if (story->knows_old_findings) {
		count_clause(teller, &is_begun, count_new_findings(story), "new warning",
			     "new warnings");
	}
}

/* One line about hosts that are interrupted as a whole. */
static void tell_hosts_cut(struct teller *teller, const char *bullet,
			   const struct diff_names *names, const char *words)
{
	if (names->items.n_items == 0)
		return;
	tell(teller, bullet);
	tell_names(teller, names);
	tell(teller, words);
}

void tell_cuts(struct teller *teller, const char *bullet)
{
	const struct diff *diff = teller->story->diff;
	const struct diff_roles *roles = teller->roles;

	if (count_cuts(diff) > 0) {
		tell(teller, bullet);
		tell(teller, "the ");
		tell_count(teller, count_cuts(diff), "pair", "pairs");
		tell(teller,
		     " above to or from a relay: cut from the reload of the first of the two "
		     "until that of the second\n");
	}
	tell_hosts_cut(
		teller, bullet, &roles->renewed,
		": every tunnel is cut between its reload and that of the other end, because "
		"the key is another one\n");
	tell_hosts_cut(teller, bullet, &roles->moved,
		       ": every tunnel is cut between its restart and the reload of the other end, "
		       "because the address is another one\n");
	tell_hosts_cut(teller, bullet, &roles->restarted,
		       ": every tunnel drops for the seconds of a restart\n");
	tell_hosts_cut(
		teller, bullet, &roles->rebound,
		": what others send is lost from its reload until it sends something itself, "
		"or they are reloaded, because the port is another one\n");
	if (roles->n_paired > 0) {
		text_puts(teller->out, bullet);
		tell_count(teller, roles->n_paired, "pair has", "pairs have");
		tell(teller, " another preshared key: nothing drops where both ends are reloaded "
			     "within two minutes\n");
	}
	tell_hosts_cut(teller, bullet, &roles->sent,
		       ": packets go to the new endpoint from a host's reload on, and are lost "
		       "until it answers there: reload when it does, and no session ends\n");
	tell_hosts_cut(teller, bullet, &roles->waiting,
		       ": out from the reload of the gateway until the new file is imported\n");
	tell_hosts_cut(
		teller, bullet, &roles->carried,
		": packets through it can be lost for an instant, while a reload replaces its "
		"allowed IPs; no session ends\n");
	if (!is_cut(teller) && !needs_care(teller) && diff->hosts.n_items > 0) {
		tell(teller, bullet);
		tell(teller, "no session ends: a reload touches only the peers that change\n");
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
		tell(teller, "stop it, where it still runs");
		return;
	}
	unreachable();
}

/* How the new host reaches the servers and gateways there are. */
void tell_reach(struct teller *teller, const char *name)
{
	const struct manifest *after = teller->story->diff->sides[DIFF_AFTER];
	const struct manifest_host *host = manifest_find_host(after, name);
	size_t counts[MANIFEST_RELAY + 1] = {0};
	size_t n_direct;
	bool is_begun = false;

	for (size_t i = 0; i < after->n_hosts; i++) {
		const struct manifest_host *via;

		if (after->hosts[i].kind != MANIFEST_DEVICE && &after->hosts[i] != host)
			counts[manifest_verdict(after, host, &after->hosts[i], &via)]++;
	}
	n_direct = counts[MANIFEST_LAN] + counts[MANIFEST_DIRECT] + counts[MANIFEST_PUNCH];
	if (n_direct > 0) {
		clause(teller, &is_begun);
		text_printf(teller->out, "%zu directly", n_direct);
	}
	if (counts[MANIFEST_RELAY] > 0) {
		clause(teller, &is_begun);
		text_printf(teller->out, "%zu through a relay", counts[MANIFEST_RELAY]);
	}
	if (counts[MANIFEST_NONE] > 0) {
		clause(teller, &is_begun);
		text_printf(teller->out,
			    teller->is_markdown ? "**%zu not at all**" : "%zu not at all",
			    counts[MANIFEST_NONE]);
	}
}
