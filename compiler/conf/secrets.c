/* SPDX-License-Identifier: MIT */

/*
 * Keys: stars take their place in the copy of the file that messages are made of, and what is kept
 * of them is nobody's secret. A public key of 32 bytes from a random private one, and a digest of a
 * random preshared key, cannot be turned back.
 */

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/diag/mask.h"
#include "compiler/conf/parts.h"

enum {
	SHORTEST_RUN = 38, /* of what mask_hides() takes for a key */
};

static const char unfilled[] = "PUT-THE-"; /* as the `app` format writes a key to fill in */

/* The bytes at the line's begin, up to '=', are this name in whatever case. */
static bool has_name(const char *line, size_t length, const char *name)
{
	size_t begin = 0;
	size_t n = strlen(name);

	while (begin < length && (line[begin] == ' ' || line[begin] == '\t'))
		begin++;
	if (length - begin <= n || strncasecmp(line + begin, name, n) != 0)
		return false;
	begin += n;
	while (begin < length && (line[begin] == ' ' || line[begin] == '\t'))
		begin++;
	return begin < length && line[begin] == '=';
}

static bool is_base64(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '+' || byte == '/' || byte == '=';
}

/* A hook that gives a peer something names it by its public key. */
static bool follows_peer(const char *line, size_t at)
{
	return at >= 5 && memcmp(line + at - 5, "peer ", 5) == 0;
}

/* Runs that look like keys become stars. */
static void hide_runs(const char *line, size_t length, char *copy)
{
	size_t end;

	for (size_t i = 0; i < length; i = end + 1) {
		for (end = i; end < length && is_base64(line[end]); end++)
			;
		if (end - i >= SHORTEST_RUN && !follows_peer(line, i) &&
		    mask_hides(line, length, i))
			memset(copy + i, '*', end - i);
	}
}

static void hide_line(const char *line, size_t length, char *copy)
{
	bool is_secret =
		has_name(line, length, "PrivateKey") || has_name(line, length, "PresharedKey");
	const char *equals = memchr(line, '=', length);
	size_t n_name = is_secret ? (size_t)(equals - line) + 1 : 0;

	memcpy(copy, line, is_secret ? n_name : length);
	if (!is_secret) {
		if (!has_name(line, length, "PublicKey"))
			hide_runs(line, length, copy);
		return;
	}
	for (size_t i = n_name; i < length; i++) {
		bool is_shown = line[i] != '\0' && strchr(" \t\r#", line[i]) != NULL;

		copy[i] = '*';
		if (is_shown)
			copy[i] = line[i];
	}
}

const struct source *conf_hide_secrets(struct arena *arena, const char *path, const char *bytes,
				       size_t size)
{
	char *copy = arena_alloc(arena, size + 1);
	size_t begin = 0;

	while (begin < size) {
		const char *newline = memchr(bytes + begin, '\n', size - begin);
		size_t end = newline == NULL ? size : (size_t)(newline - bytes);

		hide_line(bytes + begin, end - begin, copy + begin);
		if (newline != NULL)
			copy[end] = '\n';
		begin = end + 1;
	}
	return source_create(arena, path, copy, size);
}

/* Decodes the value into `raw`. False, and a fault, where it is no key. */
static bool decode(struct conf_reader *reader, const struct conf_value *value)
{
	const char *bytes = reader->bytes + value->span.begin;
	size_t length = value->span.end - value->span.begin;
	size_t size;

	secret_clear(&reader->raw);
	if (length == NET_KEY_TEXT - 1 &&
	    sodium_base642bin((uint8_t *)secret_reserve(&reader->raw, NET_KEY_SIZE), NET_KEY_SIZE,
			      bytes, length, NULL, &size, NULL,
			      sodium_base64_VARIANT_ORIGINAL) == 0 &&
	    size == NET_KEY_SIZE)
		return true;
	conf_fault_add(reader, value->span, false,
		       "this is no key: expected 44 characters of base64");
	return false;
}

static bool is_unfilled(const struct conf_reader *reader, const struct conf_value *value)
{
	return value->span.end - value->span.begin >= sizeof(unfilled) - 1 &&
	       memcmp(reader->bytes + value->span.begin, unfilled, sizeof(unfilled) - 1) == 0;
}

void conf_take_private_key(struct conf_reader *reader, const struct conf_value *value)
{
	struct conf *conf = reader->conf;

	if (is_unfilled(reader, value)) {
		conf->private_key = CONF_SECRET_UNFILLED;
	} else if (decode(reader, value)) {
		conf->private_key = CONF_SECRET_INLINE;
		(void)crypto_scalarmult_base(conf->public_key.bytes,
					     (const uint8_t *)reader->raw.data);
		secret_wipe_stack();
	}
}

void conf_take_preshared_key(struct conf_reader *reader, const struct conf_value *value)
{
	struct conf_peer *peer = conf_reader_peer(reader);

	if (is_unfilled(reader, value)) {
		peer->preshared = CONF_SECRET_UNFILLED;
	} else if (decode(reader, value)) {
		bool is_zero = sodium_is_zero((const uint8_t *)reader->raw.data, NET_KEY_SIZE);

		/* wg(8): a key of zeros is none. */
		peer->preshared = is_zero ? CONF_SECRET_NONE : CONF_SECRET_INLINE;
		(void)crypto_generichash(peer->preshared_digest, CONF_DIGEST_SIZE,
					 (const uint8_t *)reader->raw.data, NET_KEY_SIZE, NULL, 0);
		secret_wipe_stack();
	}
}
