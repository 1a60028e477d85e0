/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Reach: who can open a tunnel to whom with static configurations, and why.
 *
 * Asked of classes, not of pairs of hosts: hosts with the same exposures in the same sites are one.
 * Two may meet in every site that both are in, over each family; the best meeting counts: LAN,
 * direct, punch; near before far; IPv4 before IPv6.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "compiler/reach/rule.h"

struct arena;
struct diag_bag;
struct network;

enum reach_verdict_kind {
	REACH_APART,  /* no tunnel of their own: through a gateway, or not at all */
	REACH_PUNCH,  /* both ends have to send */
	REACH_DIRECT, /* one end can start alone */
	REACH_LAN,    /* the same segment: local addresses, no NAT between */
	REACH_N_VERDICTS,
};

/* What a verdict asks of one end. */
struct reach_end {
	struct exposure exposure;
	bool is_open;      /* the other end can send first, to this one's endpoint */
	bool has_endpoint; /* the other end has to be told this one's endpoint */
	bool keeps_alive;  /* this end must not fall silent */
};

/* What holds for an ordered pair of classes. The endpoints in it are those of the classes'
 * examples. */
struct reach_verdict {
	enum reach_verdict_kind kind;
	enum reach_rule rule;               /* that decided */
	const struct network_site *site;    /* where they meet, or would */
	enum net_family family;             /* of the outer packets */
	const struct network_site *hairpin; /* whose box both are behind, inside that; or NULL */
	struct reach_end ends[2];           /* first, second */
};

/* What a host is in one site. */
struct reach_view {
	const struct network_site *site;
	const struct network_site *below[NET_N_FAMILIES]; /* whose box leads here; NULL: at it */
	const struct network_attachment *attachment[NET_N_FAMILIES]; /* NULL: none, or several */
	struct exposure exposure[NET_N_FAMILIES];
	bool is_local[NET_N_FAMILIES];   /* with an address of the site's own LAN */
	bool is_way_out[NET_N_FAMILIES]; /* its default route leads through the site */
	bool is_kept[NET_N_FAMILIES];    /* see rule_decide() */
};

/* Hosts for which every verdict is the same: all devices, or all servers and gateways. */
struct reach_class {
	const struct network_host *example; /* its first host, by name */
	const struct network_host *second;  /* its second, or NULL */
	size_t n_hosts;
	vec_of(struct reach_view) views; /* by site index */
};

struct reach {
	struct arena *arena;
	const struct network *network;
	struct reach_class *classes;
	size_t n_classes;
	const size_t *class_of;          /* by host index */
	struct relay_lists *relay_lists; /* of relay.c */
};

/* The classes of the network. */
struct reach *reach_create(struct arena *arena, const struct network *network);

/* The verdict for a host of class `first` and one of class `second`. */
struct reach_verdict reach_decide(const struct reach *reach, size_t first, size_t second);

/* Reports every pair of classes that has to talk and cannot: few findings for all their pairs. */
void reach_check(const struct reach *reach, struct diag_bag *diags);

/* The end's exposure for this very host of the class: with its own endpoint. */
struct exposure reach_exposure(const struct reach *reach, const struct network_host *host,
			       const struct reach_verdict *verdict);

/* The attachment by which the host takes part in the meeting; NULL: it roams. */
const struct network_attachment *reach_attachment(const struct reach *reach,
						  const struct network_host *host,
						  const struct network_site *site,
						  enum net_family family);

/* Whether its hosts are open to the internet in some family. */
bool reach_is_open(const struct reach_class *class);

/* "lan", "direct", "punch", "apart": the word of the manifest. */
const char *reach_verdict_text(enum reach_verdict_kind kind);
