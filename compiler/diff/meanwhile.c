/* SPDX-License-Identifier: MIT */

/* What is interrupted while the change is brought in. docs/plan.md has the table of outcomes. */

#include "base/text.h"
#include "compiler/diff/teller.h"

size_t diff_count_cuts(const struct diff *diff)
{
	size_t n = 0;

	vec_foreach(shift, &diff->shifts)
		n += diff_shift_cuts(shift) ? shift->n_pairs : 0;
	return n;
}

size_t diff_count_changed(const struct diff_roles *roles)
{
	return roles->first.items.n_items + roles->gateways.items.n_items +
	       roles->servers.items.n_items - roles->come.items.n_items;
}

enum diff_outcome diff_outcome(const struct diff *diff, const struct diff_roles *roles)
{
	if (diff_count_cuts(diff) > 0 || roles->renewed.items.n_items > 0 ||
	    roles->uprooted.items.n_items > 0 || roles->restarted.items.n_items > 0 ||
	    roles->rebound.items.n_items > 0)
		return DIFF_SOME_TUNNELS;
	if (roles->sent.items.n_items > 0 || roles->n_paired > 0)
		return DIFF_IF_DONE_OTHERWISE;
	if (roles->waiting.items.n_items > 0)
		return DIFF_DEVICES;
	return diff_count_changed(roles) == 0 ? DIFF_UNTOUCHED : DIFF_NOBODY;
}

const char *diff_outcome_text(enum diff_outcome outcome)
{
	switch (outcome) {
	case DIFF_SOME_TUNNELS:
		return "some-tunnels";
	case DIFF_IF_DONE_OTHERWISE:
		return "if-done-otherwise";
	case DIFF_DEVICES:
		return "devices";
	case DIFF_NOBODY:
		return "nobody";
	case DIFF_UNTOUCHED:
		return "untouched";
	}
	unreachable();
}

void tell_outcome(struct teller *teller)
{
	switch (diff_outcome(teller->story->diff, teller->roles)) {
	case DIFF_SOME_TUNNELS:
		tell(teller, "some tunnels are interrupted");
		return;
	case DIFF_IF_DONE_OTHERWISE:
		tell(teller, "no server or gateway that stays is interrupted, if it is done as "
			     "below");
		return;
	case DIFF_DEVICES:
		tell(teller, "no server or gateway that stays is interrupted");
		return;
	case DIFF_NOBODY:
		tell(teller, "nobody who stays is interrupted");
		return;
	case DIFF_UNTOUCHED:
		tell(teller, "no server or gateway that is there is touched");
		return;
	}
	unreachable();
}

/* One line about hosts that are concerned as a whole. */
static void tell_hosts(struct teller *teller, const char *bullet, const struct diff_names *names,
		       const char *words)
{
	if (names->items.n_items == 0)
		return;
	tell(teller, bullet);
	tell_names(teller, names);
	tell(teller, words);
}

/* Hosts whose tunnels are cut, and what for. */
static void tell_cut_hosts(struct teller *teller, const char *bullet)
{
	const struct diff_roles *roles = teller->roles;

	tell_hosts(teller, bullet, &roles->renewed,
		   ": every tunnel is cut between its reload and that of the other end, because "
		   "the key is another one\n");
	tell_hosts(teller, bullet, &roles->uprooted,
		   ": every tunnel is cut between its restart and the reload of the other end, "
		   "because the address is another one\n");
	tell_hosts(teller, bullet, &roles->restarted,
		   ": every tunnel drops for the seconds of a restart\n");
	tell_hosts(teller, bullet, &roles->rebound,
		   ": what others send is lost from its reload until it sends something itself, "
		   "or they are reloaded, because the port is another one\n");
}

/* Devices that are out, and from when on. */
static void tell_waiting(struct teller *teller, const char *bullet)
{
	const struct diff_roles *roles = teller->roles;
	struct diff_names others = {0};
	struct map strayed = {0};

	vec_foreach(name, &roles->strayed.items)
		(void)map_put(teller->arena, &strayed, *name, teller);
	vec_foreach(name, &roles->waiting.items) {
		if (map_get(&strayed, *name) == NULL)
			*vec_push(teller->arena, &others.items) = *name;
	}
	tell_hosts(teller, bullet, &others,
		   ": out from the reload of the gateway until the new file is imported\n");
	tell_hosts(teller, bullet, &roles->strayed,
		   ": out while the old endpoint no longer answers and the new file is not "
		   "imported\n");
}

void tell_cuts(struct teller *teller, const char *bullet)
{
	const struct diff *diff = teller->story->diff;
	const struct diff_roles *roles = teller->roles;
	size_t n_cuts = diff_count_cuts(diff);
	enum diff_outcome outcome = diff_outcome(diff, roles);

	if (n_cuts > 0) {
		tell(teller, bullet);
		tell(teller, "the ");
		tell_count(teller, n_cuts, "pair", "pairs");
		tell(teller,
		     " above to or from a relay: cut from the reload of the first of the two "
		     "until that of the second\n");
	}
	tell_cut_hosts(teller, bullet);
	if (roles->n_paired > 0) {
		tell(teller, bullet);
		tell_count(teller, roles->n_paired, "pair has", "pairs have");
		tell(teller, " another preshared key: nothing drops where both ends are reloaded "
			     "within two minutes\n");
	}
	tell_hosts(teller, bullet, &roles->sent,
		   ": packets go to the new endpoint from a host's reload on, and are lost while "
		   "nothing answers there\n");
	tell_waiting(teller, bullet);
	tell_hosts(teller, bullet, &roles->go,
		   ": every tunnel closes, at each other end with its reload\n");
	tell_hosts(teller, bullet, &roles->carried,
		   ": what another host sends through it can be lost for an instant in that "
		   "host's reload; no session ends\n");
	if ((outcome == DIFF_NOBODY || outcome == DIFF_UNTOUCHED) && diff->hosts.n_items > 0) {
		tell(teller, bullet);
		tell(teller, "who stays keeps its sessions: a reload touches only the peers that "
			     "change\n");
	}
}
