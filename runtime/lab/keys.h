/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Keys of the lab. They are worked out from the hosts' names, so that they protect nothing, and
 * that is meant: real private keys stay where they are.
 */

#include "base/map.h"
#include "base/net/key.h"

struct arena;
struct secret;

/* The key pair of the machine of that name, as texts in the arena. */
struct lab_key {
	const char *private;
	const char *public;
};
struct lab_key keys_of_host(struct arena *arena, const char *network, const char *name);

/* The preshared key of two public keys of the lab: the same from both ends. */
const char *keys_of_pair(const char *one, const char *other, char buffer[static NET_KEY_TEXT]);

/*
 * The public keys of the artifact's bytes replaced by others, in place: `replacements` has the text
 * of a key -> the text of another. All of one length, which is that of any key.
 */
void keys_replace(char *bytes, size_t size, const struct map *replacements);

/*
 * Puts the lab's private key and preshared keys wherever the configuration, in which public keys
 * are the lab's already, has such a key or leaves it to be filled in.
 */
void keys_put(struct secret *configuration, const struct lab_key *own);
