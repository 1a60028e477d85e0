/* SPDX-License-Identifier: MIT */

/* The way of a host's packets outward, box by box, and of others' packets to it. */

#include "compiler/reach/walk.h"

#include <stddef.h>

#include "compiler/resolve/network.h"

/* Notes what cost the host its predictability; the innermost box that did is the one to name. */
static void blame(struct exposure_walk *walk, enum exposure_cause cause,
		  const struct network_site *box)
{
	bool is_first = walk->cause == CAUSE_NONE || walk->cause == CAUSE_FILTER;

	if (is_first && (walk->cause == CAUSE_NONE || cause != CAUSE_FILTER)) {
		walk->cause = cause;
		walk->box = box;
	}
}

static bool is_private(const struct net_endpoint *endpoint)
{
	return endpoint->port != 0 && endpoint->name == NULL &&
	       net_address_scope(&endpoint->address) == NET_SCOPE_PRIVATE;
}

/* Nobody carries private addresses across the internet, and no other box will translate them. */
static void arrive(struct exposure_walk *walk)
{
	if (walk->site->index != 0 || walk->is_blocked || !is_private(&walk->out))
		return;
	walk->is_private = true;
	walk->cause = CAUSE_PRIVATE;
	walk->box = NULL;
}

bool exposure_walk_begin(struct exposure_walk *walk, const struct network_host *host,
			 const struct network_attachment *attachment, enum net_family family)
{
	const struct given_place *place = exposure_place(attachment, family);

	*walk = (struct exposure_walk){
		.host = host,
		.family = family,
		.site = attachment->site,
		.lets_in = true,
		.keeps_port = true,
	};
	if (place == NULL)
		return false;
	if (place->kind == PLACE_DYNAMIC) {
		blame(walk, CAUSE_DYNAMIC, NULL);
	} else {
		walk->in = (struct net_endpoint){
			.name = place->name,
			.address = place->address,
			.port = host->listen_port,
		};
	}
	walk->out = walk->in;
	arrive(walk);
	return true;
}

/* A box that remembers whom the host has sent to, and lets in nobody else to where it sent from. */
static void filter(struct exposure_walk *walk, const struct nat_behaviour *box)
{
	if (box->filtering > walk->filtering)
		walk->filtering = box->filtering;
	if (box->mapping_timeout_s > 0 &&
	    (walk->timeout_s == 0 || box->mapping_timeout_s < walk->timeout_s))
		walk->timeout_s = box->mapping_timeout_s;
}

static void close_door(struct exposure_walk *walk)
{
	walk->lets_in = false;
	walk->in = (struct net_endpoint){0};
	blame(walk, CAUSE_FILTER, walk->site);
}

static struct net_endpoint public_of(const struct network_site *site, uint16_t port)
{
	return (struct net_endpoint){
		.name = site->public->name,
		.address = site->public->address,
		.port = port,
	};
}

/* The address that packets have behind a box that translates, and whether their port survives. */
static void translate(struct exposure_walk *walk, const struct network_site *site,
		      const struct nat_behaviour *box)
{
	if (walk->cause == CAUSE_DYNAMIC || walk->cause == CAUSE_PUBLIC_UNKNOWN)
		walk->cause = CAUSE_NONE; /* it leaves with this router's address */
	if (!nat_keeps_ports(box)) {
		bool is_declared = site->nat_is_given && site->nat != NAT_UNKNOWN;

		walk->keeps_port = false;
		blame(walk, is_declared ? CAUSE_MAPPING : CAUSE_NOT_DECLARED, site);
	}
	walk->out = (struct net_endpoint){0};
	if (site->public == NULL) {
		blame(walk, CAUSE_PUBLIC_UNKNOWN, site);
	} else if (exposure_is_outdone(site)) {
		blame(walk, CAUSE_PUBLIC_PRIVATE, site);
	} else {
		walk->out = public_of(site, walk->host->listen_port);
	}
}

/*
 * A forward owns its outer port. The host's own packets leave from that port only where the forward
 * leads back to where they come from.
 */
static const struct network_forward *find_owner_of_port(const struct exposure_walk *walk,
							const struct network_site *site)
{
	vec_foreach(forward, &site->forwards) {
		if (forward->host == walk->host && forward->in[walk->family] &&
		    forward->port == walk->host->listen_port)
			return forward;
	}
	return NULL;
}

static void pass_nat(struct exposure_walk *walk, const struct network_site *site,
		     const struct nat_behaviour *box)
{
	const struct network_forward *forward =
		network_find_forward(site, walk->host, walk->family);

	const struct network_forward *owner = find_owner_of_port(walk, site);

	translate(walk, site, box);
	if (owner != NULL && owner->host_port != walk->host->listen_port)
		walk->keeps_port = false;
	if (owner == NULL || !walk->keeps_port)
		filter(walk, box); /* else the forward lets in whoever sends to the port */
	if (forward != NULL && walk->lets_in && walk->out.port != 0) {
		walk->in = public_of(site, forward->port);
	} else {
		close_door(walk);
	}
}

static void pass_firewall(struct exposure_walk *walk, const struct network_site *site,
			  const struct nat_behaviour *box)
{
	if (walk->lets_in && network_find_forward(site, walk->host, walk->family) != NULL)
		return; /* a pinhole */
	filter(walk, box);
	close_door(walk);
}

/* The outer address is the host's alone, and all its ports stay as they are (1:1 NAT). */
static void pass_one_to_one(struct exposure_walk *walk, const struct net_address *outer)
{
	uint16_t port = walk->host->listen_port;

	if (walk->cause == CAUSE_DYNAMIC)
		walk->cause = CAUSE_NONE;
	walk->out = (struct net_endpoint){.address = *outer, .port = port};
	if (walk->lets_in) {
		port = walk->in.port == 0 ? port : walk->in.port;
		walk->in = (struct net_endpoint){.address = *outer, .port = port};
	}
}

void exposure_walk_out(struct exposure_walk *walk)
{
	const struct network_site *site = walk->site;
	const struct nat_behaviour *box = &site->box[walk->family];
	const struct network_one_to_one *one_to_one = NULL;

	if (walk->family == NET_IPV4)
		one_to_one = network_find_one_to_one(site, walk->host);
	if (box->blocks_udp) {
		walk->is_blocked = true;
		blame(walk, CAUSE_BLOCKED, site);
	} else if (one_to_one != NULL) {
		pass_one_to_one(walk, &one_to_one->address);
	} else if (box->mapping != NAT_MAPPING_NONE) {
		pass_nat(walk, site, box);
	} else if (box->filtering != NAT_FILTERING_NONE) {
		pass_firewall(walk, site, box);
	}
	walk->site = site->inside;
	arrive(walk);
}
