/* SPDX-License-Identifier: MIT */
#pragma once

/* IP prefix: an address and the number of its leading bits that count. Host bits are zero. */

#include <stdbool.h>
#include <stddef.h>

#include "base/net/address.h"

struct arena;

struct net_prefix {
	struct net_address address;
	uint8_t length;
};

enum {
	NET_PREFIX_TEXT = NET_ADDRESS_TEXT + 4,
};

/*
 * Parses "address/length"; without a length the prefix is the one host. Returns 0 or enum
 * net_error. With NET_E_HOST_BITS the output is set all the same, masked, so that the caller can
 * propose it.
 */
int net_prefix_parse(const char *text, struct net_prefix *ret_prefix);

/* "address/length", always with the length. Returns `buffer`. */
const char *net_prefix_format(const struct net_prefix *prefix, char buffer[static NET_PREFIX_TEXT]);

/* The prefix of one host, /32 or /128. */
struct net_prefix net_prefix_of_host(const struct net_address *address);

bool net_prefix_contains(const struct net_prefix *prefix, const struct net_address *address);

/* Whether `outer` holds all of `inner`. */
bool net_prefix_covers(const struct net_prefix *outer, const struct net_prefix *inner);
bool net_prefix_overlaps(const struct net_prefix *a, const struct net_prefix *b);

/* Total order: by address, then shorter (wider) prefixes first. */
int net_prefix_compare(const struct net_prefix *a, const struct net_prefix *b);

/* The last address of the prefix: all host bits set. */
struct net_address net_prefix_last(const struct net_prefix *prefix);

/* Whether all of the prefix can be somebody's: see NET_SCOPE_UNUSABLE. */
bool net_prefix_is_usable(const struct net_prefix *prefix);

/*
 * What is left of `outer` without `inner`, which it covers and does not equal: one prefix per bit
 * between their lengths, at most 128. Returns how many were written to `ret_parts`.
 */
size_t net_prefix_subtract(const struct net_prefix *outer, const struct net_prefix *inner,
			   struct net_prefix ret_parts[static 128]);

/*
 * The address `index` places behind the prefix's first one. False where it lies outside the prefix.
 */
bool net_prefix_nth(const struct net_prefix *prefix, uint64_t index,
		    struct net_address *ret_address);

/*
 * Sorts `prefixes` in place, drops those that another one covers and joins neighbours that make up
 * a wider prefix exactly: the smallest list that stands for the same addresses. Returns its length.
 */
size_t net_prefix_aggregate(struct net_prefix *prefixes, size_t n_prefixes);
