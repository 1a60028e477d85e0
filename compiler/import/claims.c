/* SPDX-License-Identifier: MIT */

/*
 * Where allowed IPs lead. WireGuard gives a prefix to one peer: of several that claim it the last.
 * That is never meant, least of all where generators write a whole subnet for every peer, so each
 * gets its own address instead, and it is told.
 */

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/import/parts.h"

enum {
	MOST_SHOWN = 3,
};

static int compare_claims(const void *a, const void *b)
{
	const struct import_claim *left = a;
	const struct import_claim *right = b;
	int order = (left->prefix.address.family > right->prefix.address.family) -
		    (left->prefix.address.family < right->prefix.address.family);

	if (order == 0)
		order = right->prefix.length - left->prefix.length;
	if (order == 0)
		order = net_address_compare(&left->prefix.address, &right->prefix.address);
	if (order == 0) {
		order = (left->view->span.begin > right->view->span.begin) -
			(left->view->span.begin < right->view->span.begin);
	}
	return order;
}

void import_sort_claims(struct arena *arena, struct import_host *host)
{
	if (host->claims.n_items > 0) {
		qsort(host->claims.items, host->claims.n_items, sizeof(*host->claims.items),
		      compare_claims);
	}
	host->runs.n_items = 0;
	for (size_t i = 0; i < host->claims.n_items; i++) {
		const struct net_prefix *prefix = &host->claims.items[i].prefix;
		size_t n_runs = host->runs.n_items;
		const struct import_run *run = n_runs == 0 ? NULL : &host->runs.items[n_runs - 1];

		if (run == NULL || run->length != prefix->length ||
		    run->family != prefix->address.family) {
			*vec_push(arena, &host->runs) =
				(struct import_run){prefix->address.family, prefix->length, i, 0};
		}
		host->runs.items[host->runs.n_items - 1].n_claims++;
	}
}

/* The peer's own address in the prefix that several claim. */
static bool narrow(struct import_claim *claim)
{
	const struct import_host *to = claim->view->to;

	for (size_t i = 0; i < to->n_addresses; i++) {
		if (net_prefix_contains(&claim->prefix, &to->addresses[i])) {
			claim->prefix = net_prefix_of_host(&to->addresses[i]);
			return true;
		}
	}
	return false;
}

static bool is_same_prefix(const struct import_claim *a, const struct import_claim *b)
{
	return net_prefix_compare(&a->prefix, &b->prefix) == 0;
}

/* Generators make the same mistake in every file, so that it is told once. */
static void report_overlap(struct import *import, const struct import_claim *first,
			   const struct import_claim *end)
{
	char buffer[NET_PREFIX_TEXT];

	if (import->n_overlaps++ > 0) {
		if (import->n_overlaps <= MOST_SHOWN)
			diag_related(import->diags, import->overlap, first->view->span, "as here");
		return;
	}
	import->overlap = diag_add(
		import->diags, DIAG_IMPORT_INVALID, first->view->span,
		"%zu peers claim %s, and wg gives it to the last: each gets its own addresses",
		(size_t)(end - first), net_prefix_format(&first->prefix, buffer));
	diag_related(import->diags, import->overlap, end[-1].view->span, "the last one");
}

/* Several claims of one prefix, from `first` to `end`. Returns how many are kept, at `kept`. */
static size_t split(struct import *import, struct import_claim *first, struct import_claim *end,
		    struct import_claim *kept)
{
	struct import_claim last = end[-1];
	size_t n_kept = 0;

	report_overlap(import, first, end);
	for (struct import_claim *claim = first; claim < end; claim++) {
		if (narrow(claim))
			kept[n_kept++] = *claim;
	}
	if (n_kept == 0)
		kept[n_kept++] = last;
	return n_kept;
}

static void settle(struct import *import, struct import_host *host)
{
	struct import_claim *claims;
	size_t n_kept = 0;

	vec_foreach(view, &host->views) {
		for (size_t i = 0; i < view->n_allowed_ips; i++) {
			*vec_push(import->arena, &host->claims) =
				(struct import_claim){view->allowed_ips[i], view};
		}
	}
	import_sort_claims(import->arena, host);
	claims = host->claims.items;
	for (size_t i = 0; i < host->claims.n_items;) {
		size_t end = i + 1;

		while (end < host->claims.n_items && is_same_prefix(&claims[i], &claims[end]))
			end++;
		if (end == i + 1 || claims[i].view == claims[end - 1].view) {
			claims[n_kept++] = claims[i];
		} else {
			n_kept += split(import, &claims[i], &claims[end], &claims[n_kept]);
		}
		i = end;
	}
	host->claims.n_items = n_kept;
	import_sort_claims(import->arena, host);
}

void import_settle_claims(struct import *import)
{
	import_foreach_host(host, import)
		settle(import, host);
	if (import->n_overlaps > MOST_SHOWN) {
		diag_note(import->diags, import->overlap, "%zu times in all", import->n_overlaps);
	}
}

static const struct import_claim *find_in_run(const struct import_host *host,
					      const struct import_run *run,
					      const struct net_address *address)
{
	size_t low = run->first;
	size_t high = run->first + run->n_claims;

	/* The last claim that does not begin behind the address. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (net_address_compare(&host->claims.items[middle].prefix.address, address) <= 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	if (low == run->first)
		return NULL;
	return net_prefix_contains(&host->claims.items[low - 1].prefix, address)
		       ? &host->claims.items[low - 1]
		       : NULL;
}

const struct import_view *import_owner(const struct import_host *host,
				       const struct net_address *address)
{
	vec_foreach(run, &host->runs) {
		const struct import_claim *claim = NULL;

		if (run->family == address->family)
			claim = find_in_run(host, run, address);
		if (claim != NULL)
			return claim->view;
	}
	return NULL;
}

const struct import_view *import_owner_of(const struct import_host *host,
					  const struct net_prefix *prefix)
{
	vec_foreach(run, &host->runs) {
		const struct import_claim *claim = NULL;

		if (run->family == prefix->address.family && run->length <= prefix->length)
			claim = find_in_run(host, run, &prefix->address);
		if (claim != NULL)
			return claim->view;
	}
	return NULL;
}

bool import_claims(const struct import_host *host, const struct net_prefix *prefix)
{
	vec_foreach(run, &host->runs) {
		const struct import_claim *claim = NULL;

		if (run->family == prefix->address.family && run->length == prefix->length)
			claim = find_in_run(host, run, &prefix->address);
		if (claim != NULL)
			return true;
	}
	return false;
}

/* All of a family, or one of the halves by which clients get around a rule for all of it. */
bool import_is_default(const struct net_prefix *prefix)
{
	return prefix->length <= 1;
}

/* Allowed IPs that nobody has */

static void learn_addresses(struct import *import, struct map *addresses)
{
	char buffer[NET_ADDRESS_TEXT];

	import_foreach_host(host, import) {
		for (size_t i = 0; i < host->n_addresses; i++) {
			(void)net_address_format(&host->addresses[i], buffer);
			map_put(import->arena, addresses, arena_printf(import->arena, "%s", buffer),
				host);
		}
		vec_foreach(listed, &host->listed) {
			(void)net_address_format(&listed->address, buffer);
			map_put(import->arena, addresses, arena_printf(import->arena, "%s", buffer),
				host);
		}
	}
}

/* Whether it is a part of the network that no host has an address in. */
static bool is_nobodys(const struct import *import, const struct map *addresses,
		       const struct net_prefix *prefix)
{
	char buffer[NET_ADDRESS_TEXT];

	if (!import_is_overlay(import, prefix))
		return false;
	vec_foreach(pool, &import->pools) {
		if (net_prefix_covers(prefix, pool))
			return false;
	}
	if (prefix->length == net_family_bits(prefix->address.family))
		return map_get(addresses, net_address_format(&prefix->address, buffer)) == NULL;
	return !import_holds_address(import, prefix);
}

void import_report_unused(struct import *import)
{
	struct map addresses = {0};
	struct diag *diag = NULL;
	char buffer[NET_PREFIX_TEXT];
	size_t n = 0;

	learn_addresses(import, &addresses);
	import_foreach_host(host, import) {
		vec_foreach(claim, &host->claims) {
			const char *to = claim->view->to->name;

			if (!is_nobodys(import, &addresses, &claim->prefix) || n++ >= MOST_SHOWN)
				continue;
			(void)net_prefix_format(&claim->prefix, buffer);
			if (n > 1) {
				diag_related(import->diags, diag, claim->view->span,
					     "and %s, to '%s'", buffer, to);
				continue;
			}
			diag = diag_add(import->diags, DIAG_IMPORT_DROPPED, claim->view->span,
					"'%s' sends %s to '%s', but no host has an address there: "
					"it is left out",
					host->name, buffer, to);
			diag_help(import->diags, diag,
				  "add the host that has it to the topology, if there is one");
		}
	}
	if (n > MOST_SHOWN)
		diag_note(import->diags, diag, "and %zu more", n - MOST_SHOWN);
}
