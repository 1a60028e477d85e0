/* SPDX-License-Identifier: MIT */
#pragma once

/* The steps of resolve, in the order in which they run: each sees only what earlier ones made. */

#include "base/map.h"
#include "compiler/resolve/network.h"

struct arena;
struct diag_bag;
struct lock;
struct lock_entry;

struct resolver {
	const struct resolve_rekey *rekey; /* or NULL */
	struct arena *arena;
	struct diag_bag *diags;
	const struct topology *topology;
	struct lock *lock;
	struct network *network;
	bool has_as_of;
	int32_t as_of;               /* the day: who expired before it is left out */
	struct map hosts;            /* name to struct network_host */
	struct map expired;          /* the same of hosts that are left out */
	struct lock_entry **entries; /* by host index; an expired host may have none */
};

/* Users' last days. */
void resolve_expiries(struct resolver *resolver);
bool resolver_is_expired(const struct resolver *resolver, const struct topology_user *user);

/* One namespace for sites, gateways, servers, users and groups; hosts sorted by name. */
void resolve_names(struct resolver *resolver);

/*
 * How many gateways the user has, one at least; and the names of the tunnels to them, each a file
 * and an interface of a device. NULL for a gateway that stands there twice, which is reported.
 */
size_t resolver_n_ways(const struct topology_user *user);
const char *const *resolver_tunnels(struct resolver *resolver, const struct topology_user *user);

/* The tree of sites: what each lies inside, and what the box between the two does. */
void resolve_sites(struct resolver *resolver);

/* `at`: which site, and whether the addresses can be there. */
void resolve_places(struct resolver *resolver);

/* `forward` and `one_to_one`: for which hosts a box lets packets in, and at which outer ports. */
void resolve_forwards(struct resolver *resolver);

/* A line of the lock for every host; tombstones for those that are gone. */
void resolve_entries(struct resolver *resolver);

/* Public keys: of the topology or the lock, present, and each on one node only. */
void resolve_keys(struct resolver *resolver);

/* Overlay addresses: pools, pins, the lock, and the next free ones. */
void resolve_addresses(struct resolver *resolver);

/* Listening ports: apart behind a box that keeps them; what had to be chosen is in the lock. */
void resolve_ports(struct resolver *resolver);

/* Where each forward leads, now that the ports are known, and whether somebody listens there. */
void resolve_targets(struct resolver *resolver);

/* Addresses and ports in the realms of addresses: one owner each. */
void resolve_sockets(struct resolver *resolver);

/* Networks behind hosts: one owner each. */
void resolve_routes(struct resolver *resolver);

/* Prefixes of sites that stand for two networks in somebody's eyes. */
void resolve_overlaps(struct resolver *resolver);

/* Devices and their gateways; links and their ends; of which nodes assertions speak. */
void resolve_gateways(struct resolver *resolver);
void resolve_links(struct resolver *resolver);
void resolve_assertions(struct resolver *resolver);

/* Look-ups that several steps share: NULL, with a diagnostic, where there is none of that name. */

/* `otherwise` is the help where no name is near. */
const struct network_site *resolver_find_site(struct resolver *resolver,
					      const struct given_text *given,
					      const char *otherwise);

/*
 * `what` is the word for a host in messages: "node", "gateway". Of an expired host nothing is said,
 * though it is NULL as well: what names it waits for its return.
 */
struct network_host *resolver_find_host(struct resolver *resolver, const struct given_text *given,
					const char *what);

/* The same of a gateway: NULL, with a diagnostic, for another node as well. */
struct network_host *resolver_find_gateway(struct resolver *resolver,
					   const struct given_text *given);

/* Reports an address that is in none of the prefixes of its site, where that has any. */
void resolver_check_inside(struct resolver *resolver, const struct network_site *site,
			   const struct net_address *address, struct span span);
