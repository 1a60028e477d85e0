/* SPDX-License-Identifier: MIT */

/* Who is concerned by what. Somebody who is to be kept out is in until the gateway knows. */

#include <string.h>

#include "base/arena.h"
#include "base/net/key.h"
#include "compiler/diff/parts.h"
#include "compiler/diff/story.h"

static bool has_name(const struct diff_names *names, const char *name)
{
	vec_foreach(each, &names->items) {
		if (strcmp(*each, name) == 0)
			return true;
	}
	return false;
}

static void add(const struct diff *diff, struct diff_names *names, const char *name)
{
	*vec_push(diff->arena, &names->items) = name;
}

static bool has_same_addresses(const struct manifest_host *a, const struct manifest_host *b)
{
	if (a->addresses.n_items != b->addresses.n_items)
		return false;
	for (size_t i = 0; i < a->addresses.n_items; i++) {
		if (net_address_compare(&a->addresses.items[i], &b->addresses.items[i]) != 0)
			return false;
	}
	return true;
}

/* A device that is gone, or has another key. */
static void add_leaving(const struct diff *diff, struct diff_roles *roles,
			const struct manifest_host *old)
{
	add(diff, &roles->leaving, old->name);
	if (old->gateway != NULL && diff_find(diff, DIFF_AFTER, old->gateway->name) != NULL &&
	    !has_name(&roles->first, old->gateway->name))
		add(diff, &roles->first, old->gateway->name);
}

static void add_moved(const struct diff *diff, struct diff_roles *roles,
		      const struct manifest_host *old)
{
	add(diff, &roles->moved, old->name);
	if (old->kind != MANIFEST_DEVICE)
		add(diff, &roles->uprooted, old->name);
}

static void add_rehomed(const struct diff *diff, struct diff_roles *roles,
			const struct manifest_host *old, const struct manifest_host *new)
{
	vec_foreach(rehomed, &roles->rehomed) {
		if (strcmp(rehomed->from, old->gateway->name) == 0 &&
		    strcmp(rehomed->to, new->gateway->name) == 0) {
			add(diff, &rehomed->devices, old->name);
			return;
		}
	}
	*vec_push(diff->arena, &roles->rehomed) =
		(struct diff_rehomed){.from = old->gateway->name, .to = new->gateway->name};
	add(diff, &roles->rehomed.items[roles->rehomed.n_items - 1].devices, old->name);
}

/* Whether the key gets somebody in by another name, so that whoever has it stays in. */
static bool lives_on(const struct diff *diff, const struct manifest_host *old)
{
	const struct manifest *manifest = diff->sides[DIFF_AFTER];

	for (size_t i = 0; manifest != NULL && i < manifest->n_hosts; i++) {
		const struct manifest_host *host = &manifest->hosts[i];

		if (net_key_compare(&host->public_key, &old->public_key) == 0 &&
		    has_same_addresses(host, old) && host->gateway != NULL &&
		    old->gateway != NULL && strcmp(host->gateway->name, old->gateway->name) == 0)
			return true;
	}
	return false;
}

static void compare_old(const struct diff *diff, struct diff_roles *roles)
{
	const struct manifest *manifest = diff->sides[DIFF_BEFORE];

	for (size_t i = 0; manifest != NULL && i < manifest->n_hosts; i++) {
		const struct manifest_host *old = &manifest->hosts[i];
		const struct manifest_host *new = diff_find(diff, DIFF_AFTER, old->name);
		bool keeps_key =
			new != NULL &&net_key_compare(&new->public_key, &old->public_key) == 0;

		if (old->kind == MANIFEST_DEVICE && !keeps_key) {
			if (!lives_on(diff, old))
				add_leaving(diff, roles, old);
		} else if (new != NULL && !keeps_key) {
			add(diff, &roles->renewed, old->name);
		}
		if (new == NULL)
			add(diff, &roles->removed, old->name);
		if (new == NULL && old->kind != MANIFEST_DEVICE)
			add(diff, &roles->go, old->name);
		if (new != NULL && !has_same_addresses(old, new))
			add_moved(diff, roles, old);
		if (new != NULL && old->gateway != NULL &&new->gateway !=
					   NULL &&strcmp(old->gateway->name, new->gateway->name) !=
					   0)
			add_rehomed(diff, roles, old, new);
	}
}

/* Addresses that were those of another host. One that only has another name is the same host. */
static void find_passing(const struct diff *diff, struct diff_roles *roles)
{
	const struct manifest *before = diff->sides[DIFF_BEFORE];
	const struct manifest *after = diff->sides[DIFF_AFTER];
	struct arena *arena = arena_create();
	char buffer[NET_ADDRESS_TEXT];
	struct map owners = {0};

	for (size_t i = 0; before != NULL && i < before->n_hosts; i++) {
		vec_foreach(address, &before->hosts[i].addresses) {
			(void)map_put(
				arena, &owners,
				arena_printf(arena, "%s", net_address_format(address, buffer)),
				&before->hosts[i]);
		}
	}
	for (size_t i = 0; after != NULL && i < after->n_hosts; i++) {
		const struct manifest_host *new = &after->hosts[i];

		vec_foreach(address, &new->addresses) {
			const struct manifest_host *old =
				map_get(&owners, net_address_format(address, buffer));

			if (old == NULL || strcmp(old->name, new->name) == 0 ||
			    net_key_compare(&old->public_key, &new->public_key) == 0)
				continue;
			*vec_push(diff->arena, &roles->passing) = (struct diff_passing){
				arena_printf(diff->arena, "%s", buffer), old->name, new->name};
		}
	}
	(void)arena_destroy(arena);
}

static void compare_new(const struct diff *diff, struct diff_roles *roles)
{
	const struct manifest *manifest = diff->sides[DIFF_AFTER];

	for (size_t i = 0; manifest != NULL && i < manifest->n_hosts; i++) {
		const struct manifest_host *new = &manifest->hosts[i];

		if (diff_find(diff, DIFF_BEFORE, new->name) != NULL)
			continue;
		add(diff, new->kind == MANIFEST_DEVICE ? &roles->users : &roles->come, new->name);
	}
}

/* Gateways first: those who are to be relayed need them. */
static void put_in_order(const struct diff *diff, struct diff_roles *roles, enum manifest_kind kind)
{
	vec_foreach(host, &diff->hosts) {
		const struct manifest_host *after = host->sides[DIFF_AFTER];

		if (after == NULL || after->kind != kind)
			continue;
		if (kind == MANIFEST_DEVICE) {
			if (host->files.n_items > 0)
				add(diff, &roles->devices, host->name);
		} else if (host->effect == DIFF_NOTHING) {
			add(diff, &roles->at_rest, host->name);
		} else if (!has_name(&roles->first, host->name)) {
			add(diff, kind == MANIFEST_GATEWAY ? &roles->gateways : &roles->servers,
			    host->name);
		}
	}
}

/* What holds for the host alone. */
static void look_at_host(const struct diff *diff, struct diff_roles *roles,
			 const struct diff_host *host)
{
	if (host->effect == DIFF_RESTART && !has_name(&roles->moved, host->name))
		add(diff, &roles->restarted, host->name);
	vec_foreach(range, &host->facts.items) {
		for (size_t i = range->first; i <= range->last; i++) {
			if (diff->facts.items.items[i].field == DIFF_LISTEN_PORT &&
			    host->effect == DIFF_RELOAD)
				add(diff, &roles->rebound, host->name);
		}
	}
}

/*
 * A device whose old file is of no use any more; or that has a new file all the same. Where only an
 * endpoint changes, the old one decides, unless the gateway itself changes its port.
 */
static void look_at_device(const struct diff *diff, struct diff_roles *roles,
			   const struct diff_host *host)
{
	bool is_shut_out = false;
	bool has_strayed = false;

	vec_foreach(range, &host->facts.items) {
		for (size_t i = range->first; i <= range->last; i++) {
			const struct diff_fact *fact = &diff->facts.items.items[i];

			if (fact->field == DIFF_ENDPOINT && fact->from != NULL &&
			    !has_name(&roles->rebound, fact->peer)) {
				has_strayed = true;
			} else if (fact->field == DIFF_OWN_KEY || fact->field == DIFF_ADDRESS ||
				   fact->field == DIFF_PEER || fact->field == DIFF_PRESHARED_KEY ||
				   (fact->field == DIFF_ENDPOINT && fact->from != NULL)) {
				is_shut_out = true;
			}
		}
	}
	if (is_shut_out || has_strayed) {
		add(diff, &roles->waiting, host->name);
	} else {
		roles->n_refreshed++;
	}
	if (has_strayed && !is_shut_out)
		add(diff, &roles->strayed, host->name);
}

/* Facts about peers that are new to the host change nothing that runs. */
static void find_added(struct arena *arena, const struct diff *diff, const struct diff_host *host,
		       struct map *added)
{
	static char yes[] = "yes";

	vec_foreach(range, &host->facts.items) {
		for (size_t i = range->first; i <= range->last; i++) {
			const struct diff_fact *fact = &diff->facts.items.items[i];

			if (fact->field == DIFF_PEER && fact->from == NULL)
				(void)map_put(arena, added, fact->peer, yes);
		}
	}
}

static void add_once(const struct diff *diff, struct map *seen, struct diff_names *names,
		     const char *name)
{
	char *copy = arena_printf(diff->arena, "%s", name);

	if (map_put(diff->arena, seen, copy, copy) == NULL)
		add(diff, names, copy);
}

/* Peers that were and are there, as hosts know them that go on running. */
struct known {
	struct map sent;
	struct map carried;
	struct map rebound;
	size_t n_paired; /* preshared keys, each at both ends */
};

static void look_at_peers(const struct diff *diff, struct diff_roles *roles,
			  const struct diff_host *host, struct known *known)
{
	struct arena *arena = arena_create();
	struct map added = {0};

	find_added(arena, diff, host, &added);
	vec_foreach(range, &host->facts.items) {
		for (size_t i = range->first; i <= range->last; i++) {
			const struct diff_fact *fact = &diff->facts.items.items[i];

			if (fact->peer == NULL || map_get(&added, fact->peer) != NULL)
				continue;
			known->n_paired += fact->field == DIFF_PRESHARED_KEY;
			if (fact->field == DIFF_ENDPOINT && fact->from != NULL &&
			    fact->to != NULL && map_get(&known->rebound, fact->peer) == NULL)
				add_once(diff, &known->sent, &roles->sent, fact->peer);
			if (fact->field == DIFF_ALLOWED_IPS)
				add_once(diff, &known->carried, &roles->carried, fact->peer);
		}
	}
	(void)arena_destroy(arena);
}

/* Of a host whose tunnels are all cut, nothing else is worth a word. */
static void leave_out_cut(const struct diff *diff, struct diff_roles *roles)
{
	const struct diff_names *cut[] = {&roles->renewed, &roles->uprooted, &roles->restarted};
	struct diff_names carried = {0};
	struct map seen = {0};

	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		vec_foreach(name, &cut[i]->items)
			(void)map_put(diff->arena, &seen, *name, roles);
	}
	vec_foreach(name, &roles->carried.items) {
		if (map_get(&seen, *name) == NULL)
			add(diff, &carried, *name);
	}
	roles->carried = carried;
}

struct diff_roles diff_roles(const struct diff *diff)
{
	struct diff_roles roles = {0};
	struct known known = {0};

	compare_old(diff, &roles);
	compare_new(diff, &roles);
	find_passing(diff, &roles);
	put_in_order(diff, &roles, MANIFEST_GATEWAY);
	put_in_order(diff, &roles, MANIFEST_SERVER);
	put_in_order(diff, &roles, MANIFEST_DEVICE);
	vec_foreach(host, &diff->hosts)
		look_at_host(diff, &roles, host);
	vec_foreach(name, &roles.rebound.items)
		(void)map_put(diff->arena, &known.rebound, *name, &known);
	vec_foreach(host, &diff->hosts) {
		bool is_known = host->sides[DIFF_BEFORE] != NULL;

		if (is_known && host->effect != DIFF_STOP)
			look_at_peers(diff, &roles, host, &known);
		if (is_known && host->effect == DIFF_IMPORT)
			look_at_device(diff, &roles, host);
	}
	leave_out_cut(diff, &roles);
	roles.n_paired = (known.n_paired + 1) / 2;
	return roles;
}

/* Between the reloads of the two, one sends by a way on which the other does not accept it. */
bool diff_shift_cuts(const struct diff_shift *shift)
{
	return shift->from.verdict != MANIFEST_NONE && shift->to.verdict != MANIFEST_NONE &&
	       (shift->from.verdict == MANIFEST_RELAY || shift->to.verdict == MANIFEST_RELAY);
}
