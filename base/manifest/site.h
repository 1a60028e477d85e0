/* SPDX-License-Identifier: MIT */
#pragma once

/* Sites of a manifest: realms of addresses, and the box between each and the one it lies in. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/prefix.h"
#include "base/vec.h"

struct manifest_host;

enum manifest_mapping {
	MANIFEST_MAPPING_NONE,
	MANIFEST_MAPPING_ENDPOINT_INDEPENDENT,
	MANIFEST_MAPPING_ADDRESS_DEPENDENT,
	MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT,
};

enum manifest_filtering {
	MANIFEST_FILTERING_NONE,
	MANIFEST_FILTERING_ENDPOINT_INDEPENDENT,
	MANIFEST_FILTERING_ADDRESS_DEPENDENT,
	MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
};

/* What the box between a site and the one that it lies in does to UDP of one family. */
struct manifest_box {
	enum manifest_mapping mapping;
	enum manifest_filtering filtering;
	bool port_preservation;
	bool hairpinning;
	bool blocks_udp;
	unsigned int mapping_timeout_s; /* 0: remembers nothing */
};

/* An address, a DNS name (`name` is set), or neither: an address that is not fixed. */
struct manifest_place {
	bool is_address;
	struct net_address address;
	const char *name;
};

struct manifest_forward {
	uint16_t port;
	bool in[NET_N_FAMILIES];
	const struct manifest_host *host;
	uint16_t host_port; /* at the host, or at the router of the inner site that it is behind */
};

struct manifest_one_to_one {
	struct net_address address;
	const struct manifest_host *host;
};

struct manifest_site {
	const char *name; /* "internet" is the first of all */
	size_t index;
	const struct manifest_site *inside; /* NULL for the internet */
	const char *nat;                    /* as the author said it, for people */
	struct manifest_box box[NET_N_FAMILIES];
	vec_of(struct manifest_place) public;
	vec_of(struct net_prefix) prefixes;
	vec_of(struct manifest_forward) forwards;
	vec_of(struct manifest_one_to_one) one_to_one;
	bool client_isolation;
};
