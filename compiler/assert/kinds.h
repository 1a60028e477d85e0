/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Kinds: nodes whose paths to any other node are alike, because they are of one class and share, or
 * have the same gateways. What holds for one pair of two kinds holds for all of them, so that large
 * groups cost as little as small ones.
 */

#include "base/vec.h"

struct arena;
struct network;
struct network_host;
struct reach;

/* A node: one host; or a device that is several hosts, one at each of its gateways. */
struct kinds_member {
	const struct network_host *const *ways; /* at least one, the usual one first */
	size_t n_ways;
	unsigned int mark; /* the caller's: members with different marks are of different kinds */
};

struct kind {
	unsigned int mark;
	vec_of(const struct kinds_member *) members; /* in the order given */
};

struct kinds {
	vec_of(struct kind) items; /* by first member */
};

/* Sorts the members, which live as long as the kinds. */
struct kinds kinds_make(struct arena *arena, const struct reach *reach,
			const struct kinds_member *members, size_t n_members);

/* All nodes of the network as members, a device with all of its ways, by name. */
const struct kinds_member *kinds_members_of(struct arena *arena, const struct network *network,
					    size_t *ret_n);
