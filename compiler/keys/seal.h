/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Seal: a keystore's bytes under a passphrase (Argon2id) or the 32 bytes of a key file, encrypted
 * and authenticated together with their header (XChaCha20-Poly1305). SECURITY.md has the format.
 *
 * The key is derived once and used for reading and writing; every writing takes a fresh nonce.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct secret;

enum seal_kind {
	SEAL_PASSPHRASE = 1,
	SEAL_KEY_FILE = 2,
};

enum {
	SEAL_VERSION = 1,
	SEAL_SALT_SIZE = 16,
	SEAL_NONCE_SIZE = 24,
	SEAL_KEY_SIZE = 32,
	SEAL_HEADER_SIZE = 60,
	SEAL_MAX_PASSES = 16,
	SEAL_MIN_MEMORY_KIB = 8,
	SEAL_MAX_MEMORY_KIB = 1024 * 1024,
};

/* What unlocks a keystore. The bytes are the caller's, in secret memory. */
struct keystore_unlock {
	enum seal_kind kind;
	const char *bytes; /* of the passphrase, or of the file */
	size_t size;
};

/* The work of Argon2id. Zero with a key file, which nobody can guess. */
struct seal_cost {
	uint32_t n_passes;
	uint32_t memory_kib;
};

/* libsodium's "moderate": 256 MiB, half a second to a second. */
extern const struct seal_cost seal_default_cost;

struct seal_header {
	enum seal_kind kind;
	struct seal_cost cost;
	uint8_t salt[SEAL_SALT_SIZE];
	uint8_t nonce[SEAL_NONCE_SIZE];
};

/* A sealed keystore that was read, still closed. */
struct sealed {
	struct seal_header header;
	struct text bytes; /* header and ciphertext, without armour */
};

/* Reads the armour and the header. 0; as armour_read(); or SEAL_E_DAMAGED, _VERSION or _COST. */
int seal_parse(const char *text, size_t size, struct sealed *ret_sealed);

static inline void sealed_finishp(struct sealed *sealed)
{
	text_finish(&sealed->bytes);
}

/*
 * Derives the key, SEAL_KEY_SIZE bytes. 0, SEAL_E_KIND or SEAL_E_SECRET where the kind or the bytes
 * are not such, or -ENOMEM where there is not the memory that the cost asks for.
 */
int seal_derive_key(const struct seal_header *header, const struct keystore_unlock *unlock,
		    struct secret *ret_key);

/* Opens what seal_parse() gave. 0 or SEAL_E_LOCKED. */
int seal_open(const struct sealed *sealed, const struct secret *key, struct secret *ret_plain);

/* Seals. The nonce of the header is one that this key was never used with. */
void seal_close(const struct seal_header *header, const struct secret *key,
		const struct secret *plain, struct text *out);
