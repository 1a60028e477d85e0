/* SPDX-License-Identifier: MIT */

/*
 * The bytes are authentic when they get here, but a program's mistake can be authentic too, and is
 * found before it is built upon.
 */

#include "compiler/keys/content.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/secret.h"
#include "compiler/keys/keystore_parts.h"
#include "compiler/keys/preshared.h"
#include "compiler/keys/problem.h"

enum {
	COUNT_SIZE = 4,
	ENTRY_SIZE = 1 + 2 * NET_KEY_SIZE, /* and its name */
};

/* Bytes that are not read yet. */
struct reader {
	const char *bytes;
	size_t size;
};

static size_t size_of(const struct keystore *keystore)
{
	size_t size = PRESHARED_SECRET_SIZE + COUNT_SIZE;

	for (size_t i = 0; i < keystore_n_entries(keystore); i++)
		size += ENTRY_SIZE + strlen(keystore_name(keystore, i));
	return size;
}

void content_encode(const struct keystore *keystore, struct secret *out)
{
	size_t n_entries = keystore_n_entries(keystore);

	secret_clear(out);
	(void)secret_reserve(out, size_of(keystore));
	secret_append(out, keystore->mesh_secret.data, PRESHARED_SECRET_SIZE);
	for (size_t i = 0; i < COUNT_SIZE; i++)
		secret_append(out, &(char){(char)(n_entries >> (8 * i))}, 1);
	for (size_t i = 0; i < n_entries; i++) {
		const struct keystore_entry *entry = keystore->by_name.items[i];
		size_t length = strlen(entry->name);

		secret_append(out, &(char){(char)length}, 1);
		secret_append(out, entry->name, length);
		secret_append(out, (const char *)entry->public_key.bytes, NET_KEY_SIZE);
		secret_append(out, (const char *)keystore_private_key(keystore, entry),
			      NET_KEY_SIZE);
	}
}

/* The next `size` bytes, or NULL where there are fewer. */
static const char *take(struct reader *reader, size_t size)
{
	const char *bytes = reader->bytes;

	if (reader->size < size)
		return NULL;
	reader->bytes += size;
	reader->size -= size;
	return bytes;
}

static bool is_clamped(const uint8_t private_key[static NET_KEY_SIZE])
{
	return (private_key[0] & 7) == 0 && (private_key[NET_KEY_SIZE - 1] & 0xc0) == 0x40;
}

/* Reads a key that stands behind `before`, which may be NULL. NULL where there is no such key. */
static struct keystore_entry *take_entry(struct reader *reader, struct keystore *keystore,
					 const struct keystore_entry *before)
{
	char name[KEYSTORE_MAX_NAME + 1] = "";
	const char *length = take(reader, 1);
	const char *from = length == NULL ? NULL : take(reader, (uint8_t)*length);
	const char *keys = from == NULL ? NULL : take(reader, (size_t)2 * NET_KEY_SIZE);
	struct keystore_entry entry = {.name = name};

	if (keys == NULL)
		return NULL;
	memcpy(name, from, (uint8_t)*length);
	memcpy(entry.public_key.bytes, keys, NET_KEY_SIZE);
	if (strlen(name) != (uint8_t)*length || !keystore_name_is_valid(name) ||
	    !is_clamped((const uint8_t *)keys + NET_KEY_SIZE))
		return NULL;
	if (before != NULL && keystore_entry_compare(before, &entry) >= 0)
		return NULL;
	return keystore_append(keystore, &entry, (const uint8_t *)keys + NET_KEY_SIZE);
}

static bool read_keystore(struct reader *reader, struct keystore *keystore)
{
	const char *secret = take(reader, PRESHARED_SECRET_SIZE);
	const char *count = take(reader, COUNT_SIZE);
	const struct keystore_entry *entry = NULL;
	uint32_t n_entries = 0;

	if (secret == NULL || count == NULL)
		return false;
	memcpy(keystore->mesh_secret.data, secret, PRESHARED_SECRET_SIZE);
	for (size_t i = 0; i < COUNT_SIZE; i++)
		n_entries |= (uint32_t)(uint8_t)count[i] << (8 * i);
	for (; n_entries > 0; n_entries--) {
		entry = take_entry(reader, keystore, entry);
		if (entry == NULL)
			return false;
	}
	return reader->size == 0 && keystore_order_keys(keystore);
}

int content_decode(const char *bytes, size_t size, struct keystore **ret_keystore)
{
	cleanup_(keystore_destroy) struct keystore *keystore = keystore_create();
	struct reader reader = {.bytes = bytes, .size = size};

	if (!read_keystore(&reader, keystore))
		return SEAL_E_CONTENT;
	*ret_keystore = keystore;
	keystore = NULL;
	return 0;
}
