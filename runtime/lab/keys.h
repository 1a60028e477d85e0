/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Keys of the lab. They are worked out from the hosts' names, so that they protect nothing, and
 * that is meant: real private keys stay where they are.
 */

#include "base/map.h"

struct arena;
struct manifest_host;
struct text;

/* The key pair of the machine of that name, as texts in the arena. */
struct lab_key {
	const char *private;
	const char *public;
};
struct lab_key keys_of_host(struct arena *arena, const char *network, const char *name);

/*
 * The public keys of the artifact's text replaced by others, in place: `replacements` has the text
 * of a key -> the text of another. All of one length, which is that of any key.
 */
void keys_replace(struct text *artifact, const struct map *replacements);

/*
 * Puts the private key where the artifact has one or leaves it to be filled in. An artifact that
 * does neither stays as it is.
 */
void keys_put_private(struct text *artifact, const char *private);
