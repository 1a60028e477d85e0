/* SPDX-License-Identifier: MIT */
#pragma once

/* The inside of a keystore, for the files of this room that read and write it whole. */

#include "base/secret.h"
#include "base/vec.h"
#include "compiler/keys/keystore.h"

struct arena;

struct keystore_entry {
	const char *name;
	struct net_key public_key;
	size_t slot; /* which of the private keys is its own */
};

/* A vector of entries that are kept in one order. */
struct keystore_order {
	struct keystore_entry **items;
	size_t n_items;
	size_t capacity;
};

struct keystore {
	struct arena *arena;        /* of entries and orders, of which nothing is secret */
	struct secret mesh_secret;  /* PRESHARED_SECRET_SIZE bytes */
	struct secret private_keys; /* NET_KEY_SIZE bytes per slot; that of a removed one is zero */
	struct keystore_order by_name; /* then by public key */
	struct keystore_order by_key;
};

/* The private key of the entry, raw. Valid until the next key comes. */
const uint8_t *keystore_private_key(const struct keystore *keystore,
				    const struct keystore_entry *entry);

/*
 * For a keystore that is read: adds a pair at the end of both orders. The name is copied;
 * `private_key` is raw, and clamped. keystore_order_keys() has to follow the last one.
 */
struct keystore_entry *keystore_append(struct keystore *keystore,
				       const struct keystore_entry *entry,
				       const uint8_t private_key[static NET_KEY_SIZE]);

/* Puts the order of public keys right. False where two are the same. */
bool keystore_order_keys(struct keystore *keystore);

/* Orders entries by name, then by public key. */
int keystore_entry_compare(const struct keystore_entry *a, const struct keystore_entry *b);
