/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Ways: through which of its attachments a host sends what. By default out through the internet, or
 * else the first site that lets UDP out; to the networks of a site that it is at, or that can be
 * routed to from there, through the attachment that is nearest to them.
 */

#include "base/vec.h"
#include "runtime/lab/places.h"

struct arena;

struct ways_route {
	struct net_prefix prefix;
	const struct places_attachment *through; /* by way of the router there */
};

struct ways {
	const struct places_attachment *by_default[NET_N_FAMILIES]; /* NULL: no such address */
	vec_of(struct ways_route) routes;                           /* no prefix twice */
};

struct ways ways_of(struct arena *arena, const struct places *places,
		    const struct places_host *host);

/* The longest network of the site that has the address, or NULL: the internet has none. */
const struct net_prefix *ways_lan(const struct places_site *site,
				  const struct net_address *address);
