/* SPDX-License-Identifier: MIT */
#pragma once

/* The parts of the reader of one file, in the order in which they see it. */

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/source.h"
#include "compiler/conf/conf.h"

struct arena;

enum conf_section {
	CONF_NOWHERE, /* before the first section, or in one that wg does not know */
	CONF_INTERFACE,
	CONF_PEER,
};

/* A hook that reads a peer's preshared key from a file. */
struct conf_preshared_file {
	struct net_key peer;
	const char *path;
};

struct conf_reader {
	struct arena *arena;
	struct conf *conf;
	const char *bytes; /* the file with its keys: for their values only */
	struct secret raw; /* a key that is being decoded */
	vec_of(struct conf_preshared_file) preshared_files;
	enum conf_section section;
	uint32_t seen;     /* a bit for each key that the section had */
	const char *above; /* a comment that nothing has followed yet, or NULL */
	bool has_comment;  /* the section had one inside */
};

/* One "Name = value" line: the value without blanks around it, and as a string. */
struct conf_value {
	struct span name;
	struct span span;
	const char *text;
};

/* A copy of the file with stars for whatever is secret or looks so; public keys stay. */
const struct source *conf_hide_secrets(struct arena *arena, const char *path, const char *bytes,
				       size_t size);

/* The peer of the section at hand. */
struct conf_peer *conf_reader_peer(const struct conf_reader *reader);

void conf_fault_add(struct conf_reader *reader, struct span span, bool is_silent,
		    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Takes a line of the section at hand, whatever its name. */
void conf_take_line(struct conf_reader *reader, const struct conf_value *value);

/* Takes the value of PrivateKey and PresharedKey. */
void conf_take_private_key(struct conf_reader *reader, const struct conf_value *value);
void conf_take_preshared_key(struct conf_reader *reader, const struct conf_value *value);

/* The next word of a command, as bash splits what has no quotes; or NULL. Moves `rest` behind it.
 */
const char *conf_next_word(struct arena *arena, const char **rest);

/* What a hook says of keys in files: `wg set %i private-key PATH`, `... peer KEY preshared-key`. */
void conf_take_hook(struct conf_reader *reader, const struct conf_value *value);

/* Gives peers the files that hooks named for them: those come first in a file. */
void conf_join_preshared(struct conf_reader *reader);
