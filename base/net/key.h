/* SPDX-License-Identifier: MIT */
#pragma once

/* WireGuard public key: 32 bytes, a point of Curve25519, written as canonical base64. */

#include <stdbool.h>
#include <stdint.h>

#include "base/net/address.h"

enum {
	NET_KEY_SIZE = 32,
	NET_KEY_TEXT = 45, /* 44 characters and the NUL byte */
};

struct net_key {
	uint8_t bytes[NET_KEY_SIZE];
};

/* Parses exactly 44 characters of canonical base64 (unused bits zero). 0 or NET_E_SYNTAX. */
int net_key_parse(const char *text, struct net_key *ret_key);

const char *net_key_format(const struct net_key *key, char buffer[static NET_KEY_TEXT]);

bool net_key_is_zero(const struct net_key *key);

/*
 * Whether the key is a point of small order, with which every shared secret is zero (RFC 7748
 * section 6.1), so that no handshake can succeed.
 */
bool net_key_is_low_order(const struct net_key *key);

/*
 * Whether the key is written as RFC 7748 section 5 has it: below the prime 2^255 - 19. Others stand
 * for the same points, but hash differently, so that the two ends of a handshake disagree.
 */
bool net_key_is_reduced(const struct net_key *key);

/* Whether a handshake can succeed with the key: it is none of the above, nor zero. */
bool net_key_is_usable(const struct net_key *key);

int net_key_compare(const struct net_key *a, const struct net_key *b);
