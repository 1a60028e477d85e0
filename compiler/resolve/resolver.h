/* SPDX-License-Identifier: MIT */
#pragma once

/* The steps of resolve, in the order in which they run. Each looks only at what earlier ones made.
 */

#include "base/map.h"
#include "compiler/resolve/network.h"

struct arena;
struct diag_bag;
struct lock;

struct resolver {
	struct arena *arena;
	struct diag_bag *diags;
	const struct topology *topology;
	struct lock *lock;
	struct network *network;
	struct map hosts; /* name to struct network_host */
};

/* One namespace for sites, gateways, servers, users and groups; hosts sorted by name. */
void resolve_names(struct resolver *resolver);

/* `at`: which site, and whether the addresses can be there. */
void resolve_places(struct resolver *resolver);

/* Public keys: present, and each on one node only. */
void resolve_keys(struct resolver *resolver);

/* Overlay addresses: pools, pins, the lock, and the next free ones. */
void resolve_addresses(struct resolver *resolver);

/* Networks behind hosts: one owner each. */
void resolve_routes(struct resolver *resolver);

/* Devices and their gateways; links and their ends. */
void resolve_gateways(struct resolver *resolver);
void resolve_links(struct resolver *resolver);
