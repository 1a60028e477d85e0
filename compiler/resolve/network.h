/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Network: the topology with every name looked up, every default filled in and every address given
 * out. Hosts are sorted by name, and that order is the order of everything that is emitted.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/network_assertion.h"
#include "compiler/resolve/network_expiry.h"
#include "compiler/resolve/network_host.h"
#include "compiler/resolve/network_site.h"

struct network {
	const char *name;
	const char *domain; /* or NULL */
	const struct given_prefix *pools;
	size_t n_pools;
	int64_t persistent_keepalive;    /* seconds, KEEPALIVE_OFF or KEEPALIVE_AUTO */
	struct given_number mtu;         /* bytes or MTU_AUTO */
	struct given_number unreachable; /* UNREACHABLE_RELAY, or UNREACHABLE_ERROR */
	vec_of(struct network_site) sites;
	struct network_host *hosts; /* by name */
	size_t n_hosts;
	size_t n_expired; /* behind them in `hosts`: those of expired users, nobody's peers */
	vec_of(struct network_expiry) expiries;          /* by day, then by user */
	vec_of(const struct network_host *) with_routes; /* the hosts that have `routes` */
	vec_of(const struct network_link *) with_via;    /* the links that have `via` */
	vec_of(const struct network_host *) gateways;    /* by name */
	vec_of(struct network_assertion) assertions;     /* as written */
	const struct topology *topology;
};

/* The host or site of that name, or NULL. */
const struct network_host *network_find_host(const struct network *network, const char *name);
const struct network_site *network_find_site(const struct network *network, const char *name);
