/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Stock: the addresses of a world that are taken, and those that the lab invents where the manifest
 * leaves one open. What is invented is never anybody's address or part of any network.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/manifest/manifest.h"
#include "base/map.h"
#include "base/net/prefix.h"
#include "base/vec.h"

struct arena;

struct stock {
	struct arena *arena;
	struct map taken;                    /* address -> anything, wherever it is */
	struct map claims;                   /* "site address" -> who */
	vec_of(struct net_prefix) networks;  /* nothing is invented inside these */
	uint64_t n_public[NET_N_FAMILIES];   /* where the search goes on */
	uint64_t n_networks[NET_N_FAMILIES]; /* the same, for networks */
};

/* A stock that knows the networks and the addresses of the manifest. */
void stock_init(struct stock *stock, struct arena *arena, const struct manifest *manifest);

/* Takes the address at the site, for `who`. NULL; or who has it there already. */
const char *stock_claim(struct stock *stock, size_t site, const struct net_address *address,
			const char *who);

/* An unused public address. */
bool stock_public(struct stock *stock, enum net_family family, struct net_address *ret_address);

/* An unused network for a LAN. */
bool stock_network(struct stock *stock, enum net_family family, struct net_prefix *ret_prefix);

/*
 * An unused address of the prefix, from its end, where people rarely number hosts by hand, and in
 * none of the networks `avoid`.
 */
bool stock_free(struct stock *stock, const struct net_prefix *prefix,
		const struct net_prefix *avoid, size_t n_avoid, struct net_address *ret_address);
