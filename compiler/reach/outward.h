/* SPDX-License-Identifier: MIT */
#pragma once

/* The way out of a host in words: where it is, the boxes in front of it, and what each leaves to
 * be seen of it. */

#include "base/net/address.h"
#include "base/vec.h"

struct arena;
struct network_host;
struct network_site;
struct reach;

/* A box on the way from a host to where two meet. */
struct outward_hop {
	const struct network_site *site; /* whose box */
	const char *box;                 /* "symmetric NAT" */
	const char *seen;                /* "198.51.100.7, any port" */
};

struct outward {
	const char *place;               /* "10.1.2.11:51820 at campus", where the host itself is */
	vec_of(struct outward_hop) hops; /* from the inside to the outside */
};

/* The way of the host to `site`, in which it meets others over the family. */
struct outward outward_look(struct arena *arena, const struct reach *reach,
			    const struct network_host *host, const struct network_site *site,
			    enum net_family family);
