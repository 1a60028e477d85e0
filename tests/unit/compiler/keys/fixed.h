/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * One keystore, sealed both ways by tests/property/sealed.py, which shares nothing with the code
 * under test: the mesh secret 00 01 .. 1f; "gw" and "alice/laptop" with the SHA-256 of "wgtopo test
 * key: NAME"; the salt 10 .. 1f, the nonce 40 .. 57; Argon2id with 1 pass over 8 KiB. It opens with
 * "correct horse battery staple", or with the key file 00 01 .. 1f.
 */

#include "compiler/keys/seal.h"

struct fixed_file {
	const char *text;
	struct keystore_unlock unlock;
	struct seal_header header;
};

enum {
	FIXED_PASSPHRASE,
	FIXED_KEY_FILE,
	N_FIXED
};

extern const struct fixed_file fixed_files[N_FIXED];

extern const char fixed_mesh_secret[32];

/* What is sealed in both: alice's entry first. */
struct secret;
void fixed_content(struct secret *ret_content);
