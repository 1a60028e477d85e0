/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Plan: what one host has to be configured with, in no format's terms. Emitters see plans and
 * nothing else, so none of them decides anything.
 *
 * Plans are made one host at a time. The peers in them are shared: a peer looks the same to every
 * host of a class, so there are few more peers than hosts, whatever the number of pairs.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/net/prefix.h"
#include "base/vec.h"
#include "compiler/plan/peer.h"

struct plan_route {
	struct net_prefix prefix;
	uint16_t mtu; /* 0: that of the interface */
};

struct plan {
	const char *host;
	const char *kind;   /* "server": for the comment on top */
	const char *folder; /* of its files, below the output folder */
	const char *network;
	const char *interface; /* the network's name, unless the host has several tunnels */
	bool shares_folder; /* with the device's first tunnel, whose files have the plain names */
	bool is_portable;   /* configured by one file that is imported into an app */
	struct net_key public_key;
	bool has_private_key; /* in the keystore, and that is open */
	enum plan_preshared preshared;
	const struct net_address *addresses; /* of the interface, by ascending family */
	size_t n_addresses;
	uint16_t listen_port; /* 0: any will do */
	uint16_t mtu;
	const char *gateway;                         /* of a portable host: all it reaches lies */
	const struct net_address *gateway_addresses; /* behind this one; else NULL */
	size_t n_gateway_addresses;
	bool forwards[NET_N_FAMILIES]; /* passes packets between peers, or to networks behind it */

	/* Set in one go. None in a portable plan: its one peer's allowed IPs are the routes. */
	vec_of(struct plan_route) routes;

	/* By name; a gateway's devices behind the others. Formats put unshared ones last. */
	vec_of(const struct plan_peer *) peers;
	uint64_t peers_hash; /* equal hashes, equal peers */
};

/* One name of the hosts file. */
struct plan_name {
	const char *name; /* "gpu01"; a device: "laptop.alice" */
	const struct net_address *addresses;
	size_t n_addresses;
};

/* What belongs to no single host. */
struct plan_network {
	const char *name;
	const char *domain;             /* or NULL */
	vec_of(struct plan_name) names; /* by name of the node */
};

/* The kernel's switch for `forwards`, "net.ipv4.ip_forward" (ip-sysctl.rst). */
const char *plan_forwarding_sysctl(enum net_family family);
