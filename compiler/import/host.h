/* SPDX-License-Identifier: MIT */
#pragma once

/* Hosts of a network that is being imported: what their files say, and what follows from that. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/prefix.h"
#include "base/source.h"
#include "base/vec.h"
#include "compiler/import/view.h"

struct import_host;
struct import_site;

/* A line that has no place in a topology. */
struct import_setting {
	const char *name;
	const char *value;
	struct span span;
};

struct import_address {
	struct net_address address;
	uint8_t length;
	struct span span;
};

enum import_kind {
	IMPORT_GATEWAY,
	IMPORT_SERVER,
	IMPORT_DEVICE,
};

struct import_route {
	struct net_prefix prefix;
	uint16_t mtu; /* 0: that of the interface */
};

struct import_host {
	const char *name;  /* in the topology; a device of several: "alice/laptop" */
	const char *given; /* as the files call it, or NULL */
	enum import_kind kind;
	bool is_kind_given; /* the files say so themselves */
	struct import_key *key;
	struct span span;      /* its [Interface], or the first peer section about it */
	const char *path;      /* of its file; NULL: there is none */
	const char *interface; /* of its file */
	bool is_ours;          /* wgtopo made the file */
	bool has_private_key;  /* it stands in the file */
	bool is_left_out;
	vec_of(struct import_address) listed; /* by its file */
	struct net_address addresses[NET_N_FAMILIES];
	size_t n_addresses;
	uint16_t listen_port; /* 0: any */
	uint16_t mtu;         /* 0: not said */
	vec_of(struct import_setting) settings;
	vec_of(struct import_route) batch;  /* the routes that a file beside its own has */
	vec_of(struct net_prefix) routes;   /* networks behind it */
	vec_of(struct import_view) views;   /* of its file; once hosts are known, by host */
	vec_of(struct import_claim) claims; /* longest prefixes first */
	vec_of(struct import_run) runs;
	vec_of(struct import_place) places;
	vec_of(struct import_place) outside; /* at which the others send to it, beyond its LAN */
	bool is_unplaced;                    /* a gateway that nobody says the address of */
	size_t n_relayed;                    /* pairs of others that it stands between */
	bool is_promoted;                    /* to a gateway, which it was not */
	size_t index;
	vec_of(const char *) groups; /* of a device: its user's */
	struct import_host *gateway; /* of a device */
	struct import_host *home;    /* the same device at its first gateway; NULL: this is it */
	struct import_host *next;    /* the same device at another gateway */
};
