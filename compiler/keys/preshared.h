/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Preshared keys: one per unordered pair of public keys, derived and never stored.
 *
 *     BLAKE2b-256(key = mesh secret, message = smaller public key || larger public key)
 *
 * with the raw 32 bytes of both keys, compared as bytes. Nothing else goes in, so a pair's key is
 * the same from both ends, whoever else is in the network, and another one when either key is.
 */

#include <stdint.h>

#include "base/net/key.h"

enum {
	PRESHARED_SECRET_SIZE = 32,
};

/* The pair's preshared key as base64. The caller wipes `ret_text`. */
void preshared_derive(const uint8_t mesh_secret[static PRESHARED_SECRET_SIZE],
		      const struct net_key *a, const struct net_key *b,
		      char ret_text[static NET_KEY_TEXT]);

/* A number that tells mesh secrets apart and tells nothing of them. */
uint64_t preshared_id(const uint8_t mesh_secret[static PRESHARED_SECRET_SIZE]);
