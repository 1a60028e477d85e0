/* SPDX-License-Identifier: MIT */

/*
 * A packet from every host to every address of every other one. Whether a hop passes packets on is
 * taken for granted, as are the routes of a file with `Table = off`: both may be set elsewhere.
 */

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/prove/found_parts.h"

enum {
	MOST_NAMED = 5,
	MOST_HOPS = 64,
};

/* How a walk ended. */
enum ending {
	END_ARRIVED,
	END_NO_WAY,     /* the first host has no peer for it */
	END_STRANGER,   /* at a host whose file is not here */
	END_UNANSWERED, /* at its target, which has no way back: said of that one */
	END_DROPPED,    /* on the way: no peer for it */
	END_REFUSED,    /* on the way: it may not come from there */
	END_LOOP,
};

struct walk {
	const struct found_host *from;
	const struct found_host *to;
	size_t atom;                 /* of the address */
	size_t source_atom;          /* of the sender's address */
	const struct found_host *at; /* where it ended */
	const struct found_host *before;
	size_t n_hops;
};

static const struct found_host *host_of(const struct examination *x, const struct found_host *at,
					size_t atom, const struct conf_peer **ret_peer)
{
	uint32_t number = x->next[found_index(x, at)][atom];

	*ret_peer = number == 0 ? NULL : &at->conf->peers.items[number - 1];
	return number == 0 ? NULL : found_whose(x, &(*ret_peer)->public_key, at);
}

static enum ending follow(const struct examination *x, struct walk *walk)
{
	walk->at = walk->from;
	walk->before = NULL;
	for (walk->n_hops = 0; walk->at != walk->to; walk->n_hops++) {
		const struct conf_peer *peer;
		const struct found_host *next = host_of(x, walk->at, walk->atom, &peer);

		if (peer == NULL)
			return walk->n_hops == 0 ? END_NO_WAY : END_DROPPED;
		if (next == NULL)
			return END_STRANGER;
		if (walk->n_hops == MOST_HOPS || (next == walk->from && walk->n_hops > 0))
			return END_LOOP;
		walk->before = walk->at;
		walk->at = next;
		if (host_of(x, next, walk->source_atom, &peer) != walk->before &&
		    !net_key_is_zero(&walk->before->key))
			return next == walk->to && peer == NULL ? END_UNANSWERED : END_REFUSED;
	}
	return END_ARRIVED;
}

/* The longest prefix of the peer that has the address: for people. */
static const struct conf_prefix *find_prefix(const struct conf_peer *peer,
					     const struct net_address *address)
{
	const struct conf_prefix *best = NULL;

	vec_foreach(prefix, &peer->allowed_ips) {
		if (net_prefix_contains(&prefix->prefix, address) &&
		    (best == NULL || prefix->prefix.length >= best->prefix.length))
			best = prefix;
	}
	return best;
}

/* Tells the walk again, hop by hop. Returns the line at which it was decided. */
static void tell(const struct examination *x, const struct walk *walk, struct diag *diag)
{
	const struct net_address *address = &x->space->atoms[walk->atom].first;
	const struct found_host *at = walk->from;

	for (size_t i = 0; i <= walk->n_hops && i < MOST_NAMED; i++) {
		char text[NET_PREFIX_TEXT];
		const struct conf_peer *peer;
		const struct found_host *next = host_of(x, at, walk->atom, &peer);
		const struct conf_prefix *prefix = peer == NULL ? NULL : find_prefix(peer, address);

		if (next == NULL || prefix == NULL)
			return;
		diag_note(x->diags, diag, "'%s' -> '%s': %s in line %u", at->name, next->name,
			  net_prefix_format(&prefix->prefix, text),
			  source_position(prefix->span.source, prefix->span.begin).line);
		at = next;
	}
}

static struct span span_of_owner(const struct examination *x, const struct found_host *host,
				 size_t atom)
{
	const struct conf_peer *peer;

	(void)host_of(x, host, atom, &peer);
	if (peer != NULL && peer->allowed_ips.n_items > 0)
		return peer->allowed_ips.items[0].span;
	return host->conf->span;
}

/* Diagnostics about one host are few: the first of each kind says how many there are. */
struct tally {
	struct diag *diag;
	size_t n;
};

static void report_lost(const struct examination *x, const struct walk *walk, enum ending ending,
			struct tally *tallies)
{
	struct tally *tally = &tallies[found_index(x, walk->at)];
	char text[NET_ADDRESS_TEXT];
	struct span span;

	if (tally->n++ > 0)
		return;
	span = span_of_owner(x, walk->at, ending == END_REFUSED ? walk->source_atom : walk->atom);
	(void)net_address_format(&x->space->atoms[walk->atom].first, text);
	if (ending == END_LOOP) {
		tally->diag = diag_add(x->diags, DIAG_PATH_BROKEN, span,
				       "packets from '%s' to %s of '%s' go round in a circle",
				       walk->from->name, text, walk->to->name);
		tell(x, walk, tally->diag);
		return;
	}
	tally->diag = diag_add(x->diags, DIAG_PATH_BROKEN, span,
			       "packets from '%s' to %s of '%s' end at '%s'", walk->from->name,
			       text, walk->to->name, walk->at->name);
	tell(x, walk, tally->diag);
	if (ending == END_REFUSED) {
		diag_note(x->diags, tally->diag,
			  "'%s' takes %s from another peer than '%s', or from none", walk->at->name,
			  net_address_format(&x->space->atoms[walk->source_atom].first, text),
			  walk->before->name);
	} else {
		diag_note(x->diags, tally->diag, "no peer of '%s' has it among its allowed IPs",
			  walk->at->name);
	}
}

/* Hosts that one host has no way to. */
struct gap {
	struct text names;
	size_t n;
};

static void report_gap(const struct examination *x, const struct found_host *host,
		       const struct gap *gap)
{
	struct diag *diag = diag_add(x->diags, DIAG_PATH_MISSING, host->conf->span,
				     "'%s' has no way to %zu of the %zu other hosts", host->name,
				     gap->n, x->found->hosts.n_items - 1);

	diag_note(x->diags, diag, "%s%s", gap->names.data, gap->n > MOST_NAMED ? ", ..." : "");
}

static void count(const struct examination *x, const struct walk *walk, enum ending ending,
		  struct gap *gap, struct tally *tallies)
{
	struct found_summary *summary = x->summary;

	switch (ending) {
	case END_ARRIVED:
		summary->n_direct += walk->n_hops == 1;
		summary->n_relayed += walk->n_hops > 1;
		return;
	case END_NO_WAY:
	case END_STRANGER:
	case END_UNANSWERED:
		summary->n_apart++;
		if (ending != END_NO_WAY)
			return;
		if (gap->n++ < MOST_NAMED) {
			text_join(&gap->names, gap->names.length == 0 ? "" : ", ", walk->to->name);
		}
		return;
	case END_DROPPED:
	case END_REFUSED:
	case END_LOOP:
		summary->n_apart++;
		report_lost(x, walk, ending, tallies);
	}
}

/* The sender's address of the family; NULL: it has none. */
static const struct net_address *find_source(const struct found_host *host, enum net_family family)
{
	vec_foreach(address, &host->conf->addresses) {
		if (address->address.family == family)
			return &address->address;
	}
	return NULL;
}

/* Every address of the one as the other sends to it: the pair is as good as the worst. */
static void check_pair(const struct examination *x, const struct found_host *from,
		       const struct found_host *to, struct gap *gap, struct tally *tallies)
{
	struct walk worst = {0};
	enum ending ending = END_ARRIVED;
	bool has_any = false;

	vec_foreach(target, &to->conf->addresses) {
		const struct net_address *source = find_source(from, target->address.family);
		struct walk walk = {.from = from, .to = to};
		enum ending end;

		if (source == NULL)
			continue;
		walk.atom = space_find(x->space, &target->address);
		walk.source_atom = space_find(x->space, source);
		end = follow(x, &walk);
		if (!has_any || end > ending) {
			worst = walk;
			ending = end;
		}
		has_any = true;
	}
	if (!has_any)
		return;
	x->summary->n_pairs++;
	count(x, &worst, ending, gap, tallies);
}

void found_check_ways(struct examination *x)
{
	size_t n_hosts = x->found->hosts.n_items;
	struct tally *tallies = ARENA_ARRAY(x->found->arena, struct tally, n_hosts);

	vec_foreach(from, &x->found->hosts) {
		struct gap gap = {0};

		vec_foreach(to, &x->found->hosts) {
			if (from != to)
				check_pair(x, from, to, &gap, tallies);
		}
		if (gap.n > 0)
			report_gap(x, from, &gap);
		text_finish(&gap.names);
	}
	for (size_t i = 0; i < n_hosts; i++) {
		if (tallies[i].n > 1) {
			diag_note(x->diags, tallies[i].diag, "%zu ordered pairs in all end there",
				  tallies[i].n);
		}
	}
}
