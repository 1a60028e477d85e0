/* SPDX-License-Identifier: MIT */

/* Digest of bytes, and 128 bits as hexadecimal text. */

#include "compiler/publish/digest.h"

#include <sodium.h>

#if defined(__x86_64__)
#include <xxh_x86dispatch.h> /* the widest vectors that this machine has; the same digests */
#else
#include <xxhash.h>
#endif

struct digest digest_of(const void *bytes, size_t size)
{
	XXH128_hash_t hash = XXH3_128bits(bytes, size);

	return (struct digest){{hash.high64, hash.low64}};
}

/* The bytes of the hash in their order, as `b2sum -l 128` prints them. */
struct digest digest_of_secret(const void *bytes, size_t size)
{
	unsigned char hash[DIGEST_HEX_SIZE / 2];
	struct digest digest = {0};

	(void)crypto_generichash(hash, sizeof(hash), bytes, size, NULL, 0); /* the size is valid */
	for (size_t i = 0; i < sizeof(hash); i++)
		digest.words[i / 8] = digest.words[i / 8] << 8 | hash[i];
	return digest;
}

void digest_put_hex(const uint64_t words[static 2], char ret_hex[static DIGEST_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned int i = 0; i < DIGEST_HEX_SIZE; i++)
		ret_hex[i] = digits[words[i / 16] >> (60 - 4 * (i % 16)) & 15];
}

static int digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return -1;
}

bool digest_get_hex(const char *hex, uint64_t ret_words[static 2])
{
	uint64_t words[2] = {0};

	for (unsigned int i = 0; i < DIGEST_HEX_SIZE; i++) {
		int value = digit_value(hex[i]);

		if (value < 0)
			return false;
		words[i / 16] = words[i / 16] << 4 | (uint64_t)value;
	}
	ret_words[0] = words[0];
	ret_words[1] = words[1];
	return true;
}
