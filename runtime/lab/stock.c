/* SPDX-License-Identifier: MIT */

/* Searches are short: almost every candidate is free, and those that are not are near each other.
 */

#include "runtime/lab/stock.h"

#include "base/arena.h"

enum {
	MOST_TRIES = 65536,
	LAN_LENGTH4 = 22, /* room for a thousand machines */
	LAN_LENGTH6 = 64,
};

/* Half of the range of RFC 2544 for addresses, half for LANs; and a part of RFC 3849's for each. */
static const struct net_prefix public_ranges[] = {
	[NET_IPV4] = {{NET_IPV4, {198, 18}}, 16},
	[NET_IPV6] = {{NET_IPV6, {0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff}}, 64},
};
static const struct net_prefix lan_ranges[] = {
	[NET_IPV4] = {{NET_IPV4, {198, 19}}, 16},
	[NET_IPV6] = {{NET_IPV6, {0x20, 0x01, 0x0d, 0xb8, 0xff, 0xfe}}, 48},
};

static void take(struct stock *stock, const struct net_address *address)
{
	char buffer[NET_ADDRESS_TEXT];
	const char *text = net_address_format(address, buffer);

	if (map_get(&stock->taken, text) == NULL) {
		(void)map_put(stock->arena, &stock->taken, arena_printf(stock->arena, "%s", text),
			      stock); /* it was just found to be new */
	}
}

static bool is_taken(const struct stock *stock, const struct net_address *address)
{
	char buffer[NET_ADDRESS_TEXT];

	return map_get(&stock->taken, net_address_format(address, buffer)) != NULL;
}

static bool is_in_network(const struct stock *stock, const struct net_address *address)
{
	vec_foreach(network, &stock->networks) {
		if (net_prefix_contains(network, address))
			return true;
	}
	return false;
}

static void know_network(struct stock *stock, const struct net_prefix *prefix)
{
	if (prefix->length > 0)
		*vec_push(stock->arena, &stock->networks) = *prefix;
}

static void know_host(struct stock *stock, const struct manifest_host *host)
{
	vec_foreach(route, &host->routes)
		know_network(stock, route);
	vec_foreach(attachment, &host->attachments) {
		vec_foreach(place, &attachment->places) {
			struct net_prefix own = net_prefix_of_host(&place->address);

			/* Counted as networks too, so that no invented LAN holds one. */
			if (place->is_address) {
				take(stock, &place->address);
				know_network(stock, &own);
			}
		}
	}
}

static void know_site(struct stock *stock, const struct manifest_site *site)
{
	vec_foreach(prefix, &site->prefixes)
		know_network(stock, prefix);
	vec_foreach(place, &site->public) {
		struct net_prefix own = net_prefix_of_host(&place->address);

		if (place->is_address) {
			take(stock, &place->address);
			know_network(stock, &own);
		}
	}
	vec_foreach(entry, &site->one_to_one) {
		struct net_prefix own = net_prefix_of_host(&entry->address);

		take(stock, &entry->address);
		know_network(stock, &own);
	}
}

void stock_init(struct stock *stock, struct arena *arena, const struct manifest *manifest)
{
	*stock = (struct stock){.arena = arena};
	vec_foreach(pool, &manifest->pools)
		know_network(stock, pool);
	for (size_t i = 0; i < manifest->n_sites; i++)
		know_site(stock, &manifest->sites[i]);
	for (size_t i = 0; i < manifest->n_hosts; i++)
		know_host(stock, &manifest->hosts[i]);
}

const char *stock_claim(struct stock *stock, size_t site, const struct net_address *address,
			const char *who)
{
	char buffer[NET_ADDRESS_TEXT];
	const char *key =
		arena_printf(stock->arena, "%zu %s", site, net_address_format(address, buffer));
	union {
		const char *text;
		void *value;
	} claim = {.text = who};

	take(stock, address);
	return map_put(stock->arena, &stock->claims, key, claim.value);
}

bool stock_public(struct stock *stock, enum net_family family, struct net_address *ret_address)
{
	struct net_address address;

	for (size_t i = 0; i < MOST_TRIES; i++) {
		if (!net_prefix_nth(&public_ranges[family], ++stock->n_public[family], &address))
			return false;
		if (!is_taken(stock, &address) && !is_in_network(stock, &address)) {
			take(stock, &address);
			*ret_address = address;
			return true;
		}
	}
	return false;
}

/* The prefix of the length that is number `index` in the range. */
static bool part_of(const struct net_prefix *range, unsigned int length, uint64_t index,
		    struct net_prefix *ret_part)
{
	struct net_prefix part = {.address = range->address, .length = (uint8_t)length};

	if (index >> (length - range->length) != 0)
		return false;
	/* Ranges and lengths are such that the number fits below 32 bits at any bit position. */
	for (unsigned int bit = length; index != 0; index >>= 1) {
		bit--;
		if ((index & 1) != 0)
			part.address.bytes[bit / 8] |= (uint8_t)(0x80U >> (bit % 8));
	}
	*ret_part = part;
	return true;
}

bool stock_network(struct stock *stock, enum net_family family, struct net_prefix *ret_prefix)
{
	unsigned int length = family == NET_IPV4 ? LAN_LENGTH4 : LAN_LENGTH6;
	struct net_prefix prefix;

	while (part_of(&lan_ranges[family], length, stock->n_networks[family]++, &prefix)) {
		bool is_free = true;

		vec_foreach(network, &stock->networks)
			is_free = is_free && !net_prefix_overlaps(network, &prefix);
		if (is_free) {
			know_network(stock, &prefix);
			*ret_prefix = prefix;
			return true;
		}
	}
	return false;
}

/* The address before this one; false before the first of all. */
static bool step_back(struct net_address *address)
{
	for (unsigned int i = net_family_bits(address->family) / 8; i-- > 0;) {
		if (address->bytes[i]-- != 0)
			return true;
	}
	return false;
}

/* Back over the whole of a network to be avoided, if the address lies in one. */
static bool leap(const struct net_prefix *avoid, size_t n_avoid, struct net_address *address)
{
	for (size_t i = 0; i < n_avoid; i++) {
		if (net_prefix_contains(&avoid[i], address)) {
			*address = avoid[i].address;
			return true;
		}
	}
	return false;
}

bool stock_free(struct stock *stock, const struct net_prefix *prefix,
		const struct net_prefix *avoid, size_t n_avoid, struct net_address *ret_address)
{
	struct net_address address = net_prefix_last(prefix);
	unsigned int spare = net_family_bits(prefix->address.family) - prefix->length;

	/* Neither the network's own address nor the broadcast one, where there are such. */
	if (spare > 1 && !step_back(&address))
		return false;
	for (size_t i = 0; i < MOST_TRIES && net_prefix_contains(prefix, &address); i++) {
		bool is_own = spare > 1 && net_address_compare(&address, &prefix->address) == 0;

		if (!leap(avoid, n_avoid, &address) && !is_taken(stock, &address) && !is_own) {
			take(stock, &address);
			*ret_address = address;
			return true;
		}
		if (!step_back(&address))
			return false;
	}
	return false;
}
