/* SPDX-License-Identifier: MIT */

/* The manifest in the proof's terms: who answers for which addresses, who has which key. */

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "compiler/prove/steps.h"

struct claims {
	struct space_claim *items;
	size_t n_items;
	size_t capacity;
};

static bool is_at(const struct manifest_host *host, const struct manifest_site *site)
{
	vec_foreach(attachment, &host->attachments) {
		if (attachment->site == site)
			return true;
	}
	return false;
}

/*
 * Whether somebody else at the site routes the address, and nobody just it: then the host itself
 * answers for it, through a tunnel of its own.
 */
static bool is_on_routed_lan(const struct manifest *manifest, const struct manifest_host *host,
			     const struct manifest_site *site, const struct net_prefix *address)
{
	bool is_routed = false;

	for (size_t i = 0; i < manifest->n_hosts; i++) {
		const struct manifest_host *owner = &manifest->hosts[i];

		vec_foreach(route, &owner->routes) {
			if (net_prefix_compare(route, address) == 0)
				return false;
			is_routed = is_routed || (owner != host && is_at(owner, site) &&
						  net_prefix_covers(route, address));
		}
	}
	return is_routed;
}

/* Addresses on LANs that other hosts route: rare, and looked for only where there are routes. */
static void claim_lan_addresses(struct prove *prove, const struct manifest_host *host,
				struct claims *claims)
{
	vec_foreach(attachment, &host->attachments) {
		vec_foreach(place, &attachment->places) {
			struct net_prefix address = net_prefix_of_host(&place->address);

			if (place->is_address && attachment->site->inside != NULL &&
			    is_on_routed_lan(prove->manifest, host, attachment->site, &address)) {
				*vec_push(prove->arena, claims) = (struct space_claim){
					address, SPACE_LAN, (uint32_t)host->index};
			}
		}
	}
}

static int compare_lan_claims(const void *a, const void *b)
{
	const struct space_claim *left = a;
	const struct space_claim *right = b;

	return net_prefix_compare(&left->prefix, &right->prefix);
}

/* An address that two hosts have belongs to neither. */
static void add_lan_claims(struct arena *arena, struct claims *lan, struct claims *claims)
{
	if (lan->n_items > 1)
		qsort(lan->items, lan->n_items, sizeof(*lan->items), compare_lan_claims);
	for (size_t i = 0; i < lan->n_items; i++) {
		bool is_before =
			i > 0 && compare_lan_claims(&lan->items[i - 1], &lan->items[i]) == 0;
		bool is_behind = i + 1 < lan->n_items &&
				 compare_lan_claims(&lan->items[i], &lan->items[i + 1]) == 0;

		if (!is_before && !is_behind)
			*vec_push(arena, claims) = lan->items[i];
	}
}

static void make_space(struct prove *prove)
{
	const struct manifest *manifest = prove->manifest;
	struct claims claims = {0};
	struct claims lan = {0};
	bool has_routes = false;

	for (size_t i = 0; i < manifest->n_hosts; i++)
		has_routes = has_routes || manifest->hosts[i].routes.n_items > 0;
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		const struct manifest_host *host = &manifest->hosts[i];
		uint32_t owner = (uint32_t)i;

		vec_foreach(address, &host->addresses) {
			*vec_push(prove->arena, &claims) = (struct space_claim){
				net_prefix_of_host(address), SPACE_OVERLAY, owner};
		}
		vec_foreach(route, &host->routes) {
			*vec_push(prove->arena, &claims) =
				(struct space_claim){*route, SPACE_NETWORK, owner};
		}
		if (has_routes && host->kind != MANIFEST_DEVICE)
			claim_lan_addresses(prove, host, &lan);
	}
	add_lan_claims(prove->arena, &lan, &claims);
	vec_foreach(pool, &manifest->pools)
		*vec_push(prove->arena, &prove->edges) = *pool;
	for (size_t i = 0; i < manifest->n_sites; i++) {
		vec_foreach(prefix, &manifest->sites[i].prefixes)
			*vec_push(prove->arena, &prove->edges) = *prefix;
	}
	prove->claims = claims.items;
	prove->n_claims = claims.n_items;
	prove->space = space_create(prove->arena, claims.items, claims.n_items, &prove->edges);
	prove->summary.n_ends = claims.n_items;
}

/* What a host needs of a peer depends on this: equal hashes, equal needs. */
static uint64_t hash_standing(const struct party *party)
{
	uint64_t hash = 2 * party->host->class + (party->host->kind == MANIFEST_DEVICE);

	vec_foreach(outlook, &party->outlooks) {
		const uint64_t words[] = {
			outlook->site->index,   outlook->family,           outlook->kind,
			outlook->filtering,     outlook->timeout_s,        outlook->sends_elsewhere,
			outlook->out.port != 0, outlook->out.name != NULL,
		};

		hash = XXH3_64bits_withSeed(words, sizeof(words), hash);
	}
	return hash;
}

struct standing {
	uint64_t hash;
	struct party *party;
};

static int compare_standings(const void *a, const void *b)
{
	const struct standing *left = a;
	const struct standing *right = b;

	return (left->hash > right->hash) - (left->hash < right->hash);
}

static void number_vantages(struct prove *prove)
{
	size_t n_hosts = prove->manifest->n_hosts;
	struct standing *standings = ARENA_ARRAY(prove->arena, struct standing, n_hosts);
	size_t n_vantages = 0;

	for (size_t i = 0; i < n_hosts; i++) {
		standings[i] =
			(struct standing){hash_standing(&prove->parties[i]), &prove->parties[i]};
	}
	if (n_hosts > 1)
		qsort(standings, n_hosts, sizeof(*standings), compare_standings);
	for (size_t i = 0; i < n_hosts; i++) {
		n_vantages += i == 0 || standings[i - 1].hash != standings[i].hash;
		standings[i].party->vantage = n_vantages;
	}
}

static void set_ends(struct party *party)
{
	vec_foreach(address, &party->host->addresses)
		party->has_end[address->family] = true;
	vec_foreach(route, &party->host->routes) {
		party->has_end[route->address.family] = true;
		party->must_forward[route->address.family] = true;
	}
}

uint32_t prove_find_key(const struct prove *prove, const struct net_key *key)
{
	char text[NET_KEY_TEXT];
	const struct party *party = map_get(&prove->keys, net_key_format(key, text));

	return party == NULL ? PROVE_NOBODY : (uint32_t)party->host->index;
}

const struct manifest_host *prove_whose(const struct prove *prove, const struct section *section,
					const struct manifest_host *viewer)
{
	const struct party *party;

	if (section->owner == PROVE_NOBODY)
		return NULL;
	party = &prove->parties[section->owner];
	for (const struct manifest_host *each = party->host; each != NULL;
	     each = prove->parties[each->index].twin) {
		if (each->gateway == viewer)
			return each;
	}
	return party->host;
}

static void set_key(struct prove *prove, struct party *party)
{
	char text[NET_KEY_TEXT];
	const char *key;
	struct party *first;

	net_key_format(&party->host->public_key, text);
	key = arena_copy(prove->arena, text, sizeof(text));
	first = map_put(prove->arena, &prove->keys, key, party);
	if (first != NULL) {
		party->twin = first->twin;
		first->twin = party->host;
	}
}

void prove_set_up(struct prove *prove)
{
	size_t n_hosts = prove->manifest->n_hosts;

	prove->parties = ARENA_ARRAY(prove->arena, struct party, n_hosts);
	prove->seen = ARENA_ARRAY(prove->arena, uint32_t, n_hosts);
	prove->row.next = ARENA_ARRAY(prove->arena, uint32_t, n_hosts);
	prove->row.verdict = ARENA_ARRAY(prove->arena, uint8_t, n_hosts);
	for (size_t i = 0; i < n_hosts; i++) {
		struct party *party = &prove->parties[i];

		party->host = &prove->manifest->hosts[i];
		party->outlooks = outlooks_of(prove->arena, prove->manifest, party->host);
		set_ends(party);
		set_key(prove, party);
	}
	number_vantages(prove);
	make_space(prove);
	table_make(&prove->table, prove->arena, prove->space->n_atoms);
	memset(secret_reserve(&prove->sums, 2 * n_hosts * sizeof(struct preshared_sum)), 0,
	       2 * n_hosts * sizeof(struct preshared_sum));
}
