/* SPDX-License-Identifier: MIT */

/*
 * A packet goes as in a kernel: the longest route of the host, then the longest of its peers'
 * allowed IPs; and the next host takes it only where its source is among the allowed IPs of the
 * peer that it comes from. Read from files anew, hop by hop: it is done for a few packets only.
 */

#include "compiler/prove/walk.h"

#include "base/arena.h"
#include "compiler/prove/steps.h"

enum {
	MOST_HOPS = 8,
};

/* Where a packet is. */
struct hop {
	const struct manifest_host *host;
	struct prove_files files;
};

struct match {
	const struct conf_peer *peer;
	const struct conf_prefix *prefix;
};

static struct match find_peer(const struct conf *conf, const struct net_address *address)
{
	struct match best = {0};

	vec_foreach(peer, &conf->peers) {
		vec_foreach(prefix, &peer->allowed_ips) {
			if (net_prefix_contains(&prefix->prefix, address) &&
			    (best.prefix == NULL ||
			     prefix->prefix.length >= best.prefix->prefix.length))
				best = (struct match){peer, prefix};
		}
	}
	return best;
}

/* Whether the address is routed into the tunnel at all. */
static bool is_routed(struct arena *arena, const struct hop *hop, const struct net_address *address)
{
	const struct conf *conf = hop->files.conf;

	if (!conf->has_no_routes && find_peer(conf, address).peer != NULL)
		return true;
	vec_foreach(each, &conf->addresses) {
		struct net_prefix prefix = {each->address, each->length};

		if (net_prefix_contains(&prefix, address))
			return true;
	}
	if (hop->files.routes == NULL || !interface_applies_routes(arena, hop->host, conf))
		return false;
	vec_foreach(route, &hop->files.routes->items) {
		if (net_prefix_contains(&route->prefix, address))
			return true;
	}
	return false;
}

static const struct manifest_host *whose(const struct prove *prove, const struct net_key *key,
					 const struct manifest_host *viewer)
{
	const struct section section = {.key = *key, .owner = prove_find_key(prove, key)};

	return prove_whose(prove, &section, viewer);
}

static uint32_t line_of(struct span span)
{
	return span_is_given(span) ? source_position(span.source, span.begin).line : 0;
}

/* Whether the host takes a packet from the one before. Says it where not. */
static bool takes(const struct walk *walk, struct diag *diag, const struct hop *hop,
		  const struct manifest_host *before, const struct net_address *source)
{
	struct match match = find_peer(hop->files.conf, source);
	const struct manifest_host *owner =
		match.peer == NULL ? NULL : whose(walk->prove, &match.peer->public_key, hop->host);
	char text[NET_ADDRESS_TEXT];

	if (owner == before)
		return true;
	if (match.peer == NULL) {
		diag_note(walk->diags, diag, "'%s' drops it: no peer there may send from %s",
			  hop->host->name, net_address_format(source, text));
	} else {
		diag_note(walk->diags, diag,
			  "'%s' drops it: only %s may send from %s there (line %u)",
			  hop->host->name, prove_name(walk->diags->arena, owner),
			  net_address_format(source, text), line_of(match.prefix->span));
	}
	return false;
}

/* The next host, or NULL where there is none, which is said. */
static const struct manifest_host *leave(const struct walk *walk, struct diag *diag,
					 const struct hop *hop, const struct net_address *address)
{
	const char *name = hop->host->name;
	struct match match = find_peer(hop->files.conf, address);
	const struct manifest_host *next;
	char text[NET_PREFIX_TEXT];

	if (!is_routed(walk->diags->arena, hop, address)) {
		diag_note(walk->diags, diag, "'%s' has no route for it into the tunnel", name);
		return NULL;
	}
	if (match.peer == NULL) {
		diag_note(walk->diags, diag, "'%s' drops it: no peer there has %s", name,
			  net_address_format(address, text));
		return NULL;
	}
	next = whose(walk->prove, &match.peer->public_key, hop->host);
	diag_note(walk->diags, diag, "'%s' -> %s: %s in line %u", name,
		  prove_name(walk->diags->arena, next),
		  net_prefix_format(&match.prefix->prefix, text), line_of(match.prefix->span));
	return next;
}

static bool open_files(const struct walk *walk, struct arena *arena, struct diag *diag,
		       struct hop *hop)
{
	int r = walk->reread(walk->context, arena, hop->host, &hop->files);

	if (r < 0 || hop->files.conf == NULL) {
		diag_note(walk->diags, diag, "the file of '%s' cannot be read", hop->host->name);
		return false;
	}
	return true;
}

static const struct net_address *find_source(const struct manifest_host *host,
					     enum net_family family)
{
	vec_foreach(address, &host->addresses) {
		if (address->family == family)
			return address;
	}
	return NULL;
}

/* Goes on to the next host. False: the packet ends here, which is said. */
static bool step(const struct walk *walk, struct arena *arena, struct diag *diag, struct hop *hop,
		 const struct net_address *address, const struct net_address *source)
{
	const struct manifest_host *next = leave(walk, diag, hop, address);
	const struct manifest_host *before = hop->host;

	if (next == NULL)
		return false;
	*hop = (struct hop){.host = next};
	if (!open_files(walk, arena, diag, hop))
		return false;
	return source == NULL || takes(walk, diag, hop, before, source);
}

void walk_tell(const struct walk *walk, const struct manifest_host *from,
	       const struct manifest_host *to, const struct net_address *address, struct diag *diag)
{
	struct arena *arena = arena_create();
	const struct net_address *source = find_source(from, address->family);
	struct hop hop = {.host = from};
	bool goes_on = open_files(walk, arena, diag, &hop);

	for (int i = 0; goes_on && hop.host != to; i++) {
		goes_on = step(walk, arena, diag, &hop, address, source);
		if (goes_on && (hop.host == from || i == MOST_HOPS)) {
			diag_note(walk->diags, diag, "and round again, for ever");
			goes_on = false;
		}
	}
	(void)arena_destroy(arena);
}
