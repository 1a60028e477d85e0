/* SPDX-License-Identifier: MIT */

/*
 * The presets in the terms of RFC 4787. A preset promises what its users can rely on: one that
 * leaves something open has the worst case's value for it.
 */

#include "compiler/model/nat.h"

#include "base/cleanup.h"

enum {
	/* Linux forgets an unanswered UDP flow after 30 s (nf_conntrack_udp_timeout). */
	SHORT_TIMEOUT_S = 30,
	/* RFC 4787 REQ-5: a mapping lasts 2 minutes at least. */
	RFC_TIMEOUT_S = 120,
};

static const struct nat_behaviour worst_case = {
	.mapping = NAT_MAPPING_ADDRESS_AND_PORT_DEPENDENT,
	.filtering = NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
	.mapping_timeout_s = SHORT_TIMEOUT_S,
};

/* RFC 6092 section 3.2: a router lets in UDP that answers, unless it is told more. */
static const struct nat_behaviour firewall = {
	.mapping = NAT_MAPPING_NONE,
	.filtering = NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
	.mapping_timeout_s = SHORT_TIMEOUT_S,
};

static struct nat_behaviour make_cone(enum nat_filtering filtering, uint32_t timeout_s)
{
	return (struct nat_behaviour){
		.mapping = NAT_MAPPING_ENDPOINT_INDEPENDENT,
		.filtering = filtering,
		.port_preservation = true,
		.mapping_timeout_s = timeout_s,
	};
}

static struct nat_behaviour block_udp(struct nat_behaviour box)
{
	box.blocks_udp = true;
	return box;
}

static struct nat_behaviour behaviour_in_ipv4(enum nat_preset preset)
{
	switch (preset) {
	case NAT_NONE:
		return (struct nat_behaviour){.filtering = NAT_FILTERING_NONE};
	case NAT_FIREWALL:
		return firewall;
	case NAT_FULL_CONE:
		return make_cone(NAT_FILTERING_ENDPOINT_INDEPENDENT, RFC_TIMEOUT_S);
	case NAT_RESTRICTED_CONE:
		return make_cone(NAT_FILTERING_ADDRESS_DEPENDENT, RFC_TIMEOUT_S);
	case NAT_PORT_RESTRICTED_CONE:
		return make_cone(NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT, RFC_TIMEOUT_S);
	case NAT_LINUX:
		return make_cone(NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT, SHORT_TIMEOUT_S);
	case NAT_SYMMETRIC:
	case NAT_CGNAT:
	case NAT_UNKNOWN:
		return worst_case;
	case NAT_UDP_BLOCKED:
		return block_udp(worst_case);
	case NAT_IN_TERMS:
		break;
	}
	unreachable();
}

static struct nat_behaviour behaviour_in_ipv6(enum nat_preset preset)
{
	if (preset == NAT_NONE)
		return behaviour_in_ipv4(preset);
	return preset == NAT_UDP_BLOCKED ? block_udp(firewall) : firewall;
}

struct nat_behaviour nat_behaviour_of(enum nat_preset preset, enum net_family family)
{
	return family == NET_IPV4 ? behaviour_in_ipv4(preset) : behaviour_in_ipv6(preset);
}

const char *nat_mapping_text(enum nat_mapping mapping)
{
	switch (mapping) {
	case NAT_MAPPING_NONE:
		return "none";
	case NAT_MAPPING_ENDPOINT_INDEPENDENT:
		return "endpoint-independent";
	case NAT_MAPPING_ADDRESS_DEPENDENT:
		return "address-dependent";
	case NAT_MAPPING_ADDRESS_AND_PORT_DEPENDENT:
		return "address-and-port-dependent";
	}
	unreachable();
}

const char *nat_filtering_text(enum nat_filtering filtering)
{
	switch (filtering) {
	case NAT_FILTERING_NONE:
		return "none";
	case NAT_FILTERING_ENDPOINT_INDEPENDENT:
		return "endpoint-independent";
	case NAT_FILTERING_ADDRESS_DEPENDENT:
		return "address-dependent";
	case NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT:
		return "address-and-port-dependent";
	}
	unreachable();
}
