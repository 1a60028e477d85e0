/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Reach: who can open a tunnel to whom with static configurations, and why.
 *
 * The question is asked of classes, not of pairs of hosts: hosts with the same sites, the same
 * families there and the same openness are one class, so n hosts at s sites cost s * s decisions.
 *
 * This version decides the two cases that need no knowledge of NAT: two hosts that share a LAN, and
 * two of which at least one is open to the internet, whatever the other sits behind (the case "A or
 * B is O" of the rule: the other side initiates). Everything else is REACH_UNDECIDED.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/net/address.h"

struct arena;
struct diag_bag;
struct network;
struct network_host;
struct network_site;

/* What a host is to the internet, in one address family. */
enum reach_exposure {
	REACH_ABSENT, /* it has no address of the family, or UDP cannot leave */
	REACH_CLOSED, /* it can send out; nobody can send to it first */
	REACH_OPEN,   /* anyone may send first to its fixed address and port */
};

enum reach_verdict_kind {
	REACH_LAN,         /* the same segment: local addresses, no NAT between */
	REACH_DIRECT,      /* over the internet: at least one end is open */
	REACH_UNDECIDED,   /* both ends are closed: it depends on their NATs */
	REACH_NO_FAMILY,   /* no address family in common */
	REACH_UDP_BLOCKED, /* UDP cannot leave one of the sites */
	REACH_HIDDEN,      /* an end has only private addresses, which nothing translates */
	REACH_N_VERDICTS,
};

/* What holds for an ordered pair of classes. */
struct reach_verdict {
	enum reach_verdict_kind kind;
	const struct network_site *site; /* where they meet: the shared LAN, or the internet */
	enum net_family family;          /* of the outer packets */
	bool first_is_open; /* the second can send first, to the first's place at `site` */
	bool second_is_open;
};

/* Hosts for which every verdict is the same: all devices, or all servers and gateways. */
struct reach_class {
	const struct network_host *example; /* its first host, by name */
	size_t n_hosts;
	enum reach_exposure exposure[NET_N_FAMILIES];
};

struct reach {
	const struct network *network;
	const struct reach_class *classes;
	size_t n_classes;
	const size_t *class_of; /* by host index */
};

/* The classes of the network. */
struct reach *reach_create(struct arena *arena, const struct network *network);

/* The verdict for a host of class `first` and one of class `second`. */
struct reach_verdict reach_decide(const struct reach *reach, size_t first, size_t second);

/* Reports every pair of classes that has to talk and cannot: one finding for all their pairs. */
void reach_check(const struct reach *reach, struct diag_bag *diags);

/*
 * The place of `host` that a peer sends to under a verdict in which `host` is open: its attachment
 * at a shared LAN, or the one that the internet sees.
 */
const struct given_place *reach_place(const struct network_host *host,
				      const struct reach_verdict *verdict);

/* "lan", "direct", "undecided", ...: the word that users read. */
const char *reach_verdict_text(enum reach_verdict_kind kind);
