/* SPDX-License-Identifier: MIT */
#pragma once

/* The way of a host's packets outward, box by box, and of others' packets to it. */

#include <stdbool.h>

#include "compiler/reach/exposure.h"

/* Takes one box after the other: the step of exposure_of(), for those who show the way. */
struct exposure_walk {
	const struct network_host *host;
	enum net_family family;
	const struct network_site *site; /* where the packets are now */
	bool is_blocked;
	bool is_private;         /* they would be on the internet with a private address */
	bool lets_in;            /* every box so far lets anyone in to `in` */
	bool keeps_port;         /* `out` has the port that the packets really leave from */
	struct net_endpoint in;  /* port 0: the address is not known */
	struct net_endpoint out; /* port 0: the address is not known */
	enum nat_filtering filtering;
	uint32_t timeout_s;
	enum exposure_cause cause;
	const struct network_site *box;
};

/* At the host itself. False: it has no address of the family there. */
bool exposure_walk_begin(struct exposure_walk *walk, const struct network_host *host,
			 const struct network_attachment *attachment, enum net_family family);

/* Through the box of `walk->site`, into the site outside. */
void exposure_walk_out(struct exposure_walk *walk);
