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
 * The node of that name in the session's `before`, which is resolved; a device at the first of its
 * gateways, where its key stands. STATUS_CLEAN, or STATUS_FAILED
 * after a suggestion on stderr.
 */
int key_place_find(struct session *session, const char *name, const struct network_host **ret_host);

/*
 * Whether the host may have the key in place of none: STATUS_FAILED, and said, where it has another
 * one, which is only replaced in two phases.
 */
int key_place_check_free(const struct key_place *place);

/*
 * Checks the network with the key in its place, as session_check() does. A key that is written in
 * the topology has to be the same: STATUS_FAILED, and said, where it is not.
 */
int key_place_check(struct key_place *place);
