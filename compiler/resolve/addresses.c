/* SPDX-License-Identifier: MIT */

/*
 * Overlay addresses. What the lock holds stays; what the topology pins with `address` is taken
 * next; the rest get the next free address of each family's pools, gateways first, then servers,
 * then devices, by name: so that a new network's devices lie side by side and aggregate.
 */

#include "compiler/resolve/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/resolve/lock.h"

/* An address that is taken, and by whom. */
struct holder {
	struct net_address address;
	const struct lock_entry *entry;
};

/* Where the search for a free address goes on. */
struct cursor {
	size_t pool;
	uint64_t index;
	size_t holder;
};

struct allocation {
	struct resolver *resolver;
	vec_of(struct holder) holders; /* sorted by address */
	struct cursor cursors[NET_N_FAMILIES];
	bool is_exhausted[NET_N_FAMILIES];
};

static const struct given_prefix *pool_of(const struct network *network,
					  const struct net_address *address)
{
	for (size_t i = 0; i < network->n_pools; i++) {
		if (net_prefix_contains(&network->pools[i].value, address))
			return &network->pools[i];
	}
	return NULL;
}

static const struct net_address *address_of(const struct lock_entry *entry, enum net_family family)
{
	for (size_t i = 0; i < entry->n_addresses; i++) {
		if (entry->addresses[i].family == family)
			return &entry->addresses[i];
	}
	return NULL;
}

static void set_address(struct lock_entry *entry, struct net_address address)
{
	for (size_t i = 0; i < entry->n_addresses; i++) {
		if (entry->addresses[i].family == address.family) {
			entry->addresses[i] = address;
			return;
		}
	}
	entry->addresses[entry->n_addresses++] = address;
	if (entry->n_addresses == 2 && entry->addresses[0].family > entry->addresses[1].family) {
		entry->addresses[1] = entry->addresses[0];
		entry->addresses[0] = address;
	}
}

/* Pools */

static void check_pools(struct resolver *resolver)
{
	const struct network *network = resolver->network;

	for (size_t i = 0; i < network->n_pools; i++) {
		const struct given_prefix *pool = &network->pools[i];
		char buffer[NET_PREFIX_TEXT];
		const char *text = net_prefix_format(&pool->value, buffer);
		struct diag *diag = NULL;

		if (!net_prefix_is_usable(&pool->value)) {
			diag = diag_add(resolver->diags, DIAG_BAD_VALUE, pool->span,
					"no node can have an address of %s", text);
		}
		for (size_t k = 0; k < i; k++) {
			if (!net_prefix_overlaps(&pool->value, &network->pools[k].value))
				continue;
			diag = diag_add(resolver->diags, DIAG_POOL_OVERLAP, pool->span,
					"pool %s overlaps another pool", text);
			diag_related(resolver->diags, diag, network->pools[k].span,
				     "the other pool");
		}
		vec_foreach(site, &network->sites) {
			if (!network_site_overlaps(site, &pool->value))
				continue;
			diag = diag_add(resolver->diags, DIAG_POOL_OVERLAP, pool->span,
					"pool %s overlaps the prefixes of site '%s'", text,
					site->name);
			diag_related(resolver->diags, diag, site->span, "the site");
		}
		if (diag != NULL) {
			diag_help(resolver->diags, diag,
				  "choose a pool that no real network uses, such as a part of "
				  "10.0.0.0/8 or of fd00::/8");
		}
	}
}

/* The lock */

/* An address that the lock gave out stays, so the pools have to go on holding it. */
static void check_locked(struct resolver *resolver, const struct network_host *host,
			 const struct lock_entry *entry)
{
	for (size_t i = 0; i < entry->n_addresses; i++) {
		char buffer[NET_ADDRESS_TEXT];
		struct diag *diag;

		if (pool_of(resolver->network, &entry->addresses[i]) != NULL)
			continue;
		diag = diag_add(resolver->diags, DIAG_ADDRESS_OUTSIDE_POOL, host->node->name.span,
				"the lock gives '%s' the address %s, which is in no pool",
				host->name, net_address_format(&entry->addresses[i], buffer));
		diag_related(resolver->diags, diag, entry->span, "the lock");
		diag_help(resolver->diags, diag,
			  "put the old pool back into network.addresses; or, to renumber the "
			  "node, delete its line from the lock, or of two addresses this one");
	}
}

/* Pins */

/*
 * The first address of a prefix is the network's (IPv4) or the subnet-router anycast address (IPv6,
 * RFC 4291 section 2.6.1), the last of an IPv4 prefix the broadcast address. /31, /32, /127 and
 * /128 have no such addresses (RFC 3021, RFC 6164).
 */
static bool is_usable(const struct net_prefix *pool, const struct net_address *address)
{
	unsigned int host_bits = net_family_bits(pool->address.family) - pool->length;
	struct net_address last;

	if (host_bits <= 1)
		return true;
	if (net_address_compare(&pool->address, address) == 0)
		return false;
	return address->family == NET_IPV6 ||
	       !net_prefix_nth(pool, (UINT64_C(1) << host_bits) - 1, &last) ||
	       net_address_compare(&last, address) != 0;
}

static bool check_pin(struct resolver *resolver, const struct given_address *pin)
{
	const struct given_prefix *pool = pool_of(resolver->network, &pin->value);
	char buffer[NET_ADDRESS_TEXT];
	struct diag *diag;

	if (pool != NULL && is_usable(&pool->value, &pin->value))
		return true;
	net_address_format(&pin->value, buffer);
	if (pool == NULL) {
		diag = diag_add(resolver->diags, DIAG_ADDRESS_OUTSIDE_POOL, pin->span,
				"%s is in no pool of the network", buffer);
		diag_related(resolver->diags, diag, resolver->network->topology->network.name.span,
			     "the network");
		diag_help(
			resolver->diags, diag,
			"'address' is the node's address inside the tunnel, from network.addresses; its "
			"real one belongs to 'at'");
	} else {
		diag = diag_add(resolver->diags, DIAG_BAD_VALUE, pin->span,
				"%s is the network or broadcast address of its pool", buffer);
		diag_help(resolver->diags, diag, "choose an address between them");
	}
	return false;
}

/*
 * A pin that differs from the lock would renumber a node behind the back of the others, and free
 * its old address at once. An address that left the pools is renumbered in any case.
 */
static bool is_renumbered(struct resolver *resolver, const struct network_host *host,
			  const struct lock_entry *entry, const struct given_address *pin)
{
	const struct net_address *locked = address_of(entry, pin->value.family);
	char buffer[NET_ADDRESS_TEXT];
	struct diag *diag;

	if (locked == NULL || net_address_compare(locked, &pin->value) == 0 ||
	    pool_of(resolver->network, locked) == NULL)
		return false;
	diag = diag_add(resolver->diags, DIAG_ADDRESS_CONFLICT, pin->span,
			"the lock gives '%s' the address %s, and a pin does not renumber it",
			host->name, net_address_format(locked, buffer));
	diag_related(resolver->diags, diag, entry->span, "the lock");
	diag_help(
		resolver->diags, diag,
		"to renumber the node, delete its line from the lock, or of two addresses this one");
	return true;
}

/* A device at several gateways has its pins at the first. */
static void apply_pins(struct resolver *resolver, const struct network_host *host,
		       struct lock_entry *entry)
{
	if (host->home != NULL)
		return;
	vec_foreach(pin, &host->node->address) {
		if (pin > host->node->address.items && pin[-1].value.family == pin->value.family) {
			struct diag *diag =
				diag_add(resolver->diags, DIAG_BAD_VALUE, pin->span,
					 "'%s' has two addresses of one family", host->name);

			diag_help(resolver->diags, diag, "keep one IPv4 and one IPv6 address");
		} else if (check_pin(resolver, pin) && !is_renumbered(resolver, host, entry, pin)) {
			set_address(entry, pin->value);
		}
	}
}

/* Who holds what */

static int compare_holders(const void *a, const void *b)
{
	const struct holder *left = a;
	const struct holder *right = b;
	int order = net_address_compare(&left->address, &right->address);

	return order != 0 ? order : strcmp(left->entry->name, right->entry->name);
}

static void collect_holders(struct allocation *allocation)
{
	struct resolver *resolver = allocation->resolver;

	vec_reserve(resolver->arena, &allocation->holders,
		    NET_N_FAMILIES * resolver->lock->entries.n_items);
	vec_foreach(entry, &resolver->lock->entries) {
		for (size_t i = 0; i < (*entry)->n_addresses; i++) {
			*vec_push(resolver->arena, &allocation->holders) =
				(struct holder){(*entry)->addresses[i], *entry};
		}
	}
	if (allocation->holders.n_items > 0) {
		qsort(allocation->holders.items, allocation->holders.n_items,
		      sizeof(*allocation->holders.items), compare_holders);
	}
}

static struct span span_of_holder(const struct resolver *resolver, const struct holder *holder)
{
	const struct network_host *host = map_get(&resolver->hosts, holder->entry->name);

	if (host != NULL) {
		vec_foreach(pin, &host->node->address) {
			if (net_address_compare(&pin->value, &holder->address) == 0)
				return pin->span;
		}
	}
	return span_is_given(holder->entry->span) || host == NULL ? holder->entry->span
								  : host->node->name.span;
}

static void report_conflict(struct resolver *resolver, const struct holder *a,
			    const struct holder *b)
{
	bool b_is_pin = map_get(&resolver->hosts, b->entry->name) != NULL &&
			span_of_holder(resolver, b).source != b->entry->span.source;
	const struct holder *claimer = b_is_pin ? b : a;
	const struct holder *owner = b_is_pin ? a : b;
	char buffer[NET_ADDRESS_TEXT];
	struct diag *diag;

	net_address_format(&claimer->address, buffer);
	diag = diag_add(resolver->diags, DIAG_ADDRESS_CONFLICT, span_of_holder(resolver, claimer),
			"'%s' cannot have %s: it %s '%s'", claimer->entry->name, buffer,
			owner->entry->is_removed ? "is kept for the removed" : "belongs to",
			owner->entry->name);
	diag_related(resolver->diags, diag, span_of_holder(resolver, owner), "'%s'",
		     owner->entry->name);
	if (owner->entry->is_removed) {
		diag_help(
			resolver->diags, diag,
			"choose another address, or release this one by deleting the line from the lock");
	} else {
		diag_help(resolver->diags, diag, "choose another address");
	}
}

static void check_conflicts(struct allocation *allocation)
{
	for (size_t i = 1; i < allocation->holders.n_items; i++) {
		const struct holder *a = &allocation->holders.items[i - 1];
		const struct holder *b = &allocation->holders.items[i];

		if (net_address_compare(&a->address, &b->address) == 0)
			report_conflict(allocation->resolver, a, b);
	}
}

/* The next free address */

/* Whether the address is held. Called with rising addresses, so the holders are walked once. */
static bool is_held(struct allocation *allocation, struct cursor *cursor,
		    const struct net_address *address)
{
	for (; cursor->holder < allocation->holders.n_items; cursor->holder++) {
		const struct holder *holder = &allocation->holders.items[cursor->holder];
		int order = net_address_compare(&holder->address, address);

		if (order >= 0)
			return order == 0;
	}
	return false;
}

static bool next_address(struct allocation *allocation, enum net_family family,
			 struct net_address *ret_address)
{
	const struct network *network = allocation->resolver->network;
	struct cursor *cursor = &allocation->cursors[family];

	for (; cursor->pool < network->n_pools; *cursor = (struct cursor){cursor->pool + 1, 0, 0}) {
		const struct net_prefix *pool = &network->pools[cursor->pool].value;
		struct net_address address;

		if (pool->address.family != family)
			continue;
		while (net_prefix_nth(pool, cursor->index, &address)) {
			cursor->index++;
			if (!is_usable(pool, &address) || is_held(allocation, cursor, &address))
				continue;
			*ret_address = address;
			return true;
		}
	}
	return false;
}

static void report_exhausted(struct allocation *allocation, const struct network_host *host,
			     enum net_family family)
{
	struct resolver *resolver = allocation->resolver;
	struct diag *diag;

	if (allocation->is_exhausted[family])
		return; /* once is enough: the fix is the same for all */
	allocation->is_exhausted[family] = true;
	diag = diag_add(resolver->diags, DIAG_POOL_EXHAUSTED, host->node->name.span,
			"no free %s address is left for '%s'", family == NET_IPV4 ? "IPv4" : "IPv6",
			host->name);
	for (size_t i = 0; i < resolver->network->n_pools; i++) {
		if (resolver->network->pools[i].value.address.family == family) {
			diag_related(resolver->diags, diag, resolver->network->pools[i].span,
				     "a pool");
		}
	}
	diag_help(resolver->diags, diag,
		  "add another pool to network.addresses, or delete the lines of removed nodes "
		  "from the lock");
}

static bool has_pool(const struct network *network, enum net_family family)
{
	for (size_t i = 0; i < network->n_pools; i++) {
		if (network->pools[i].value.address.family == family)
			return true;
	}
	return false;
}

static void complete(struct allocation *allocation, const struct network_host *host,
		     struct lock_entry *entry)
{
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		struct net_address address;

		if (address_of(entry, family) != NULL ||
		    !has_pool(allocation->resolver->network, family))
			continue;
		if (next_address(allocation, family, &address)) {
			set_address(entry, address);
		} else {
			report_exhausted(allocation, host, family);
		}
	}
}

void resolve_addresses(struct resolver *resolver)
{
	struct network *network = resolver->network;
	struct allocation allocation = {.resolver = resolver};
	struct lock_entry **entries = resolver->entries;

	check_pools(resolver);
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		apply_pins(resolver, host, entries[i]);
		check_locked(resolver, host, entries[i]);
	}
	collect_holders(&allocation);
	check_conflicts(&allocation);
	for (enum host_kind kind = HOST_GATEWAY; kind < HOST_N_KINDS; kind++) {
		for (size_t i = 0; i < network->n_hosts; i++) {
			if (network->hosts[i].kind == kind)
				complete(&allocation, &network->hosts[i], entries[i]);
		}
	}
	for (size_t i = 0; i < network->n_hosts; i++) {
		struct network_host *host = &network->hosts[i];

		memcpy(host->addresses, entries[i]->addresses, sizeof(host->addresses));
		host->n_addresses = entries[i]->n_addresses;
	}
}
