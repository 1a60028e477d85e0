/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Sites of the network: a tree of realms of addresses whose root is the internet, and what the box
 * at the edge of each does.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/prefix.h"
#include "base/source.h"
#include "base/vec.h"
#include "compiler/model/given.h"
#include "compiler/model/nat.h"

struct network_host;
struct topology_site;

/* A port forward of a site's router, or a pinhole in its firewall. */
struct network_forward {
	uint16_t port; /* at the router's public address, or, untranslated, at the host's own */
	bool in[NET_N_FAMILIES];
	const struct network_host *host; /* at the site, or at one inside it */
	uint16_t host_port;             /* where the forward leads: at the host, or at the router of
					   the site inside this one that the host is behind */
	struct span span;               /* of the entry's host */
	const struct given_pair *given; /* as written: the port's span is its name's */
};

/* An outer address that is one host's alone: elastic, floating, 1:1 NAT. Ports stay as they are. */
struct network_one_to_one {
	struct net_address address;
	const struct network_host *host;
	struct span span;               /* of the entry's host */
	const struct given_pair *given; /* as written: the address's span is its name's */
};

/* A realm of addresses, and the box between it and the realm that it lies in. */
struct network_site {
	const char *name;
	size_t index;                      /* 0 is the internet */
	const struct network_site *inside; /* the realm outside the box; NULL for the internet */
	size_t depth; /* boxes between it and the internet; 0 for the internet */
	enum nat_preset nat;
	bool nat_is_given;
	struct nat_behaviour box[NET_N_FAMILIES];
	const struct given_place *public; /* what translated packets come from; NULL: not known,
					     because it is not given, or several take turns */
	const struct net_prefix *prefixes;
	size_t n_prefixes;
	vec_of(struct network_forward) forwards;      /* by port and family */
	vec_of(struct network_one_to_one) one_to_one; /* by address */
	bool client_isolation; /* hosts at the site cannot reach each other across its LAN */
	const struct topology_site *given; /* as written; NULL for the internet */
	struct span span;                  /* of its name; nowhere for the internet */
	struct span nat_span;              /* of its `nat`, or of its name where that is absent */
};

/* Whether `site` is `outer`, or lies inside it. */
bool network_site_is_within(const struct network_site *site, const struct network_site *outer);

/* The innermost site that holds both: their lowest common ancestor. */
const struct network_site *network_common_site(const struct network_site *a,
					       const struct network_site *b);

/* The site inside `outer` that `site` is, or lies within. `site` is within `outer`, not `outer`. */
const struct network_site *network_site_below(const struct network_site *outer,
					      const struct network_site *site);

/* The site's forward to the host in the family, or NULL. With several, that of the lowest port. */
const struct network_forward *network_find_forward(const struct network_site *site,
						   const struct network_host *host,
						   enum net_family family);

/* The site's 1:1 address for the host, or NULL. */
const struct network_one_to_one *network_find_one_to_one(const struct network_site *site,
							 const struct network_host *host);

/* Whether the prefix overlaps one that belongs to the site. */
bool network_site_overlaps(const struct network_site *site, const struct net_prefix *prefix);
