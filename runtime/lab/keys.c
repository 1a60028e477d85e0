/* SPDX-License-Identifier: MIT */

/* X25519 keys from names (RFC 7748). */

#include "runtime/lab/keys.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"

enum {
	KEY_CHARACTERS = NET_KEY_TEXT - 1,
};

struct lab_key keys_of_host(struct arena *arena, const char *network, const char *name)
{
	const char *label = arena_printf(arena, "wgtopo lab key: %s/%s", network, name);
	struct lab_key key;
	struct net_key private;
	struct net_key public;
	char buffer[NET_KEY_TEXT];

	(void)crypto_hash_sha256(private.bytes, (const unsigned char *)label, strlen(label));
	/* RFC 7748 section 5, decodeScalar25519. */
	private.bytes[0] &= 248;
	private.bytes[31] = (uint8_t)((private.bytes[31] & 127) | 64);
	(void)crypto_scalarmult_base(public.bytes, private.bytes);
	key.private = arena_printf(arena, "%s", net_key_format(&private, buffer));
	key.public = arena_printf(arena, "%s", net_key_format(&public, buffer));
	return key;
}

const char *keys_of_pair(const char *one, const char *other, char buffer[static NET_KEY_TEXT])
{
	static const char label[] = "wgtopo lab preshared key";
	bool is_first = strcmp(one, other) < 0;
	crypto_hash_sha256_state hash;
	struct net_key key;

	(void)crypto_hash_sha256_init(&hash);
	(void)crypto_hash_sha256_update(&hash, (const unsigned char *)label, sizeof(label));
	for (int i = 0; i < 2; i++) {
		const char *part = is_first == (i == 0) ? one : other;

		(void)crypto_hash_sha256_update(&hash, (const unsigned char *)part, KEY_CHARACTERS);
	}
	(void)crypto_hash_sha256_final(&hash, key.bytes);
	return net_key_format(&key, buffer);
}

static int is_base64(char c)
{
	return isalnum((unsigned char)c) != 0 || c == '+' || c == '/';
}

/* A key is 43 characters of base64 and one '='. */
void keys_replace(char *bytes, size_t size, const struct map *replacements)
{
	size_t n_before = 0; /* base64 characters in a row */

	for (size_t i = 0; i < size; i++) {
		char word[NET_KEY_TEXT] = {0};
		const char *other;

		if (is_base64(bytes[i])) {
			n_before++;
			continue;
		}
		if (bytes[i] == '=' && n_before == KEY_CHARACTERS - 1) {
			char *key = bytes + i + 1 - KEY_CHARACTERS;

			memcpy(word, key, KEY_CHARACTERS);
			other = map_get(replacements, word);
			if (other != NULL)
				memcpy(key, other, KEY_CHARACTERS);
		}
		n_before = 0;
	}
}

/* One line of a configuration. */
struct line {
	const char *begin;
	const char *end; /* the line break, or the end of all */
};

/* The value in a line `NAME = VALUE`, with `name` up to the space before it; or NULL. */
static const char *value_of(const struct line *line, const char *name)
{
	size_t length = strlen(name);

	if ((size_t)(line->end - line->begin) < length || strncmp(line->begin, name, length) != 0)
		return NULL;
	return line->begin + length;
}

static void put_line(struct secret *out, const char *name, const char *key)
{
	secret_append(out, name, strlen(name));
	secret_append(out, key, strlen(key));
}

/* Appends the line, with the lab's key in it where it is for one. `peer` is whose section it is. */
static void copy_line(const struct line *line, const struct lab_key *own,
		      char peer[static NET_KEY_TEXT], struct secret *out)
{
	static const char private_key[] = "PrivateKey = ";
	static const char preshared_key[] = "PresharedKey = ";
	const char *public = value_of(line, "PublicKey = ");
	char buffer[NET_KEY_TEXT];

	if (public != NULL && line->end - public == KEY_CHARACTERS)
		memcpy(peer, public, KEY_CHARACTERS);
	if (value_of(line, private_key) != NULL) {
		put_line(out, private_key, own->private);
	} else if (value_of(line, preshared_key) != NULL && peer[0] != '\0') {
		put_line(out, preshared_key, keys_of_pair(own->public, peer, buffer));
	} else {
		secret_append(out, line->begin, (size_t)(line->end - line->begin));
	}
}

void keys_put(struct secret *configuration, const struct lab_key *own)
{
	const char *end = configuration->data + configuration->length;
	struct line line = {.begin = configuration->data};
	char peer[NET_KEY_TEXT] = {0};
	struct secret other = {0};

	(void)secret_reserve(&other, configuration->length);
	for (; line.begin < end; line.begin = line.end + 1) {
		line.end = memchr(line.begin, '\n', (size_t)(end - line.begin));
		if (line.end == NULL)
			line.end = end;
		copy_line(&line, own, peer, &other);
		if (line.end < end)
			secret_append(&other, "\n", 1);
	}
	secret_finish(configuration);
	*configuration = other;
}
