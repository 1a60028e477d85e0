/* SPDX-License-Identifier: MIT */

/*
 * The header in front, the ciphertext with its tag behind, numbers least significant byte first.
 * The whole header is authenticated with the ciphertext. What it asks for is checked before that,
 * because the key that would prove it takes the memory that it names.
 */

#include "compiler/keys/seal.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "base/secret.h"
#include "compiler/keys/armour.h"
#include "compiler/keys/problem.h"

/* Where in the header what stands. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 8,
	AT_KIND = 9,
	AT_ZERO = 10,
	AT_PASSES = 12,
	AT_MEMORY = 16,
	AT_SALT = 20,
	AT_NONCE = AT_SALT + SEAL_SALT_SIZE,
	TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

_Static_assert(AT_NONCE + SEAL_NONCE_SIZE == SEAL_HEADER_SIZE, "the header has no gaps");
_Static_assert(SEAL_SALT_SIZE == crypto_pwhash_SALTBYTES, "Argon2id");
_Static_assert(SEAL_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "XChaCha20");
_Static_assert(SEAL_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "XChaCha20");

static const char magic[] = "wgtopoKS";
static const char key_file_purpose[] = "wgtopo keystore 1, key file";

const struct seal_cost seal_default_cost = {
	.n_passes = crypto_pwhash_argon2id_OPSLIMIT_MODERATE,
	.memory_kib = crypto_pwhash_argon2id_MEMLIMIT_MODERATE / 1024,
};

static uint32_t read_number(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static void write_number(uint8_t *bytes, uint32_t number)
{
	for (size_t i = 0; i < sizeof(number); i++)
		bytes[i] = (uint8_t)(number >> (8 * i));
}

static void write_header(const struct seal_header *header, uint8_t bytes[static SEAL_HEADER_SIZE])
{
	memcpy(bytes + AT_MAGIC, magic, AT_VERSION - AT_MAGIC);
	bytes[AT_VERSION] = SEAL_VERSION;
	bytes[AT_KIND] = (uint8_t)header->kind;
	memset(bytes + AT_ZERO, 0, AT_PASSES - AT_ZERO);
	write_number(bytes + AT_PASSES, header->cost.n_passes);
	write_number(bytes + AT_MEMORY, header->cost.memory_kib);
	memcpy(bytes + AT_SALT, header->salt, SEAL_SALT_SIZE);
	memcpy(bytes + AT_NONCE, header->nonce, SEAL_NONCE_SIZE);
}

static int check_cost(const struct seal_header *header)
{
	const struct seal_cost *cost = &header->cost;

	if (header->kind == SEAL_KEY_FILE)
		return cost->n_passes == 0 && cost->memory_kib == 0 ? 0 : SEAL_E_COST;
	if (cost->n_passes < 1 || cost->n_passes > SEAL_MAX_PASSES ||
	    cost->memory_kib < SEAL_MIN_MEMORY_KIB || cost->memory_kib > SEAL_MAX_MEMORY_KIB)
		return SEAL_E_COST;
	return 0;
}

static int read_header(const struct text *bytes, struct seal_header *ret_header)
{
	const uint8_t *from = (const uint8_t *)bytes->data;

	if (bytes->length <= AT_VERSION || memcmp(from + AT_MAGIC, magic, AT_VERSION) != 0)
		return SEAL_E_DAMAGED;
	if (from[AT_VERSION] != SEAL_VERSION)
		return SEAL_E_VERSION;
	if (bytes->length < SEAL_HEADER_SIZE + TAG_SIZE || from[AT_ZERO] != 0 ||
	    from[AT_ZERO + 1] != 0)
		return SEAL_E_DAMAGED;
	if (from[AT_KIND] != SEAL_PASSPHRASE && from[AT_KIND] != SEAL_KEY_FILE)
		return SEAL_E_DAMAGED;
	ret_header->kind = from[AT_KIND];
	ret_header->cost.n_passes = read_number(from + AT_PASSES);
	ret_header->cost.memory_kib = read_number(from + AT_MEMORY);
	memcpy(ret_header->salt, from + AT_SALT, SEAL_SALT_SIZE);
	memcpy(ret_header->nonce, from + AT_NONCE, SEAL_NONCE_SIZE);
	return check_cost(ret_header);
}

int seal_parse(const char *text, size_t size, struct sealed *ret_sealed)
{
	int r = armour_read(text, size, &ret_sealed->bytes);

	return r != 0 ? r : read_header(&ret_sealed->bytes, &ret_sealed->header);
}

/* The file's bytes are as good as random, but also open every other keystore: never used as is. */
static void derive_from_file(const struct seal_header *header, const char *bytes, char *ret_key)
{
	uint8_t message[sizeof(key_file_purpose) - 1 + SEAL_SALT_SIZE];

	memcpy(message, key_file_purpose, sizeof(key_file_purpose) - 1);
	memcpy(message + sizeof(key_file_purpose) - 1, header->salt, SEAL_SALT_SIZE);
	(void)crypto_generichash((uint8_t *)ret_key, SEAL_KEY_SIZE, message, sizeof(message),
				 (const uint8_t *)bytes, SEAL_KEY_SIZE);
}

int seal_derive_key(const struct seal_header *header, const struct keystore_unlock *unlock,
		    struct secret *ret_key)
{
	bool is_key_file = header->kind == SEAL_KEY_FILE;
	char *key;

	assert(check_cost(header) == 0);
	if (unlock->kind != header->kind)
		return SEAL_E_KIND;
	if (is_key_file ? unlock->size != SEAL_KEY_SIZE : unlock->size == 0)
		return SEAL_E_SECRET;
	secret_clear(ret_key);
	key = secret_reserve(ret_key, SEAL_KEY_SIZE);
	if (is_key_file) {
		derive_from_file(header, unlock->bytes, key);
	} else if (crypto_pwhash((uint8_t *)key, SEAL_KEY_SIZE, unlock->bytes, unlock->size,
				 header->salt, header->cost.n_passes,
				 (size_t)header->cost.memory_kib * 1024,
				 crypto_pwhash_ALG_ARGON2ID13) != 0) {
		return -ENOMEM; /* every other reason is ruled out by now */
	}
	secret_wipe_stack();
	ret_key->length = SEAL_KEY_SIZE;
	return 0;
}

int seal_open(const struct sealed *sealed, const struct secret *key, struct secret *ret_plain)
{
	const uint8_t *bytes = (const uint8_t *)sealed->bytes.data;
	size_t size = sealed->bytes.length - SEAL_HEADER_SIZE;
	char *plain;
	int r;

	secret_clear(ret_plain);
	plain = secret_reserve(ret_plain, size);
	r = crypto_aead_xchacha20poly1305_ietf_decrypt(
		(uint8_t *)plain, NULL, NULL, bytes + SEAL_HEADER_SIZE, size, bytes,
		SEAL_HEADER_SIZE, bytes + AT_NONCE, (const uint8_t *)key->data);
	secret_wipe_stack();
	if (r != 0)
		return SEAL_E_LOCKED;
	ret_plain->length = size - TAG_SIZE;
	plain[ret_plain->length] = '\0';
	return 0;
}

void seal_close(const struct seal_header *header, const struct secret *key,
		const struct secret *plain, struct text *out)
{
	cleanup_(text_finish) struct text bytes = {0};
	size_t size = SEAL_HEADER_SIZE + plain->length + TAG_SIZE;
	uint8_t *to = (uint8_t *)text_reserve(&bytes, size);

	write_header(header, to);
	/* Never fails: it has a status for the sake of other ciphers. */
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		to + SEAL_HEADER_SIZE, NULL, (const uint8_t *)plain->data, plain->length, to,
		SEAL_HEADER_SIZE, NULL, header->nonce, (const uint8_t *)key->data);
	secret_wipe_stack();
	bytes.length = size;
	armour_write(bytes.data, bytes.length, out);
}
