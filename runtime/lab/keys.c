/* SPDX-License-Identifier: MIT */

/* X25519 keys from names (RFC 7748). */

#include "runtime/lab/keys.h"

#include <ctype.h>
#include <sodium.h>

#include "base/arena.h"
#include "base/net/key.h"
#include "base/text.h"

enum {
	KEY_CHARACTERS = NET_KEY_TEXT - 1,
};

static const char private_line[] = "PrivateKey = ";

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

static int is_base64(char c)
{
	return isalnum((unsigned char)c) != 0 || c == '+' || c == '/';
}

/* A key is 43 characters of base64 and one '='. */
void keys_replace(struct text *artifact, const struct map *replacements)
{
	size_t n_before = 0; /* base64 characters in a row */

	for (size_t i = 0; i < artifact->length; i++) {
		char word[NET_KEY_TEXT] = {0};
		const char *other;

		if (is_base64(artifact->data[i])) {
			n_before++;
			continue;
		}
		if (artifact->data[i] == '=' && n_before == KEY_CHARACTERS - 1) {
			char *key = artifact->data + i + 1 - KEY_CHARACTERS;

			memcpy(word, key, KEY_CHARACTERS);
			other = map_get(replacements, word);
			if (other != NULL)
				memcpy(key, other, KEY_CHARACTERS);
		}
		n_before = 0;
	}
}

/* The beginning of the line that has the private key, or would; NULL: there is none. */
static const char *find_private(const struct text *artifact)
{
	const char *place = artifact->length == 0 ? NULL : strstr(artifact->data, private_line);

	while (place != NULL && place > artifact->data) {
		if (place[-1] == '\n')
			return place;
		if (place[-1] == ' ' && place - artifact->data >= 3 && place[-2] == '#' &&
		    place[-3] == '\n')
			return place - 2;
		place = strstr(place + 1, private_line);
	}
	return place;
}

void keys_put_private(struct text *artifact, const char *private)
{
	const char *line = find_private(artifact);
	struct text other = {0};

	if (line == NULL)
		return;
	text_append(&other, artifact->data, (size_t)(line - artifact->data));
	text_join(&other, private_line, private, strchrnul(line, '\n'));
	text_finish(artifact);
	*artifact = other;
}
