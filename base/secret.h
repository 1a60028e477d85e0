/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Secret: growing, NUL-terminated bytes in sodium_malloc(3) memory, which is locked, left out of
 * core dumps and wiped when it is given back. Zero is the valid empty secret. Out of memory ends
 * the process, as in a text. Every secret takes several pages: for few and large ones.
 */

#include <stddef.h>

#include "base/cleanup.h"

struct secret {
	char *data;
	size_t length;
	size_t capacity;
};

/* Makes room for `size` more bytes and returns where they go. The length is not changed. */
char *secret_reserve(struct secret *secret, size_t size);

void secret_append(struct secret *secret, const char *bytes, size_t size);

/*
 * Reads `fd` to its end, into memory of ours only. Returns 0, -EFBIG where there are more than
 * `limit` bytes, or negative errno; the secret is then empty.
 */
int secret_read(int fd, size_t limit, struct secret *ret_secret);

/* Wipes the bytes and keeps the memory for the next use. */
void secret_clear(struct secret *secret);

/*
 * Wipes what the calls before left on the stack below the caller: libsodium's functions do not wipe
 * all of theirs. Behind every one of them that is given a secret or makes one.
 */
void secret_wipe_stack(void);

/* Wipes and frees the memory. The secret is empty afterwards. */
void secret_finish(struct secret *secret);

static inline void secret_finishp(struct secret *secret)
{
	secret_finish(secret);
}
