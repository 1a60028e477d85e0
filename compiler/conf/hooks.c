/* SPDX-License-Identifier: MIT */

/*
 * Hooks that give wg(8) keys out of files: a host's own keys need not stand in its file. Other
 * hooks are settings, and nobody here knows what they do.
 */

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/conf/parts.h"

const char *conf_next_word(struct arena *arena, const char **rest)
{
	const char *begin = *rest + strspn(*rest, " \t\r");
	size_t length = strcspn(begin, " \t\r");

	*rest = begin + length;
	return length == 0 ? NULL : arena_copy(arena, begin, length);
}

/* The path with wg-quick(8)'s %i replaced by the interface. */
static const char *expand(const struct conf_reader *reader, const char *path)
{
	cleanup_(text_finish) struct text text = {0};
	const char *percent;

	while ((percent = strstr(path, "%i")) != NULL) {
		text_append(&text, path, (size_t)(percent - path));
		text_puts(&text, reader->conf->interface);
		path = percent + 2;
	}
	text_puts(&text, path);
	return arena_copy(reader->arena, text.data, text.length);
}

static void add_preshared(struct conf_reader *reader, const char *key, const char *path)
{
	struct conf_preshared_file file = {.path = expand(reader, path)};

	if (net_key_parse(key, &file.peer) == 0)
		*vec_push(reader->arena, &reader->preshared_files) = file;
}

/* `rest`: what follows `wg set NAME`. */
static void take_options(struct conf_reader *reader, const char *rest)
{
	const char *peer = NULL;
	const char *word;

	while ((word = conf_next_word(reader->arena, &rest)) != NULL) {
		const char *value = conf_next_word(reader->arena, &rest);

		if (value == NULL)
			return;
		if (strcmp(word, "peer") == 0) {
			peer = value;
		} else if (strcmp(word, "preshared-key") == 0 && peer != NULL) {
			add_preshared(reader, peer, value);
		} else if (strcmp(word, "private-key") == 0) {
			reader->conf->private_key = CONF_SECRET_FILE;
			reader->conf->private_key_file = expand(reader, value);
		}
	}
}

void conf_take_hook(struct conf_reader *reader, const struct conf_value *value)
{
	const char *rest = value->text;
	const char *program = conf_next_word(reader->arena, &rest);
	const char *verb = conf_next_word(reader->arena, &rest);
	const char *interface = conf_next_word(reader->arena, &rest);

	if (interface != NULL && strcmp(program, "wg") == 0 && strcmp(verb, "set") == 0)
		take_options(reader, rest);
}

void conf_join_preshared(struct conf_reader *reader)
{
	size_t next = 0;

	/* Both are mostly in one order, so the search begins where the last one ended. */
	vec_foreach(peer, &reader->conf->peers) {
		size_t n_files = reader->preshared_files.n_items;

		for (size_t i = 0; i < n_files; i++) {
			const struct conf_preshared_file *file =
				&reader->preshared_files.items[(next + i) % n_files];

			if (net_key_compare(&file->peer, &peer->public_key) != 0)
				continue;
			peer->preshared = CONF_SECRET_FILE;
			peer->preshared_file = file->path;
			next = (next + i + 1) % n_files;
			break;
		}
	}
}
