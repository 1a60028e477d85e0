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

#include "base/net/endpoint.h"
#include "base/net/key.h"
#include "base/net/prefix.h"
#include "base/vec.h"

/* Why a peer has a keepalive of that many seconds, or none. */
enum plan_reason {
	PLAN_BOTH_OPEN,   /* none: either side can send first */
	PLAN_PEER_KEEPS,  /* none: the peer sends first, and keeps it alive */
	PLAN_CLOSED,      /* nobody outside the host's site can send to it first */
	PLAN_NOT_FIXED,   /* the host's own address is not fixed, or it roams */
	PLAN_SET_BY_LINK, /* the topology says so for this pair */
	PLAN_SET_OFF,     /* none: the topology turns keepalives off */
	PLAN_N_REASONS,
};

struct plan_peer {
	size_t id; /* dense from 0: one id, one peer as seen by somebody */
	const char *name;
	struct net_key public_key;
	struct net_endpoint endpoint; /* port 0: none, the peer sends first */
	uint16_t persistent_keepalive_s;
	enum plan_reason reason;
	const char *behind; /* PLAN_CLOSED: the site that the host itself is behind */
	const char *lan;    /* the site whose LAN both are on; NULL: they meet on the internet */
	const struct net_prefix *allowed_ips;
	size_t n_allowed_ips;
	uint64_t hash; /* of all of the above but the id */
};

struct plan_route {
	struct net_prefix prefix;
	uint16_t mtu; /* 0: that of the interface */
};

struct plan {
	const char *host;
	const char *kind;   /* "server": for the comment on top */
	const char *folder; /* of its files, below the output folder */
	const char *interface;
	const struct net_address *addresses; /* of the interface, by ascending family */
	size_t n_addresses;
	uint16_t listen_port;
	uint16_t mtu;
	bool forwards[NET_N_FAMILIES]; /* passes packets between peers, or to networks behind it */

	/*
	 * True: the routes are set by `routes`, in one go. False: one peer takes everything, and
	 * its allowed IPs are the routes.
	 */
	bool has_route_batch;
	vec_of(struct plan_route) routes;

	vec_of(const struct plan_peer *) peers; /* by name; a gateway's devices behind the others */
	uint64_t peers_hash;                    /* equal hashes, equal peers */
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

enum {
	PLAN_TEXT = 160, /* longest text of a path or a reason, with its NUL byte */
};

/* "lan at campus", "direct over the internet". Returns `buffer` or a constant. */
const char *plan_path_text(const struct plan_peer *peer, char buffer[static PLAN_TEXT]);

/* "nobody outside campus can send to this host first". Returns `buffer` or a constant. */
const char *plan_reason_text(const struct plan_peer *peer, char buffer[static PLAN_TEXT]);

/* The kernel's switch for `forwards`, "net.ipv4.ip_forward" (ip-sysctl.rst). */
const char *plan_forwarding_sysctl(enum net_family family);
