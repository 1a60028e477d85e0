/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Digest: XXH3-128 of a file's bytes. It tells an edited file from one that is as it was written.
 * It is no seal: somebody who wants two files with one digest can make them.
 *
 * Of a file with keys in it the digest is BLAKE2b-128. All else in such a file may be known, and
 * the digest is published: it may not tell anything of the key.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_HEX_SIZE 32

struct digest {
	uint64_t words[2]; /* high, low: written out, the order that xxhsum prints */
};

struct digest digest_of(const void *bytes, size_t size);
struct digest digest_of_secret(const void *bytes, size_t size);

/* Writes `words` as 32 lower-case hexadecimal digits, without a NUL byte. */
void digest_put_hex(const uint64_t words[static 2], char ret_hex[static DIGEST_HEX_SIZE]);

/* Reads 32 lower-case hexadecimal digits. Returns whether they are. */
bool digest_get_hex(const char *hex, uint64_t ret_words[static 2]);

static inline bool digest_is_equal(struct digest a, struct digest b)
{
	return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}
