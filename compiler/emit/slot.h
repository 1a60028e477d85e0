/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Slots: what a format writes in place of a key that it must not see. The emission puts the key
 * there, in secret memory. A slot is as long as a key, and made of characters that stand nowhere
 * else and that no reader takes, so that one left empty is refused.
 */

#include <stdbool.h>
#include <stddef.h>

struct keystore;
struct plan;

enum {
	SLOT_SIZE = 44,
};

#define SLOT_PRIVATE_KEY                                                                           \
	"\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"
#define SLOT_PRESHARED_KEY                                                                         \
	"\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2"

/* Whether there is a slot for the private key in the text. */
bool slot_is_in(const char *bytes, size_t size);

/*
 * Fills the slots of a plan's file: first that of the private key, if any; behind it those of
 * the peers, one each, in the order of the file. `bytes` is secret memory, with a NUL byte behind
 * it.
 */
void slot_fill(const struct keystore *keystore, const struct plan *plan, char *bytes, size_t size);
