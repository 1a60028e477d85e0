/* SPDX-License-Identifier: MIT */
#pragma once

/* The network that is being imported as a whole, and its sites. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/net/prefix.h"
#include "base/vec.h"

/* Where a host is: an address or a name; neither: its address is not known. */
struct import_place {
	struct import_site *site; /* NULL: the internet */
	bool is_address;
	struct net_address address;
	const char *name;
	uint16_t port; /* at which others see it; 0: not known */
	size_t n_seen; /* by how many */
};

#include "compiler/import/host.h"
#include "compiler/import/import.h"

struct diag;
struct diag_bag;

/* An entry of `forward` or `one_to_one`. */
struct import_entry {
	const char *name;
	const struct import_host *host;
	uint16_t port; /* 0: that of the host */
};

/* A NAT or firewall with the hosts behind it. */
struct import_site {
	const char *name;
	const char *comment; /* or NULL */
	const char *nat;     /* a word or a flow mapping of the language */
	struct import_site *inside;
	vec_of(const char *) public;
	vec_of(struct net_prefix) prefixes;
	vec_of(struct import_entry) forward;
	vec_of(struct import_entry) one_to_one;
	bool client_isolation;
	bool is_lan;                /* its hosts see each other by private addresses */
	struct import_site *joined; /* while sites are being found: another one that is the same */
};

struct import_link {
	const struct import_host *ends[2];
	const struct import_host *via;
	uint16_t keepalive_s; /* 0: not said */
	uint16_t mtu;         /* 0: not said */
};

/* A mistake in the files, and how often it was made. */
struct import_fault {
	struct diag *diag;
	size_t n;
};

struct manifest;

struct import {
	struct arena *arena;
	struct diag_bag *diags;
	const struct manifest *manifest; /* or NULL */
	vec_of(struct import_key *) keys;
	struct map by_key; /* text -> struct import_key */
	vec_of(struct import_masked) masked;
	struct map names;                   /* every name that is taken */
	vec_of(struct import_host *) hosts; /* with a file first */
	vec_of(struct import_site *) sites;
	vec_of(struct import_link) links;
	vec_of(struct net_prefix) pools;
	vec_of(struct net_prefix) networks; /* behind hosts */
	const char *name;
	const char *folder; /* that the files are in, or the table's name */
	const char *domain; /* or NULL */
	uint16_t listen_port;
	uint16_t mtu;
	bool is_mtu_given;
	uint16_t keepalive_s; /* 0: auto */
	bool has_preshared;
	size_t n_files;
	struct diag *overlap; /* about prefixes that several peers of one host claim */
	size_t n_overlaps;
	struct map faults; /* kind -> struct import_fault */
};

/* Every host that stays. */
#define import_foreach_host(host, import)                                                          \
	vec_foreach(host##_at, &(import)->hosts)                                                   \
		for (struct import_host *host = *host##_at; host != NULL && !host->is_left_out;    \
		     host = NULL)
