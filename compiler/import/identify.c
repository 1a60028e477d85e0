/* SPDX-License-Identifier: MIT */

/*
 * Who is who. A file with its private key tells its own public key. One without is of the key that
 * others give its address to, and that it has no peer section for itself. Two files with one key
 * are one device at two gateways, or a mistake.
 */

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/import/parts.h"

struct owned_prefix {
	struct net_prefix prefix;
	struct import_key *key;
};

struct index {
	struct import *import;
	struct owned_prefix *items;
	size_t n_items;
};

static int compare_owned(const void *a, const void *b)
{
	const struct owned_prefix *left = a;
	const struct owned_prefix *right = b;

	return net_prefix_compare(&left->prefix, &right->prefix);
}

static struct index make_index(struct import *import)
{
	struct index index = {.import = import};
	size_t n = 0;

	vec_foreach(key, &import->keys)
		n += (*key)->prefixes.n_items;
	index.items = ARENA_ARRAY(import->arena, struct owned_prefix, n + 1);
	vec_foreach(key, &import->keys) {
		vec_foreach(prefix, &(*key)->prefixes)
			index.items[index.n_items++] = (struct owned_prefix){*prefix, *key};
	}
	qsort(index.items, index.n_items, sizeof(*index.items), compare_owned);
	return index;
}

/* The first entry that is not before the prefix. */
static size_t find_prefix(const struct index *index, const struct net_prefix *prefix)
{
	size_t low = 0;
	size_t high = index->n_items;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (net_prefix_compare(&index->items[middle].prefix, prefix) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static bool is_called(const struct index *index, const struct import_key *key,
		      const struct import_host *host)
{
	const char *name = import_name_in_comment(index->import->arena, key->comment);
	size_t length = name == NULL ? 0 : strcspn(name, "@ ");

	return host->given != NULL && length > 0 && strlen(host->given) == length &&
	       strncmp(name, host->given, length) == 0;
}

static bool may_own(const struct import_host *host, const struct import_key *key)
{
	return key->seen_by != host && (key->host == NULL || !key->host->has_private_key);
}

/* The one key that has prefixes of that length around the address; NULL: none, or several. */
static struct import_key *find_at_length(const struct index *index, const struct import_host *host,
					 const struct net_address *address, uint8_t length)
{
	struct net_prefix prefix = import_subnet(address, length);
	struct import_key *found = NULL;
	bool is_single = true;

	for (size_t i = find_prefix(index, &prefix);
	     i < index->n_items && net_prefix_compare(&index->items[i].prefix, &prefix) == 0; i++) {
		struct import_key *key = index->items[i].key;

		if (!may_own(host, key))
			continue;
		if (is_called(index, key, host))
			return key;
		is_single = is_single && (found == NULL || found == key);
		found = key;
	}
	return is_single ? found : NULL;
}

static struct import_key *find_own_key(const struct index *index, const struct import_host *host)
{
	vec_foreach(listed, &host->listed) {
		unsigned int bits = net_family_bits(listed->address.family);

		for (unsigned int length = bits; length + 8 > bits; length--) {
			struct import_key *key =
				find_at_length(index, host, &listed->address, (uint8_t)length);

			if (key != NULL)
				return key;
		}
	}
	vec_foreach(key, &index->import->keys) {
		if (may_own(host, *key) && is_called(index, *key, host))
			return *key;
	}
	return NULL;
}

/* The same device, by the files for two of its gateways. */
static bool is_other_way(const struct import_host *a, const struct import_host *b)
{
	return a->views.n_items == 1 && b->views.n_items == 1 &&
	       a->views.items[0].key != b->views.items[0].key;
}

static bool is_copy(const struct import_host *a, const struct import_host *b)
{
	if (a->listed.n_items != b->listed.n_items || a->views.n_items != b->views.n_items)
		return false;
	for (size_t i = 0; i < a->listed.n_items; i++) {
		if (net_address_compare(&a->listed.items[i].address, &b->listed.items[i].address) !=
		    0)
			return false;
	}
	return true;
}

static void leave_out(struct import *import, struct import_host *host,
		      const struct import_host *other)
{
	struct diag *diag;

	host->is_left_out = true;
	if (is_copy(host, other)) {
		diag = diag_add(import->diags, DIAG_IMPORT_INVALID, host->span,
				"'%s' is of the same host as '%s', and is left out", host->path,
				other->path);
		diag_help(import->diags, diag, "move the older one away, and import again");
	} else {
		diag = diag_add(import->diags, DIAG_IMPORT_INVALID, host->span,
				"'%s' has the same private key as '%s', and is left out",
				host->path, other->path);
		diag_help(import->diags, diag,
			  "make a new key on one of them: peers are told apart by their keys "
			  "alone, so that only one is connected at a time");
	}
	diag_related(import->diags, diag, other->span, "the other one");
}

/* Interfaces are called "lab" and "lab-gw2": the shorter name is that of the first way. */
static void add_way(struct import_key *key, struct import_host *host)
{
	struct import_host *home = key->host;

	if (strlen(host->interface) < strlen(home->interface)) {
		host->next = home;
		key->host = host;
		for (struct import_host *way = home; way != NULL; way = way->next)
			way->home = host;
		return;
	}
	host->home = home;
	while (home->next != NULL)
		home = home->next;
	home->next = host;
}

static void own(struct import *import, struct import_host *host, struct import_key *key)
{
	host->key = key;
	if (key->host == NULL) {
		key->host = host;
		return;
	}
	for (struct import_host *way = key->host; way != NULL; way = way->next) {
		if (!is_other_way(way, host)) {
			leave_out(import, host, way);
			return;
		}
	}
	add_way(key, host);
}

static void find_own_keys(struct import *import)
{
	struct index index = make_index(import);

	vec_foreach(at, &import->hosts) {
		if ((*at)->key != NULL)
			own(import, *at, (*at)->key);
	}
	vec_foreach(at, &import->hosts) {
		struct import_host *host = *at;
		struct import_key *key;

		if (host->key != NULL || host->is_left_out)
			continue;
		vec_foreach(view, &host->views)
			view->key->seen_by = host;
		key = import_key_in_manifest(import, host);
		if (key == NULL)
			key = find_own_key(&index, host);
		if (key != NULL) {
			own(import, host, key);
			continue;
		}
		host->is_left_out = true;
		diag_help(import->diags,
			  diag_add(import->diags, DIAG_IMPORT_INVALID, host->span,
				   "nothing tells the public key of '%s', and it is left out",
				   host->path),
			  "add the file of a host that has it as a peer");
	}
}

static void add_hosts_without_file(struct import *import)
{
	vec_foreach(at, &import->keys) {
		struct import_key *key = *at;

		if (key->host != NULL)
			continue;
		key->host = import_add_host(import);
		key->host->key = key;
		key->host->span = key->span;
	}
}

/* The way of `to` whose one peer is `from`. */
static struct import_host *way_towards(struct import_host *to, const struct import_host *from)
{
	for (struct import_host *way = to; way != NULL && to->next != NULL; way = way->next) {
		if (way->views.n_items == 1 && way->views.items[0].key == from->key)
			return way;
	}
	return to;
}

static int compare_views(const void *a, const void *b)
{
	const struct import_view *left = a;
	const struct import_view *right = b;
	size_t x = left->key->index;
	size_t y = right->key->index;

	if (x != y)
		return (x > y) - (x < y);
	return (left->span.begin > right->span.begin) - (left->span.begin < right->span.begin);
}

/* wg gives a peer what its last section says. */
static void drop_repeats(struct import *import, struct import_host *host)
{
	size_t n_kept = 0;

	for (size_t i = 0; i < host->views.n_items; i++) {
		struct import_view *view = &host->views.items[i];
		struct diag *diag;

		if (i + 1 < host->views.n_items && view[1].key == view->key) {
			diag = diag_add(import->diags, DIAG_IMPORT_INVALID, view->span,
					"a second section for the same peer: its last one counts");
			diag_related(import->diags, diag, view[1].span, "the last one");
			continue;
		}
		host->views.items[n_kept++] = *view;
	}
	host->views.n_items = n_kept;
}

static void resolve_views(struct import *import, struct import_host *host)
{
	size_t n_kept = 0;

	for (size_t i = 0; i < host->views.n_items; i++) {
		struct import_view *view = &host->views.items[i];

		view->to = way_towards(view->key->host, host);
		if (view->key == host->key) {
			diag_add(import->diags, DIAG_IMPORT_INVALID, view->span,
				 "the host is a peer of itself, which wg passes over");
			continue;
		}
		host->views.items[n_kept++] = *view;
	}
	host->views.n_items = n_kept;
	if (n_kept > 0)
		qsort(host->views.items, n_kept, sizeof(*host->views.items), compare_views);
	drop_repeats(import, host);
}

void import_identify(struct import *import)
{
	find_own_keys(import);
	add_hosts_without_file(import);
	import_foreach_host(host, import)
		resolve_views(import, host);
}

static void leave_out_ways(struct import *import, struct import_host *home)
{
	for (struct import_host *way = home->next; way != NULL; way = way->next)
		leave_out(import, way, home);
	home->next = NULL;
}

static bool has_gateways(const struct import_host *home)
{
	for (const struct import_host *way = home; way != NULL; way = way->next) {
		if (way->kind != IMPORT_DEVICE || way->gateway == NULL)
			return false;
	}
	return true;
}

void import_settle_ways(struct import *import)
{
	import_foreach_host(host, import) {
		if (host->home == NULL && host->next != NULL && !has_gateways(host))
			leave_out_ways(import, host);
	}
	import_foreach_host(host, import) {
		vec_foreach(view, &host->views) {
			if (view->to->is_left_out)
				view->to = view->key->host;
		}
		if (host->gateway != NULL && host->gateway->is_left_out)
			host->gateway = host->gateway->key->host;
	}
}

const struct import_view *import_find_view(const struct import_host *from,
					   const struct import_host *to)
{
	size_t low = 0;
	size_t high = from->views.n_items;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct import_view *view = &from->views.items[middle];

		if (view->key == to->key)
			return view->to == to ? view : NULL;
		if (view->key->index < to->key->index) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}
