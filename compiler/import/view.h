/* SPDX-License-Identifier: MIT */
#pragma once

/* Views: how the hosts of a network that is being imported see each other, by their files. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/endpoint.h"
#include "base/net/key.h"
#include "base/net/prefix.h"
#include "base/source.h"
#include "base/vec.h"

struct import_host;

/* A public key, and what the files say of whoever has it. */
struct import_key {
	struct net_key key;
	size_t index;        /* in the order in which they were met */
	const char *text;    /* base64; NULL: nobody knows the key itself */
	const char *comment; /* the first name that a peer section gives it, or NULL */
	vec_of(struct net_prefix) prefixes; /* of its allowed IPs, each once */
	struct import_host *host;           /* the first that has it */
	struct span span;                   /* of the first peer section about it */
	struct import_host *seen_by;        /* while own keys are looked for: who lists it */
};

/* A peer section: how one host sees another. */
struct import_view {
	struct import_key *key;
	struct import_host *to;       /* NULL: left out */
	struct net_endpoint endpoint; /* port 0: none */
	uint16_t keepalive_s;
	bool has_preshared;
	uint64_t preshared; /* of an inline one, to compare; 0: not known */
	struct net_prefix *allowed_ips;
	size_t n_allowed_ips;
	struct span span;
};

/* An allowed IP with host bits. */
struct import_masked {
	struct import_host *viewer;
	size_t view;                /* of the viewer's, before they are sorted */
	size_t place;               /* in the view's list */
	struct net_address address; /* as written */
	struct span span;
	struct import_key *key;   /* whose it is */
	struct net_prefix prefix; /* what wg takes it for */
	bool is_repeated;         /* other peers of the viewer have one of the same prefix */
	bool names_peer;          /* the address is that of the peer */
	bool is_alone;            /* and that is all that is meant */
};

/* Where a prefix leads by a host's allowed IPs, after what overlaps was settled. */
struct import_claim {
	struct net_prefix prefix;
	const struct import_view *view;
};

/* The claims of one length, to look through one after the other. */
struct import_run {
	enum net_family family;
	uint8_t length;
	size_t first;
	size_t n_claims;
};
