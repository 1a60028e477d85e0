/* SPDX-License-Identifier: MIT */
#pragma once

/* The steps of an examination of files that were found. */

#include <stdbool.h>
#include <stdint.h>

#include "base/diag/diag.h"
#include "base/map.h"
#include "compiler/prove/found.h"
#include "compiler/prove/space.h"

struct examination {
	struct found *found;
	struct diag_bag *diags;
	struct map keys;       /* text of a key -> struct found_host */
	struct map by_address; /* text of a prefix -> struct found_candidates */
	struct space *space;
	uint32_t **next; /* by host, by atom: number of the peer in its file, from 1; 0: none */
	struct found_summary *summary;
};

/* found_names.c: what hosts are called, and which key is whose. */
void found_name_hosts(struct found *found);
void found_learn_keys(struct examination *x);

/* The host whose address is among the peer's allowed IPs, though with another key. Or NULL. */
const struct found_host *found_namesake(const struct examination *x, const struct conf_peer *peer);

/*
 * Whose key it is, for a host that has it as a peer; NULL: nobody's here. Of several files of one
 * machine it is the one that has the viewer as a peer.
 */
const struct found_host *found_whose(const struct examination *x, const struct net_key *key,
				     const struct found_host *viewer);

/* The peer of a host that is the other one; NULL: none, or nobody knows. */
const struct conf_peer *found_peer(const struct found_host *host, const struct found_host *other);

size_t found_index(const struct examination *x, const struct found_host *host);

/* found_tunnel.c: every peer of every host, from both ends. */
void found_check_tunnels(struct examination *x);

/* found_walk.c: a packet from every host to every address. */
void found_check_ways(struct examination *x);
