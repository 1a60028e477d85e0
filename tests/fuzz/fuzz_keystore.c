/* SPDX-License-Identifier: MIT */

/*
 * Fuzz: a keystore's file, and what lies behind each of its doors, which no random input passes:
 * the header behind the armour's checksum, and the content behind the seal.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "compiler/keys/armour.h"
#include "compiler/keys/content.h"
#include "compiler/keys/keystore.h"
#include "compiler/keys/problem.h"
#include "compiler/keys/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char key_file[SEAL_KEY_SIZE] = "0123456789abcdef0123456789abcde";
static const struct keystore_unlock unlock = {SEAL_KEY_FILE, key_file, sizeof(key_file)};

/* Every encoding is the only one. Returns whether the bytes are one. */
static bool decode(const char *bytes, size_t size)
{
	struct keystore *keystore = NULL;
	struct secret again = {0};
	int r = content_decode(bytes, size, &keystore);

	assert(r == 0 || r == SEAL_E_CONTENT);
	if (r != 0)
		return false;
	content_encode(keystore, &again);
	assert(again.length == size && memcmp(again.data, bytes, size) == 0);
	for (size_t i = 0; i < keystore_n_entries(keystore); i++)
		assert(keystore_has(keystore, keystore_public_key(keystore, i)));
	secret_finish(&again);
	keystore = keystore_destroy(keystore);
	return true;
}

/* Opens what is sealed with the key file; Argon2id would take all of the time. */
static void open_sealed(const struct sealed *sealed)
{
	struct secret key = {0};
	struct secret plain = {0};
	int r = seal_derive_key(&sealed->header, &unlock, &key);

	assert(r == (sealed->header.kind == SEAL_KEY_FILE ? 0 : SEAL_E_KIND));
	if (r == 0 && seal_open(sealed, &key, &plain) == 0)
		(void)decode(plain.data, plain.length);
	secret_finish(&key);
	secret_finish(&plain);
}

/* The text is the only one for its bytes. */
static void read_text(const char *text, size_t size)
{
	struct sealed sealed = {0};
	struct text again = {0};
	int r = seal_parse(text, size, &sealed);

	assert(r >= 0 && r <= SEAL_E_COST);
	if (r == 0) {
		armour_write(sealed.bytes.data, sealed.bytes.length, &again);
		assert(again.length == size && memcmp(again.data, text, size) == 0);
		open_sealed(&sealed);
	}
	text_finish(&again);
	text_finish(&sealed.bytes);
}

/* Seals the content and opens it again. */
static void seal_again(const char *bytes, size_t size)
{
	const struct seal_header header = {.kind = SEAL_KEY_FILE};
	struct secret plain = {0};
	struct secret back = {0};
	struct secret key = {0};
	struct text text = {0};
	struct sealed sealed = {0};
	int r = seal_derive_key(&header, &unlock, &key);

	assert(r == 0);
	secret_append(&plain, bytes, size);
	seal_close(&header, &key, &plain, &text);
	r = seal_parse(text.data, text.length, &sealed);
	assert(r == 0);
	r = seal_open(&sealed, &key, &back);
	assert(r == 0 && back.length == size && memcmp(back.data, bytes, size) == 0);
	text_finish(&text);
	text_finish(&sealed.bytes);
	secret_finish(&plain);
	secret_finish(&back);
	secret_finish(&key);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text text = {0};

	read_text((const char *)bytes, size);
	armour_write((const char *)bytes, size, &text);
	read_text(text.data, text.length);
	text_finish(&text);
	if (decode((const char *)bytes, size))
		seal_again((const char *)bytes, size);
	return 0;
}
