/* SPDX-License-Identifier: MIT */
#pragma once

/* Hosts of the network: gateways, servers and devices, and what ties them to each other. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/key.h"
#include "base/net/prefix.h"
#include "base/vec.h"
#include "compiler/model/topology.h"

struct arena;
struct network_site;

/* A host at a site: at least one place. */
struct network_attachment {
	const struct network_site *site;
	const struct given_place *places;
	size_t n_places;
};

enum host_kind {
	HOST_GATEWAY,
	HOST_SERVER,
	HOST_DEVICE,
	HOST_N_KINDS,
};

struct network_host {
	const char *name; /* "gpu01"; a device of several: "alice/laptop"; at a further gateway:
			     "alice/laptop@gw2" */
	enum host_kind kind;
	size_t index; /* in network->hosts */
	struct net_key public_key;
	struct net_key next_public_key; /* that replaces it; zero: none */
	bool is_expired;                /* its user is, so that it is in the network no more */
	uint16_t listen_port;
	bool port_is_pinned;                          /* by the node's own `listen_port` */
	struct net_address addresses[NET_N_FAMILIES]; /* overlay; by ascending family */
	size_t n_addresses;
	vec_of(struct network_attachment)
		attachments;                /* by site index; none: roams on the internet */
	vec_of(struct given_prefix) routes; /* sorted */
	vec_of(const char *) groups;        /* sorted */
	const struct network_host *gateway; /* of a device, else NULL */
	const struct network_host *home; /* the same device at the first of its gateways; NULL: it
					    is at the first, or no device */
	size_t way;                      /* which of its user's gateways that is; 0: the first */
	const char *tunnel;              /* the name of its interface */
	vec_of(const struct network_host *) devices; /* of a gateway, by name */
	vec_of(const struct network_link *) links;   /* that name this host */
	const struct topology_node *node;            /* as written: spans for messages */
	const struct topology_user *user;            /* whose device it is, or NULL */
};

struct network_link {
	const struct network_host *ends[2];
	struct given_number persistent_keepalive; /* not given: that of the network */
	struct given_number mtu;
	const struct network_host *via; /* the gateway that relays, or NULL */
	struct span via_span;
	struct span span;
};

/* The other end of a link of `host`. */
const struct network_host *network_link_peer(const struct network_link *link,
					     const struct network_host *host);

/* Whether the two are one machine: a device at several of its gateways. They are never up at once,
 * have the same key and the same place. */
bool network_host_is_same(const struct network_host *a, const struct network_host *b);

/* Whether the address belongs to a site that the host is at: it gets there without a tunnel. */
bool network_host_is_near(const struct network_host *host, const struct net_address *address);

/* Whether the host may have an address of the family at the place, or at any place there. */
bool network_place_speaks(const struct network_site *site, const struct given_place *place,
			  enum net_family family);
bool network_attachment_speaks(const struct network_attachment *attachment, enum net_family family);

/* Folder of the machine's files, below the output folder. A server's mirrors its file system. */
const char *network_host_folder(struct arena *arena, const struct network_host *host);

const char *network_kind_text(enum host_kind kind); /* "gateway", ... */
