/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Keystore: the private keys that the tool made or was given, each under the name of its node, and
 * the mesh secret that preshared keys come from. This is the open one, in memory; what is secret of
 * it lies in locked memory that is wiped. A name may have several keys, as while one is rotated; a
 * key has one name.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/net/key.h"

struct keystore;

enum {
	KEYSTORE_MAX_NAME = 255,
};

/* What keystore_import() finds wrong. */
enum {
	KEYSTORE_E_SYNTAX = 1, /* not 44 characters of canonical base64, or all zero */
	KEYSTORE_E_TAKEN,      /* the key is there, under another name */
};

/* An empty keystore with a fresh mesh secret. */
struct keystore *keystore_create(void);

/* Wipes the keystore. Accepts NULL, returns NULL. */
struct keystore *keystore_destroy(struct keystore *keystore);

CLEANUP_DEFINE(struct keystore *, keystore_destroy)

/* The keys, sorted by name, then by public key. Valid until the next change. */
size_t keystore_n_entries(const struct keystore *keystore);
const char *keystore_name(const struct keystore *keystore, size_t index);
const struct net_key *keystore_public_key(const struct keystore *keystore, size_t index);

bool keystore_has(const struct keystore *keystore, const struct net_key *public_key);

/* Whether there is a key under that name. */
bool keystore_has_name(const struct keystore *keystore, const char *name);

/* Whether names may look so: 1 to KEYSTORE_MAX_NAME visible characters of ASCII. */
bool keystore_name_is_valid(const char *name);

/* Makes a key pair under `name`, a valid one, and returns the public half. */
struct net_key keystore_generate(struct keystore *keystore, const char *name);

/*
 * Takes a private key as `wg genkey` writes it; of any other, the bits that mean nothing are fixed,
 * as the kernel does (RFC 7748 section 5). A key that is there already under the same name stays as
 * it is. 0 or KEYSTORE_E_X.
 */
int keystore_import(struct keystore *keystore, const char *name, const char *private_text,
		    struct net_key *ret_public_key);

/* Wipes the private key. One that is not there is none already. */
void keystore_remove(struct keystore *keystore, const struct net_key *public_key);

/* Writes the private key as text into memory that the caller wipes. False: it is not there. */
bool keystore_private_text(const struct keystore *keystore, const struct net_key *public_key,
			   char ret_text[static NET_KEY_TEXT]);

/* Whether the private key of the entry is the public one's. Takes a multiplication on the curve. */
bool keystore_is_sound(const struct keystore *keystore, size_t index);

/* The pair's preshared key as text, the same for (a, b) and (b, a). The caller wipes it. */
void keystore_preshared_text(const struct keystore *keystore, const struct net_key *a,
			     const struct net_key *b, char ret_text[static NET_KEY_TEXT]);

/* Tells one mesh secret from another: what artifacts with preshared keys depend on. No secret. */
uint64_t keystore_preshared_id(const struct keystore *keystore);

/* A fresh mesh secret: every preshared key becomes another one. */
void keystore_renew_mesh_secret(struct keystore *keystore);
