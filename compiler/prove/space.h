/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Space: all addresses of both families, cut into atoms. No prefix that anybody expects ends inside
 * an atom, so that what holds for one of its addresses holds for all of them: a walk over atoms is
 * a walk over every address there is.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/prefix.h"
#include "base/vec.h"

struct arena;

#define PROVE_NOBODY UINT32_MAX /* in place of the index of a host */

enum space_kind {
	SPACE_NOBODY,
	SPACE_NETWORK, /* behind a host */
	SPACE_LAN,     /* a host's own address on a LAN that another host routes */
	SPACE_OVERLAY, /* a host's address in the network */
};

/* Who answers for the addresses of a prefix; of several claims the longest prefix's holds. */
struct space_claim {
	struct net_prefix prefix;
	enum space_kind kind;
	uint32_t owner;
};

struct space_atom {
	struct net_address first;
	uint32_t owner;
	enum space_kind kind;
	uint8_t length; /* of the claim's prefix */
};

struct space {
	struct space_atom *atoms; /* by address: IPv4 first */
	size_t n_atoms;
};

/* Atoms [first, end). */
struct space_range {
	uint32_t first;
	uint32_t end;
};

struct space_edges {
	struct net_prefix *items;
	size_t n_items;
	size_t capacity;
};

/* A space in the arena, also cut at the ends of the prefixes in `edges`. */
struct space *space_create(struct arena *arena, const struct space_claim *claims, size_t n_claims,
			   const struct space_edges *edges);

/* The atoms that the prefix covers. False: it ends inside one. */
bool space_find_range(const struct space *space, const struct net_prefix *prefix,
		      struct space_range *ret_range);

/* The atom that holds the address. */
size_t space_find(const struct space *space, const struct net_address *address);
