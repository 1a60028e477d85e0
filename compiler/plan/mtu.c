/* SPDX-License-Identifier: MIT */

/*
 * MTU. WireGuard adds 32 bytes, UDP 8, and the outer header 20 (IPv4) or 40 (IPv6): of 1500 bytes
 * 1440 or 1420 are left. All interfaces get the smaller one where any path needs it, because a
 * gateway passes packets on from one path to the other.
 */

#include "compiler/plan/parts.h"

#include "base/diag/diag.h"

enum {
	MTU_OVER_IPV4 = 1440,
	MTU_OVER_IPV6 = 1420,
	MTU_MIN_IPV6 = 1280, /* RFC 8200 section 5 */
};

static bool has_name(const struct network_host *host)
{
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; i < attachment->n_places; i++) {
			if (attachment->places[i].kind == PLACE_NAME)
				return true;
		}
	}
	return false;
}

static bool has_public_name(const struct network *network)
{
	vec_foreach(site, &network->sites) {
		if (site->public != NULL && site->public->kind == PLACE_NAME)
			return true;
	}
	return false;
}

static bool is_over_ipv6(const struct reach *reach, size_t a, size_t b)
{
	struct reach_verdict verdict = reach_decide(reach, a, b);

	return verdict.kind != REACH_APART && verdict.family == NET_IPV6;
}

/* Whether the outer packets of some tunnel are IPv6. */
static bool uses_ipv6(const struct reach *reach)
{
	for (size_t a = 0; a < reach->n_classes; a++) {
		for (size_t b = a; b < reach->n_classes; b++) {
			bool is_mesh = reach->classes[a].example->kind != HOST_DEVICE &&
				       reach->classes[b].example->kind != HOST_DEVICE;

			if (is_mesh && (a != b || reach->classes[a].n_hosts > 1) &&
			    is_over_ipv6(reach, a, b))
				return true;
		}
	}
	for (size_t i = 0; i < reach->network->n_hosts; i++) {
		const struct network_host *gateway = reach->network->hosts[i].gateway;

		if (gateway != NULL &&
		    is_over_ipv6(reach, reach->class_of[i], reach->class_of[gateway->index]))
			return true;
	}
	return false;
}

uint16_t plan_mtu(const struct reach *reach, const char **ret_reason)
{
	const struct network *network = reach->network;

	if (network->mtu.value != MTU_AUTO) {
		*ret_reason = "set in the topology";
		return (uint16_t)network->mtu.value;
	}
	if (has_public_name(network)) {
		*ret_reason = "the same everywhere; an endpoint is a name, which may lead to IPv6";
		return MTU_OVER_IPV6;
	}
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		if (host->attachments.n_items == 0) {
			*ret_reason =
				"the same everywhere; 20 bytes are spared for the unknown paths of roaming devices";
			return MTU_OVER_IPV6;
		}
		if (has_name(host)) {
			*ret_reason =
				"the same everywhere; an endpoint is a name, which may lead to IPv6";
			return MTU_OVER_IPV6;
		}
	}
	if (uses_ipv6(reach)) {
		*ret_reason =
			"the same everywhere; some outer packets are IPv6: 1500 - 40 - 8 - 32";
		return MTU_OVER_IPV6;
	}
	*ret_reason = "all outer packets are IPv4: 1500 - 20 - 8 - 32";
	return MTU_OVER_IPV4;
}

static bool carries_ipv6(const struct network *network)
{
	for (size_t i = 0; i < network->n_pools; i++) {
		if (network->pools[i].value.address.family == NET_IPV6)
			return true;
	}
	vec_foreach(owner, &network->with_routes) {
		vec_foreach(route, &(*owner)->routes) {
			if (route->value.address.family == NET_IPV6)
				return true;
		}
	}
	return false;
}

static void check_mtu(const struct given_number *mtu, struct diag_bag *diags)
{
	struct diag *diag;

	if (!span_is_given(mtu->span) || mtu->value == MTU_AUTO || mtu->value >= MTU_MIN_IPV6)
		return;
	diag = diag_add(diags, DIAG_MTU_TOO_SMALL, mtu->span,
			"an MTU of %lld cannot carry the network's IPv6", (long long)mtu->value);
	diag_help(diags, diag, "use at least %d, or leave IPv6 out of the network", MTU_MIN_IPV6);
}

/* A link is for a path that is narrower than the others: nothing larger leaves the interface. */
static void check_link(const struct given_number *link_mtu, uint16_t mtu, struct diag_bag *diags)
{
	struct diag *diag;

	if (!span_is_given(link_mtu->span) || link_mtu->value <= mtu)
		return;
	diag = diag_add(diags, DIAG_BAD_VALUE, link_mtu->span,
			"an MTU of %lld for one pair is larger than that of the interfaces, %u",
			(long long)link_mtu->value, mtu);
	diag_help(diags, diag,
		  "a link's MTU is for a narrower path; for a wider one set network.mtu");
}

void plan_check_mtu(const struct network *network, uint16_t mtu, struct diag_bag *diags)
{
	bool has_ipv6 = carries_ipv6(network);

	if (has_ipv6)
		check_mtu(&network->mtu, diags);
	vec_foreach(link, &network->topology->links) {
		if (has_ipv6)
			check_mtu(&link->mtu, diags);
		check_link(&link->mtu, mtu, diags);
	}
}
