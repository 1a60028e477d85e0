/* SPDX-License-Identifier: MIT */

/* What changes for the hosts of a group, in words: facts of one kind in one phrase. */

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "compiler/diff/teller.h"

enum {
	MOST_PHRASES = 6,
};

/* Facts that are told in one phrase. */
struct change {
	enum diff_field field;
	const char *from;
	const char *to;
	struct diff_names peers;
	struct diff_names less; /* of DIFF_ALLOWED_IPS and DIFF_ADDRESS: what goes */
	struct diff_names more; /* and what comes */
	bool is_forwarding;     /* `more` has the families */
};

struct changes {
	struct teller *teller;
	vec_of(struct change) items;
	struct map by_key; /* -> the number of a change */
	struct map added;  /* peers that are new: the rest of what is said of them is no change */
};

static struct change *change_of(struct changes *changes, const struct diff_fact *fact,
				const char *key)
{
	struct arena *arena = changes->teller->arena;
	size_t *number = map_get(&changes->by_key, key);

	if (number == NULL) {
		number = ARENA_NEW(arena, size_t);
		*number = changes->items.n_items;
		(void)map_put(arena, &changes->by_key, key, number);
		*vec_push(arena, &changes->items) =
			(struct change){.field = fact->field, .from = fact->from, .to = fact->to};
	}
	return &changes->items.items[*number];
}

/* Hooks that make a gateway: they come and go together, and are told by what they are for. */
static const char *forwarding_of(const struct diff_fact *fact)
{
	static const char *const hooks[][2] = {
		{"PostUp = sysctl -q -w net.ipv4.ip_forward=1", "IPv4"},
		{"PostUp = sysctl -q -w net.ipv6.conf.all.forwarding=1", "IPv6"},
		{"PostUp = sysctl -q -w net/ipv4/conf/all/send_redirects=0", ""},
		{"PostUp = echo 0 >/proc/sys/net/ipv4/conf/%i/send_redirects", ""},
	};
	const char *setting = fact->to == NULL ? fact->from : fact->to;

	for (size_t i = 0; setting != NULL && i < sizeof(hooks) / sizeof(hooks[0]); i++) {
		if (strcmp(setting, hooks[i][0]) == 0)
			return hooks[i][1];
	}
	return NULL;
}

static const char *key_of(struct arena *arena, const struct diff_fact *fact)
{
	const char *from = fact->from == NULL ? "" : fact->from;
	const char *to = fact->to == NULL ? "" : fact->to;

	if (fact->field == DIFF_PEER)
		return from[0] == '\0' ? "more" : to[0] == '\0' ? "less" : "key";
	if (fact->field == DIFF_ADDRESS)
		return "address";
	if (fact->field == DIFF_SETTING && forwarding_of(fact) != NULL)
		return arena_printf(arena, "forwarding %d", fact->to == NULL);
	if (fact->field == DIFF_ALLOWED_IPS)
		return arena_printf(arena, "%s", fact->peer);
	return arena_printf(arena, "%d\n%s\n%s", (int)fact->field, from, to);
}

static void take_fact(struct changes *changes, const struct diff_fact *fact)
{
	struct arena *arena = changes->teller->arena;
	struct change *change;

	if (fact->field != DIFF_PEER && fact->peer != NULL &&
	    map_get(&changes->added, fact->peer) != NULL)
		return;
	change = change_of(changes, fact, key_of(arena, fact));
	if (fact->field == DIFF_ALLOWED_IPS || fact->field == DIFF_ADDRESS) {
		struct diff_names *names = fact->to == NULL ? &change->less : &change->more;

		*vec_push(arena, &names->items) = fact->to == NULL ? fact->from : fact->to;
		change->peers.items.n_items = 0;
	}
	if (fact->field == DIFF_SETTING && forwarding_of(fact) != NULL) {
		change->is_forwarding = true;
		if (forwarding_of(fact)[0] != '\0')
			*vec_push(arena, &change->more.items) = forwarding_of(fact);
	}
	if (fact->peer != NULL)
		*vec_push(arena, &change->peers.items) = fact->peer;
}

static void gather(struct changes *changes, const struct diff_group *group)
{
	const struct diff *diff = changes->teller->story->diff;
	static char yes[] = "yes";

	vec_foreach(range, &group->facts.items) {
		for (size_t i = range->first; i <= range->last; i++) {
			const struct diff_fact *fact = &diff->facts.items.items[i];

			if (fact->field == DIFF_PEER && fact->from == NULL) {
				(void)map_put(changes->teller->arena, &changes->added, fact->peer,
					      yes);
			}
		}
	}
	vec_foreach(range, &group->facts.items) {
		for (size_t i = range->first; i <= range->last; i++)
			take_fact(changes, &diff->facts.items.items[i]);
	}
}

/* "`a` -> `b`", "`b`" that is new, or "none any more". */
static void tell_values(struct teller *teller, const struct change *change)
{
	tell(teller, ": ");
	if (change->from == NULL) {
		tell(teller, "now ");
		tell_code(teller, change->to);
		return;
	}
	tell_code(teller, change->from);
	tell(teller, teller->is_markdown ? " → " : " -> ");
	if (change->to == NULL) {
		tell(teller, "none");
	} else {
		tell_code(teller, change->to);
	}
}

static bool has_address(const struct manifest_host *host, const struct net_address *address)
{
	vec_foreach(each, &host->addresses) {
		if (net_address_compare(each, address) == 0)
			return true;
	}
	return false;
}

/* The addresses that the host has on this side alone. */
static void tell_own(struct teller *teller, const char *name, enum diff_side side)
{
	const struct diff *diff = teller->story->diff;
	const struct manifest_host *host = diff_find(diff, side, name);
	const struct manifest_host *other =
		diff_find(diff, side == DIFF_BEFORE ? DIFF_AFTER : DIFF_BEFORE, name);

	vec_foreach(address, &host->addresses) {
		char buffer[NET_ADDRESS_TEXT];

		if (has_address(other, address))
			continue;
		tell(teller, " ");
		tell_code(teller, net_address_format(address, buffer));
	}
}

/* Takes the name out of the list. Returns whether it was there. */
static bool take_out(struct diff_names *names, const char *name)
{
	size_t n_kept = 0;
	bool is_there = false;

	vec_foreach(each, &names->items) {
		if (strcmp(*each, name) == 0) {
			is_there = true;
		} else {
			names->items.items[n_kept++] = *each;
		}
	}
	names->items.n_items = n_kept;
	return is_there;
}

static void tell_part(struct teller *teller, const char **separator, const char *words,
		      const struct diff_names *names)
{
	if (names->items.n_items == 0)
		return;
	tell(teller, *separator);
	tell(teller, words);
	tell_names(teller, names);
	*separator = ", and ";
}

/* "peer gw has address 10.7.0.3 instead of 10.7.0.4, and now also carries home01" */
static void tell_allowed(struct teller *teller, const struct change *change)
{
	struct teller_carried carried = teller_carried(teller, &change->less, &change->more);
	const char *name = change->peers.items.items[0];
	const char *separator = " ";

	tell(teller, "peer ");
	tell_names(teller, &change->peers);
	if (take_out(&carried.moved, name)) {
		tell(teller, " has address");
		tell_own(teller, name, DIFF_AFTER);
		tell(teller, " instead of");
		tell_own(teller, name, DIFF_BEFORE);
		separator = ", and ";
	}
	tell_part(teller, &separator, "now also carries ", &carried.more);
	tell_part(teller, &separator, "no longer carries ", &carried.less);
	tell_part(teller, &separator, "carries at another address ", &carried.moved);
	if (separator[0] == ' ')
		tell(teller, " has the same allowed IPs, written otherwise");
}

/* "forwards IPv4 and IPv6 packets from now on" */
static void tell_forwarding(struct teller *teller, const struct change *change)
{
	tell(teller, "forwards ");
	vec_foreach(family, &change->more.items) {
		tell(teller, family == change->more.items.items ? "" : " and ");
		tell(teller, *family);
	}
	tell(teller, change->to == NULL ? " packets no longer" : " packets from now on");
}

static void tell_addresses(struct teller *teller, const struct change *change)
{
	tell(teller, "own address: ");
	if (change->less.items.n_items == 0) {
		tell(teller, "now also ");
		tell_names(teller, &change->more);
		return;
	}
	tell_names(teller, &change->less);
	tell(teller, teller->is_markdown ? " → " : " -> ");
	if (change->more.items.n_items > 0) {
		tell_names(teller, &change->more);
	} else {
		tell(teller, "none");
	}
}

/* Whether the first of the group's hosts that is not the peer itself reaches it by a relay. */
static bool is_relayed(const struct diff *diff, const struct diff_group *group, const char *peer)
{
	const struct manifest_host *to = diff_find(diff, DIFF_AFTER, peer);

	vec_foreach(host, &group->hosts) {
		const struct manifest_host *from = (*host)->sides[DIFF_AFTER];
		const struct manifest_host *via;

		if (from != NULL && to != NULL && from != to) {
			return manifest_verdict(diff->sides[DIFF_AFTER], from, to, &via) ==
			       MANIFEST_RELAY;
		}
	}
	return false;
}

/* Peers that go: some are reached all the same. */
static void tell_lost(struct teller *teller, const struct diff_group *group,
		      const struct change *change)
{
	struct diff_names relayed = {0};
	struct diff_names lost = {0};

	vec_foreach(peer, &change->peers.items) {
		struct diff_names *names =
			is_relayed(teller->story->diff, group, *peer) ? &relayed : &lost;

		*vec_push(teller->arena, &names->items) = *peer;
	}
	if (relayed.items.n_items > 0) {
		tell(teller, "from now on reaches ");
		tell_names(teller, &relayed);
		tell(teller, " through a relay");
		tell(teller, lost.items.n_items > 0 ? "; " : "");
	}
	if (lost.items.n_items > 0) {
		tell(teller, lost.items.n_items == 1 ? "loses the peer " : "loses the peers ");
		tell_names(teller, &lost);
	}
}

/* The peers whose presence changes. */
static void tell_peers(struct teller *teller, const struct diff_group *group,
		       const struct change *change)
{
	bool is_one = change->peers.items.n_items == 1;

	if (change->from != NULL && change->to == NULL) {
		tell_lost(teller, group, change);
		return;
	}
	if (change->from == NULL) {
		tell(teller, is_one ? "new peer " : "new peers ");
	} else {
		tell(teller, is_one ? "new key of the peer " : "new keys of the peers ");
	}
	tell_names(teller, &change->peers);
}

/* A field that several peers change, each in its own way, is told without the values. */
static bool tell_together(struct teller *teller, struct changes *changes, enum diff_field field,
			  const char *words)
{
	struct diff_names peers = {0};
	size_t n_ways = 0;
	size_t n_new = 0;

	vec_foreach(change, &changes->items) {
		if (change->field != field)
			continue;
		n_ways++;
		n_new += change->from == NULL;
		vec_foreach(peer, &change->peers.items)
			*vec_push(teller->arena, &peers.items) = *peer;
	}
	if (n_ways <= 2)
		return false;
	tell(teller, n_new == n_ways ? "new " : "");
	tell(teller, words);
	tell_names(teller, &peers);
	return true;
}

static void tell_one(struct teller *teller, const struct diff_group *group,
		     const struct change *change)
{
	static const char *const words[DIFF_N_FIELDS] = {
		[DIFF_INTERFACE] = "interface",
		[DIFF_OWN_KEY] = "its own key",
		[DIFF_PRIVATE_KEY] = "source of its private key",
		[DIFF_LISTEN_PORT] = "listens on port",
		[DIFF_MTU] = "MTU",
		[DIFF_TABLE] = "Table",
		[DIFF_SETTING] = "setting",
		[DIFF_ROUTE] = "route",
		[DIFF_ENDPOINT] = "endpoint of ",
		[DIFF_KEEPALIVE] = "keepalive in seconds to ",
		[DIFF_PRESHARED_KEY] = "preshared key with ",
	};

	if (change->is_forwarding) {
		tell_forwarding(teller, change);
	} else if (change->field == DIFF_ADDRESS) {
		tell_addresses(teller, change);
	} else if (change->field == DIFF_PEER) {
		tell_peers(teller, group, change);
	} else if (change->field == DIFF_ALLOWED_IPS) {
		tell_allowed(teller, change);
	} else {
		tell(teller, words[change->field]);
		if (change->peers.items.n_items > 0)
			tell_names(teller, &change->peers);
		if (change->field == DIFF_PRESHARED_KEY) {
			tell(teller, change->from == NULL ? " is new"
				     : change->to == NULL ? " goes"
							  : " is another one");
		} else {
			tell_values(teller, change);
		}
	}
}

/* Fields in which every peer may have a value of its own. */
static const char *const together[DIFF_N_FIELDS] = {
	[DIFF_ENDPOINT] = "endpoints of ",
	[DIFF_ALLOWED_IPS] = "allowed IPs of ",
	[DIFF_PRESHARED_KEY] = "preshared keys with ",
};

void tell_change(struct teller *teller, const struct diff_group *group)
{
	struct changes changes = {.teller = teller};
	size_t n_told = 0;
	size_t n_left = 0;

	gather(&changes, group);
	if (group->effect == DIFF_NOTHING) {
		tell(teller, "comments only, or files that nothing runs from");
		return;
	}
	for (int field = DIFF_N_FIELDS; field-- > 0;) {
		const char *words = together[field];
		bool is_told = false;

		vec_foreach(change, &changes.items) {
			if (change->field != (enum diff_field)field || is_told)
				continue;
			if (n_told == MOST_PHRASES) {
				n_left++;
				continue;
			}
			tell(teller, n_told++ == 0 ? "" : "; ");
			is_told = words != NULL &&
				  tell_together(teller, &changes, change->field, words);
			if (!is_told)
				tell_one(teller, group, change);
		}
	}
	if (n_left > 0)
		text_printf(teller->out, "; and %zu more", n_left);
}
