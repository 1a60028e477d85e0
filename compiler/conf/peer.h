/* SPDX-License-Identifier: MIT */
#pragma once

/* Peer: what one [Peer] section says. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/endpoint.h"
#include "base/net/key.h"
#include "base/net/prefix.h"
#include "base/source.h"
#include "base/vec.h"

enum {
	CONF_DIGEST_SIZE = 16,
};

struct conf_prefix {
	struct net_prefix prefix;   /* as wg takes it */
	struct net_address address; /* as it is written, with its host bits */
	struct span span;
};

/* How a peer's preshared key, or the interface's private key, is given. */
enum conf_secret {
	CONF_SECRET_NONE,
	CONF_SECRET_INLINE,
	CONF_SECRET_FILE,     /* a hook reads it from a file: `wg set %i ... private-key PATH` */
	CONF_SECRET_UNFILLED, /* words in its place, for somebody to fill in */
};

struct conf_peer {
	struct span span;    /* its "[Peer]" line */
	const char *comment; /* the first inside the section, else the one right above; or NULL */
	struct net_key public_key; /* zero: there is none, which is a fault */
	struct span public_key_span;
	enum conf_secret preshared;
	uint8_t preshared_digest[CONF_DIGEST_SIZE]; /* CONF_SECRET_INLINE: BLAKE2b of the key */
	const char *preshared_file;                 /* CONF_SECRET_FILE: with "%i" replaced */
	vec_of(struct conf_prefix) allowed_ips;
	struct net_endpoint endpoint; /* port 0: none */
	struct span endpoint_span;
	uint16_t persistent_keepalive_s; /* 0: off */
	bool has_keepalive;              /* whether that was written out */
	struct span keepalive_span;
};
