/* SPDX-License-Identifier: MIT */
#pragma once

/* What a proof knows, shared by its steps (steps.h). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag/diag.h"
#include "base/map.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/vec.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"
#include "compiler/prove/finding.h"
#include "compiler/prove/outlook.h"
#include "compiler/prove/prove.h"
#include "compiler/prove/section.h"
#include "compiler/prove/space.h"

/* A sum over the pairs of a host, in secret memory. */
struct preshared_sum {
	uint64_t words[2];
};

/* What a proof keeps of a host. */
struct party {
	const struct manifest_host *host;
	const struct manifest_host *twin; /* another host with the same key; or NULL */
	struct outlooks outlooks;
	size_t vantage; /* from 1: hosts of one vantage need the same of the same peer */
	bool has_end[NET_N_FAMILIES];
	bool must_forward[NET_N_FAMILIES];
	bool forwards[NET_N_FAMILIES];
	bool redirects_are_off;
	bool is_done;
};

/* The way that packets of one host should take to each of the others. */
struct row {
	const struct manifest_host *viewer; /* for whom it was made last */
	uint32_t *next;                     /* by host: the first hop, or PROVE_NOBODY */
	uint8_t *verdict;                   /* by host: an enum manifest_verdict */
};

/* The files of the host at hand. */
struct view {
	struct arena *arena;
	const struct manifest_host *host; /* NULL: none yet */
	const struct conf *head;          /* its [Interface]; NULL: not read yet */
	bool has_routes;
	const struct conf_routes *routes;
	bool has_key;
	struct net_key key; /* the public half of the key in its .key file */
	vec_of(struct section *) sections;
	vec_of(const struct manifest_host *) peers; /* by section: whose key it is, or NULL */
	struct secret tokens; /* by section: what the pair's preshared key comes to */
	struct text text;     /* a section without its preshared key */
};

/* What a host does with packets, by atom. */
struct table {
	uint32_t *owner;       /* number of the section, from 1; 0: none */
	uint8_t *owner_length; /* of the prefix that decided, plus 1 */
	uint8_t *route_length; /* the same for routes into the tunnel; 0: none */
	uint16_t *route_mtu;   /* of that route */
	uint32_t *route_line;  /* number of the line, from 1; 0: an allowed IP or an address */
	uint8_t *own_length;   /* of networks that it reaches without a tunnel */
};

struct prove {
	struct arena *arena;
	const struct manifest *manifest;
	struct space_claim *claims;
	size_t n_claims;
	struct space_edges edges;
	struct space *space;
	struct party *parties; /* by host */
	struct map keys;       /* text of a key -> struct party */
	struct section_memo memo;
	struct row row;
	struct view view;
	struct table table;
	uint32_t *seen; /* by host: the section of the host at hand that it has, from 1 */
	struct findings findings;
	struct secret sums; /* two struct preshared_sum per host: its own word, the others' */
	struct prove_summary summary;
};
