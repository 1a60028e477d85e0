/* SPDX-License-Identifier: MIT */
#pragma once

/* Placing keys: a public key that a verb was given, and the line of the lock that it belongs to. */

#include <stdbool.h>

#include "base/net/key.h"

struct network_host;
struct session;

struct key_place {
	struct session *session;
	const struct network_host *host; /* of `before` */
	struct net_key key;
	bool is_next; /* the key is to come; the present one stays for now */
};

/* Reads a public key that a handshake can succeed with: the lock takes no other. */
bool key_place_parse(const char *text, struct net_key *ret_key);

/*
 * Resolves the session's `before`, and finds the node that the call's first operand names; a device
 * at the first of its gateways, where its key stands. STATUS_CLEAN, STATUS_FAILED after a
 * suggestion on stderr, or what session_resolve() has said.
 */
int key_place_find(struct session *session, const struct network_host **ret_host);

/*
 * Puts the key in its place: checks the network with it, as session_check() does, and commits. A
 * key that is written in the topology has to be the same: STATUS_FAILED, and said, where it is not.
 */
int key_place_put(struct key_place *place);

/*
 * Puts a key in place of none: STATUS_FAILED, and said, where the host has another one, which is
 * only replaced in two phases.
 */
int key_place_take(struct key_place *place);
