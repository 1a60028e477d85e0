/* SPDX-License-Identifier: MIT */

/* Keys of Curve25519 (RFC 7748), read and written by libsodium's base64. */

#include "base/net/key.h"

#include <sodium.h>
#include <stddef.h>
#include <string.h>

/*
 * sodium_base642bin() of 1.0.18 takes a byte above 0x7f for the letter A, so the text is canonical
 * only where the key, written again, is the same text.
 */
int net_key_parse(const char *text, struct net_key *ret_key)
{
	char again[NET_KEY_TEXT];
	struct net_key key;
	size_t size;

	if (strnlen(text, NET_KEY_TEXT) != NET_KEY_TEXT - 1)
		return NET_E_SYNTAX;
	if (sodium_base642bin(key.bytes, sizeof(key.bytes), text, NET_KEY_TEXT - 1, NULL, &size,
			      NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return NET_E_SYNTAX;
	if (size != sizeof(key.bytes) || strcmp(net_key_format(&key, again), text) != 0)
		return NET_E_SYNTAX;
	*ret_key = key;
	return 0;
}

const char *net_key_format(const struct net_key *key, char buffer[static NET_KEY_TEXT])
{
	return sodium_bin2base64(buffer, NET_KEY_TEXT, key->bytes, sizeof(key->bytes),
				 sodium_base64_VARIANT_ORIGINAL);
}

bool net_key_is_zero(const struct net_key *key)
{
	return sodium_is_zero(key->bytes, sizeof(key->bytes)) == 1;
}

#define FF_30                                                                                      \
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,  \
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,      \
		0xff, 0xff

/*
 * The u-coordinates of the points of order 1, 2, 4 and 8 on the curve and on its twist, and the two
 * values above the field prime p = 2^255 - 19 that stand for 0 and 1. Least significant byte first.
 */
static const uint8_t low_order_points[][NET_KEY_SIZE] = {
	{0},
	{1},
	{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
	 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
	 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
	{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
	 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
	 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
	{0xec, FF_30, 0x7f}, /* p - 1 */
	{0xed, FF_30, 0x7f}, /* p, which is 0 */
	{0xee, FF_30, 0x7f}, /* p + 1, which is 1 */
};

bool net_key_is_low_order(const struct net_key *key)
{
	struct net_key masked = *key;

	masked.bytes[NET_KEY_SIZE - 1] &= 0x7f; /* the highest bit is ignored, RFC 7748 section 5 */
	for (size_t i = 0; i < sizeof(low_order_points) / sizeof(low_order_points[0]); i++) {
		if (memcmp(masked.bytes, low_order_points[i], NET_KEY_SIZE) == 0)
			return true;
	}
	return false;
}

int net_key_compare(const struct net_key *a, const struct net_key *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool net_key_is_reduced(const struct net_key *key)
{
	/* Little-endian: 2^255 - 19 is ed ff ... ff 7f. */
	if (key->bytes[31] != 0x7f)
		return key->bytes[31] < 0x7f;
	for (size_t i = 30; i > 0; i--) {
		if (key->bytes[i] != 0xff)
			return true;
	}
	return key->bytes[0] < 0xed;
}

bool net_key_is_usable(const struct net_key *key)
{
	return net_key_is_reduced(key) && !net_key_is_low_order(key); /* zero is of low order */
}
