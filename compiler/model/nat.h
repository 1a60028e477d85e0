/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What a NAT or firewall does to UDP, in the terms of RFC 4787: how it maps (section 4.1), whom it
 * lets in (section 5), whether it keeps ports (section 4.2.1), whether it hairpins (section 6) and
 * how long it remembers (section 4.3). A preset is a name for one of these.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/net/address.h"

enum nat_preset {
	NAT_NONE,
	NAT_FIREWALL,
	NAT_FULL_CONE,
	NAT_RESTRICTED_CONE,
	NAT_PORT_RESTRICTED_CONE,
	NAT_LINUX,
	NAT_SYMMETRIC,
	NAT_CGNAT,
	NAT_UDP_BLOCKED,
	NAT_UNKNOWN,
	NAT_N_PRESETS,
	NAT_IN_TERMS = NAT_N_PRESETS, /* no preset: the author wrote the terms themselves */
};

enum nat_mapping {
	NAT_MAPPING_NONE, /* addresses and ports stay as they are */
	NAT_MAPPING_ENDPOINT_INDEPENDENT,
	NAT_MAPPING_ADDRESS_DEPENDENT,
	NAT_MAPPING_ADDRESS_AND_PORT_DEPENDENT,
};

/* By rising strictness, so that the filter of a chain of boxes is the largest of theirs. */
enum nat_filtering {
	NAT_FILTERING_NONE,                       /* everything comes in: there is no box */
	NAT_FILTERING_ENDPOINT_INDEPENDENT,       /* anyone, once the inside has sent to anyone */
	NAT_FILTERING_ADDRESS_DEPENDENT,          /* whose address the inside has sent to */
	NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT, /* whose address and port it has sent to */
};

struct nat_behaviour {
	enum nat_mapping mapping;
	enum nat_filtering filtering;
	bool port_preservation;
	bool hairpinning;
	bool blocks_udp;
	uint32_t
		mapping_timeout_s; /* 0: nothing is ever forgotten, because nothing is remembered */
};

/*
 * What a box of the preset does to packets of the family. NATs translate IPv4 only; in IPv6 a site
 * with one has a stateful firewall (RFC 6092 is what routers do there). Not for NAT_IN_TERMS.
 */
struct nat_behaviour nat_behaviour_of(enum nat_preset preset, enum net_family family);

/* Whether a host's outer port can be foretold where nobody else behind the box uses the same. */
static inline bool nat_keeps_ports(const struct nat_behaviour *box)
{
	return box->mapping == NAT_MAPPING_NONE ||
	       (box->mapping == NAT_MAPPING_ENDPOINT_INDEPENDENT && box->port_preservation);
}

/* "endpoint-independent", ...: the words of the topology language and of the manifest. */
const char *nat_mapping_text(enum nat_mapping mapping);
const char *nat_filtering_text(enum nat_filtering filtering);
