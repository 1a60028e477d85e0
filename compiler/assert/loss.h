/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Loss: who loses whom in an outage, grouped. Every pair that is lost is in one cut: with the end
 * that loses more, so that a device without its gateway is one cut and not one for everybody.
 */

#include "base/vec.h"
#include "compiler/assert/kinds.h"
#include "compiler/assert/outage.h"

struct given_prefix;

typedef vec_of(const struct kinds_member *) loss_nodes;

/* Each of `nodes` loses each of `from`; the two are the same where they lose each other. */
struct loss_cut {
	loss_nodes nodes;  /* by name */
	loss_nodes from;   /* by name */
	bool is_everybody; /* `from` is all that is left */
	size_t n_pairs;
	struct path path; /* that the first of them had */
};

/* A network that only one who is gone routes. */
struct loss_network {
	const struct given_prefix *prefix;
	const struct network_host *owner;
	size_t n_losers; /* who have no LAN there */
};

/* A device that has lost its usual tunnel and keeps another. */
struct loss_switch {
	const struct network_host *from; /* the device at its first gateway */
	const struct network_host *to;   /* and at the one that it can switch to */
};

/* The gateways, by name, through which pairs are kept. */
struct loss_way {
	const struct network_host *gateways[PATH_MAX_NODES - 2];
	size_t n_gateways;
	size_t n_pairs;
};

struct loss {
	const struct kinds_member *members; /* all nodes */
	size_t n_members;
	size_t n_gone;
	vec_of(struct loss_cut) cuts; /* those who lose most first */
	vec_of(struct loss_network) networks;
	vec_of(struct loss_switch) switches; /* by name */
	size_t n_pairs_lost;
	size_t n_pairs_kept;
	size_t n_direct;              /* of those: by a tunnel of their own */
	size_t *n_relayed;            /* of those, by gateway: through it, among others */
	vec_of(struct loss_way) ways; /* of those: all others, each pair once */
};

/* What is lost of the network. The outage has begun. */
struct loss loss_find(const struct outage *outage, struct arena *arena);

/* Whether nobody who is left loses anything. */
bool loss_is_none(const struct loss *loss);
