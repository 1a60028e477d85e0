/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Topology: what the author wrote, typed, with the span of every value. Names are still text;
 * nothing is looked up and no default is filled in. A value that was not given has no span.
 */

#include <stdbool.h>

#include "base/vec.h"
#include "compiler/model/given.h"
#include "compiler/model/topology_assertion.h"
#include "compiler/model/topology_site.h"

struct node;

/* What the words of the schema mean as numbers. */
enum {
	KEEPALIVE_OFF = 0,
	KEEPALIVE_AUTO = -1,
	MTU_AUTO = -1,
};

enum {
	UNREACHABLE_RELAY = 0, /* pairs that NAT keeps apart go through a gateway */
	UNREACHABLE_ERROR = 1,
};

struct topology_network {
	struct given_text name;
	vec_of(struct given_prefix) addresses;
	struct given_number listen_port;
	struct given_number persistent_keepalive;
	struct given_number mtu;
	struct given_number unreachable; /* UNREACHABLE_RELAY or UNREACHABLE_ERROR */
	struct given_text domain;
	struct given_number preshared_keys;
};

/* `at: { campus: [10.1.2.3, "2001:db8::3"] }` is one of these. */
struct topology_at {
	struct given_text site;
	vec_of(struct given_place) places;
};

/* A gateway, a server, a device, or a user that is its own only device. */
struct topology_node {
	struct given_text name;
	vec_of(struct topology_at) at;
	struct given_key public_key;
	vec_of(struct given_address) address;
	struct given_number listen_port;
	vec_of(struct given_text) groups;
	vec_of(struct given_prefix) routes;
};

struct topology_user {
	struct topology_node own; /* its name and groups; the rest where there are no `devices` */
	vec_of(struct topology_node) devices;
	vec_of(struct given_text) gateways;
	struct given_text expires; /* the last day, see base/date.h */
};

struct topology_link {
	struct span
		span; /* sections in a list start with their span, those in a map with their name */
	vec_of(struct given_text) between;
	struct given_text via;
	struct given_number persistent_keepalive;
	struct given_number mtu;
};

/* One of the files that the topology is written in. */
struct topology_file {
	const char *path; /* relative to the topology's folder */
	const struct source *source;
	const struct node *root; /* NULL: it could not be parsed */
};

struct topology {
	struct topology_network network;
	vec_of(struct topology_site) sites;
	vec_of(struct topology_node) gateways;
	vec_of(struct topology_node) servers;
	vec_of(struct topology_user) users;
	vec_of(struct topology_link) links;
	vec_of(struct topology_assertion) assertions;
	vec_of(struct given_text) include;
	const struct source *source;        /* the topology file itself */
	vec_of(struct topology_file) files; /* that file, and those that are included */
};
