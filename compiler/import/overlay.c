/* SPDX-License-Identifier: MIT */

/*
 * Addresses in the overlay, one of each family, and the pools that they come from. The subnets that
 * interfaces are given say most: "Address = 10.0.0.7/24". Else what routes or allowed IPs lead into
 * the tunnel does; else the narrowest prefix that holds all addresses.
 */

#include <stdlib.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/manifest/manifest.h"
#include "compiler/import/parts.h"

enum {
	FALLBACK_IPV4 = 24,
	FALLBACK_IPV6 = 64,
	SHORTEST_IPV4 = 8,
	SHORTEST_IPV6 = 16,
};

static bool has_family(const struct import_host *host, enum net_family family)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		if (host->addresses[i].family == family)
			return true;
	}
	return false;
}

static void add_address(struct import_host *host, const struct net_address *address)
{
	host->addresses[host->n_addresses++] = *address;
	if (host->n_addresses == 2 && host->addresses[0].family > host->addresses[1].family) {
		host->addresses[1] = host->addresses[0];
		host->addresses[0] = *address;
	}
}

static void take_listed(struct import *import, struct import_host *host)
{
	char buffer[NET_ADDRESS_TEXT];

	vec_foreach(listed, &host->listed) {
		if (!has_family(host, listed->address.family)) {
			add_address(host, &listed->address);
			continue;
		}
		diag_help(import->diags,
			  diag_add(import->diags, DIAG_IMPORT_DROPPED, listed->span,
				   "a further address, %s: a node has one of each family",
				   net_address_format(&listed->address, buffer)),
			  "where others use it, add it to the host's 'routes'");
	}
}

/* Whether a file has an address in the same subnet. */
static bool is_in_subnet(const struct import *import, const struct net_address *address)
{
	import_foreach_host(host, import) {
		vec_foreach(listed, &host->listed) {
			const struct net_prefix subnet = {listed->address, listed->length};

			if (listed->length < net_family_bits(listed->address.family) &&
			    net_prefix_contains(&subnet, address))
				return true;
		}
	}
	return false;
}

/* What others let in from a host without a file: of single addresses, those of a known subnet. */
static void take_allowed(struct import *import, struct import_host *host)
{
	for (int pass = 0; pass < 2; pass++) {
		vec_foreach(prefix, &host->key->prefixes) {
			enum net_family family = prefix->address.family;

			if (prefix->length != net_family_bits(family) || has_family(host, family))
				continue;
			if (pass == 1 || is_in_subnet(import, &prefix->address))
				add_address(host, &prefix->address);
		}
	}
}

static int compare_holders(const void *a, const void *b)
{
	const struct import_host *const *left = a;
	const struct import_host *const *right = b;
	int order = net_address_compare(&(*left)->addresses[0], &(*right)->addresses[0]);

	return order != 0 ? order : ((*left)->path == NULL) - ((*right)->path == NULL);
}

/* Two hosts with one address: the second gets the next free one. */
static void settle_conflicts(struct import *import)
{
	struct import_host **sorted =
		ARENA_ARRAY(import->arena, struct import_host *, import->hosts.n_items + 1);
	size_t n = 0;

	import_foreach_host(host, import) {
		if (host->n_addresses > 0)
			sorted[n++] = host;
	}
	qsort(sorted, n, sizeof(struct import_host *), compare_holders);
	for (size_t i = 1; i < n; i++) {
		struct diag *diag;
		char buffer[NET_ADDRESS_TEXT];

		if (net_address_compare(&sorted[i - 1]->addresses[0], &sorted[i]->addresses[0]) !=
		    0)
			continue;
		diag = diag_add(import->diags, DIAG_IMPORT_INVALID, sorted[i]->span,
				"two hosts have the address %s: this one gets another",
				net_address_format(&sorted[i]->addresses[0], buffer));
		diag_related(import->diags, diag, sorted[i - 1]->span, "the one that keeps it");
		sorted[i]->n_addresses = 0;
		sorted[i] = sorted[i - 1];
	}
}

void import_find_addresses(struct import *import)
{
	import_foreach_host(host, import)
		take_listed(import, host);
	import_foreach_host(host, import) {
		if (host->path == NULL)
			take_allowed(import, host);
	}
	settle_conflicts(import);
}

/* Pools */

struct net_prefix import_subnet(const struct net_address *address, unsigned int length)
{
	struct net_prefix prefix = {*address, (uint8_t)length};

	for (unsigned int i = 0; i < sizeof(prefix.address.bytes); i++) {
		unsigned int kept = length <= i * 8 ? 0 : length - i * 8;

		if (kept < 8)
			prefix.address.bytes[i] &= (uint8_t)(0xff00U >> kept);
	}
	return prefix;
}

bool import_is_overlay(const struct import *import, const struct net_prefix *prefix)
{
	vec_foreach(pool, &import->pools) {
		if (net_prefix_overlaps(pool, prefix))
			return true;
	}
	return false;
}

static bool is_pooled(const struct import *import, const struct net_address *address)
{
	const struct net_prefix host = net_prefix_of_host(address);

	return import_is_overlay(import, &host);
}

/* Whether encrypted packets are sent to an address in the prefix: then it is no overlay. */
static bool holds_endpoint(const struct import *import, const struct net_prefix *prefix)
{
	import_foreach_host(host, import) {
		vec_foreach(view, &host->views) {
			const struct net_endpoint *endpoint = &view->endpoint;

			if (endpoint->port != 0 && endpoint->name == NULL &&
			    net_prefix_contains(prefix, &endpoint->address))
				return true;
		}
	}
	return false;
}

bool import_holds_address(const struct import *import, const struct net_prefix *prefix)
{
	import_foreach_host(host, import) {
		for (size_t i = 0; i < host->n_addresses; i++) {
			if (net_prefix_contains(prefix, &host->addresses[i]))
				return true;
		}
	}
	return false;
}

/* Whether some of it is a network behind a host: one without an overlay address in it. */
static bool holds_network(const struct import *import, const struct net_prefix *outer)
{
	vec_foreach(at, &import->keys) {
		vec_foreach(prefix, &(*at)->prefixes) {
			if (prefix->length < net_family_bits(prefix->address.family) &&
			    prefix->length > outer->length && net_prefix_covers(outer, prefix) &&
			    !import_holds_address(import, prefix))
				return true;
		}
	}
	return false;
}

/* Takes a prefix as a pool, where it can be one. Wider ones take the place of those inside. */
static void offer(struct import *import, const struct net_prefix *prefix)
{
	enum net_family family = prefix->address.family;
	unsigned int shortest = family == NET_IPV4 ? SHORTEST_IPV4 : SHORTEST_IPV6;
	size_t n_kept = 0;

	if (prefix->length < shortest || prefix->length == net_family_bits(family) ||
	    !net_prefix_is_usable(prefix))
		return;
	vec_foreach(pool, &import->pools) {
		if (net_prefix_covers(pool, prefix))
			return;
	}
	if (holds_endpoint(import, prefix) || holds_network(import, prefix))
		return;
	for (size_t i = 0; i < import->pools.n_items; i++) {
		if (!net_prefix_covers(prefix, &import->pools.items[i]))
			import->pools.items[n_kept++] = import->pools.items[i];
	}
	import->pools.n_items = n_kept;
	*vec_push(import->arena, &import->pools) = *prefix;
}

static void offer_subnets(struct import *import)
{
	import_foreach_host(host, import) {
		vec_foreach(listed, &host->listed) {
			struct net_prefix subnet = import_subnet(&listed->address, listed->length);

			offer(import, &subnet);
		}
	}
}

/* What lies around the address and leads into the tunnel somewhere. */
static void offer_routes(struct import *import, const struct net_address *address)
{
	import_foreach_host(host, import) {
		vec_foreach(route, &host->batch) {
			if (net_prefix_contains(&route->prefix, address))
				offer(import, &route->prefix);
		}
	}
	vec_foreach(at, &import->keys) {
		vec_foreach(prefix, &(*at)->prefixes) {
			if (net_prefix_contains(prefix, address))
				offer(import, prefix);
		}
	}
}

/* The narrowest prefix, not narrower than a usual one, that holds all that is in no pool yet. */
static void offer_narrowest(struct import *import, enum net_family family)
{
	unsigned int length = family == NET_IPV4 ? FALLBACK_IPV4 : FALLBACK_IPV6;
	struct net_prefix prefix = {.length = 0};
	bool is_first = true;

	import_foreach_host(host, import) {
		for (size_t i = 0; i < host->n_addresses; i++) {
			const struct net_address *address = &host->addresses[i];

			if (address->family != family || is_pooled(import, address))
				continue;
			if (is_first)
				prefix = import_subnet(address, length);
			is_first = false;
			while (!net_prefix_contains(&prefix, address) && prefix.length > 0)
				prefix = import_subnet(&prefix.address, prefix.length - 1U);
		}
	}
	if (is_first)
		return;
	*vec_push(import->arena, &import->pools) = prefix;
}

static int compare_pools(const void *a, const void *b)
{
	return net_prefix_compare(a, b);
}

static void drop_unused(struct import *import)
{
	size_t n_kept = 0;

	for (size_t i = 0; i < import->pools.n_items; i++) {
		if (import_holds_address(import, &import->pools.items[i]))
			import->pools.items[n_kept++] = import->pools.items[i];
	}
	import->pools.n_items = n_kept;
}

void import_find_pools(struct import *import)
{
	if (import->manifest != NULL) {
		vec_foreach(pool, &import->manifest->pools)
			*vec_push(import->arena, &import->pools) = *pool;
	} else {
		offer_subnets(import);
		drop_unused(import);
	}
	import_foreach_host(host, import) {
		for (size_t i = 0; i < host->n_addresses; i++) {
			if (!is_pooled(import, &host->addresses[i]))
				offer_routes(import, &host->addresses[i]);
		}
	}
	offer_narrowest(import, NET_IPV4);
	offer_narrowest(import, NET_IPV6);
	if (import->pools.n_items > 0 && import->manifest == NULL) {
		qsort(import->pools.items, import->pools.n_items, sizeof(*import->pools.items),
		      compare_pools);
	}
}
