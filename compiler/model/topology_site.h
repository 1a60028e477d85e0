/* SPDX-License-Identifier: MIT */
#pragma once

/* Sites of a topology, as written. */

#include "base/vec.h"
#include "compiler/model/given.h"
#include "compiler/model/nat.h"

/* `nat: { mapping: ..., filtering: ... }`: what is not given has the worst case's value. */
struct topology_nat {
	struct given_number mapping;   /* enum nat_mapping */
	struct given_number filtering; /* enum nat_filtering */
	struct given_number port_preservation;
	struct given_number hairpinning;
	struct given_number mapping_timeout; /* seconds */
};

struct topology_site {
	struct given_text name;
	struct given_number nat; /* enum nat_preset; NAT_IN_TERMS: `nat_terms` says it */
	struct topology_nat nat_terms;
	struct given_text inside;
	vec_of(struct given_place) public;
	vec_of(struct given_prefix) prefixes;
	vec_of(struct given_pair) forward;    /* outer port, or port "/ipv6"; host, or host:port */
	vec_of(struct given_pair) one_to_one; /* outer address; host */
	struct given_number client_isolation;
};
