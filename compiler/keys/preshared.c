/* SPDX-License-Identifier: MIT */

/*
 * Both are BLAKE2b (RFC 7693) with the mesh secret as its key. Messages of pairs are 64 bytes long
 * and that of the number is not, so that none stands for the other. WireGuard takes a key of zeros
 * for none at all; that one comes out has the odds of guessing a private key.
 */

#include "compiler/keys/preshared.h"

#include <sodium.h>
#include <string.h>

#include "base/secret.h"

static const char id_message[] = "wgtopo: which mesh secret it is";

_Static_assert(sizeof(id_message) - 1 != (size_t)2 * NET_KEY_SIZE, "it could be a pair");

void preshared_derive(const uint8_t mesh_secret[static PRESHARED_SECRET_SIZE],
		      const struct net_key *a, const struct net_key *b,
		      char ret_text[static NET_KEY_TEXT])
{
	bool is_sorted = net_key_compare(a, b) <= 0;
	struct net_key pair[] = {is_sorted ? *a : *b, is_sorted ? *b : *a};
	uint8_t key[NET_KEY_SIZE];

	(void)crypto_generichash(key, sizeof(key), (const uint8_t *)pair, sizeof(pair), mesh_secret,
				 PRESHARED_SECRET_SIZE); /* fails for sizes out of range only */
	(void)sodium_bin2base64(ret_text, NET_KEY_TEXT, key, sizeof(key),
				sodium_base64_VARIANT_ORIGINAL);
	sodium_memzero(key, sizeof(key));
	secret_wipe_stack();
}

uint64_t preshared_id(const uint8_t mesh_secret[static PRESHARED_SECRET_SIZE])
{
	uint8_t hash[crypto_generichash_BYTES_MIN];
	uint64_t id = 0;

	(void)crypto_generichash(hash, sizeof(hash), (const uint8_t *)id_message,
				 sizeof(id_message) - 1, mesh_secret, PRESHARED_SECRET_SIZE);
	secret_wipe_stack();
	for (size_t i = 0; i < sizeof(id); i++)
		id |= (uint64_t)hash[i] << (8 * i);
	return id;
}
