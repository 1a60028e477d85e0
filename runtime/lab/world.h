/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * World: the networks under the tunnels, as text for ip(8) and nft(8). Pure: nothing here runs.
 *
 * One namespace is the internet, a router with a port and a host route per address, which drops
 * what the real one drops (private and carrier addresses). A site has a namespace for its router,
 * with a bridge for its LAN, and its own address in the site around it. A host has a namespace with
 * an interface per attachment; a network behind a host has one machine. Devices that roam stand in
 * a cafe, a site of the lab's own with the worst NAT there is.
 *
 * Routers are reached at link-local addresses, so that no address of a site is spent on one.
 */

#include <stddef.h>

#include "base/manifest/manifest.h"
#include "base/text.h"
#include "base/vec.h"

struct nat_config; /* of the userspace NAT, see nat.h */
struct places;

struct world_namespace {
	const char *name;    /* "internet", "r3", "h12", "m2": short, without odd characters */
	struct text sysctls; /* lines "net/ipv4/ip_forward=1" */
	struct text ip;      /* lines for `ip -batch` inside the namespace */
	struct text nft;     /* a ruleset, or empty */
	const struct nat_config
		*nat; /* a userspace NAT to run in it, or NULL: its nft does it all */
};

struct world_host {
	const struct manifest_host *host;
	const struct world_namespace *namespace;
	const char *hosts_file; /* text of its /etc/hosts: what DNS names mean where it stands */
};

/* A machine on a network behind a host: it stands for all of that network. */
struct world_machine {
	const struct manifest_host *host;
	struct net_prefix prefix;
	struct net_address address;
	const struct world_namespace *namespace;
};

struct world {
	const struct manifest *manifest;
	const struct places *places;
	vec_of(struct world_namespace *) namespaces;
	struct text links;        /* `ip -batch` lines that make the cables between namespaces */
	struct world_host *hosts; /* by manifest index */
	vec_of(struct world_machine) machines;
	unsigned int longest_timeout_s; /* of all NATs that a host is behind */
};

/* Plans the world of a manifest. MANIFEST_E_CONTENT, with words, where it cannot be built. */
int world_plan(struct arena *arena, const struct manifest *manifest, struct world **ret_world,
	       const char **ret_fault);
void world_finish(struct world *world); /* the texts */

/*
 * The address from which the host's packets come in the innermost site that it shares with
 * `seen_by`: what one would write as its endpoint without knowing its NAT. False where it has none
 * of the family, or nobody could write it down: it is not fixed, or one of several.
 */
bool world_outer_address(const struct world *world, const struct manifest_host *host,
			 const struct manifest_host *seen_by, enum net_family family,
			 struct net_address *ret_address);
