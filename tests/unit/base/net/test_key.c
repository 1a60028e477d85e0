/* SPDX-License-Identifier: MIT */

/* Keys: only canonical base64, and points of small order as libsodium itself refuses them. */

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/net/key.h"

/* The base point of the curve, u = 9: a public key that is nobody's. */
#define BASE_POINT "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

// clang-format off
static const struct {
	const char *in;
	bool is_key;
} parse_cases[] = {
	{BASE_POINT,                                      true},
	{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",  true},
	{"//////////////////////////////////////////8=",  true},
	{"++++++++++++++++++++++++++++++++++++++++++8=",  true},
	{"",                                              false},
	{"=",                                             false},
	{"CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",   false}, /* no padding */
	{"CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",  false}, /* 31 bytes */
	{"CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",  false}, /* 33 bytes */
	{"CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",  false}, /* an unused bit is set */
	{"CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAC=",  false}, /* the other one */
	{"//////////////////////////////////////////9=",  false},
	{"CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ", false},
	{" CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false},
	{"CQAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAA=",  false},
	{"CQAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAA=", false},
	{"CQAAAAAAAAAAAAAAAAAAAA-AAAAAAAAAAAAAAAAAAAA=",  false}, /* base64url */
	{"CQAAAAAAAAAAAAAAAAAAAA_AAAAAAAAAAAAAAAAAAAA=",  false},
	{"CQAAAAAAAAAAAAAAAAAAA==AAAAAAAAAAAAAAAAAAAA=",  false},
	{"CQAAAAAAAAAAAAAAAAAAA\xc3\xa4" "AAAAAAAAAAAAAAAAAAAA=", false},
};
// clang-format on

static void test_net_key_parse_and_format(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parse_cases) / sizeof(parse_cases[0]); i++) {
		const char *in = parse_cases[i].in;
		char buffer[NET_KEY_TEXT];
		struct net_key key;
		int r = net_key_parse(in, &key);

		if (r != (parse_cases[i].is_key ? 0 : NET_E_SYNTAX))
			fail_msg("row %zu: %d", i, r);
		if (r == 0)
			assert_string_equal(net_key_format(&key, buffer), in);
	}
}

static void test_net_key_parse_bytes(void **state)
{
	struct net_key key = {.bytes = {0xff}};
	struct net_key base_point = {.bytes = {9}};

	(void)state;
	assert_int_equal(net_key_parse("CQ", &key), NET_E_SYNTAX);
	assert_int_equal(key.bytes[0], 0xff); /* untouched */
	assert_int_equal(net_key_parse(BASE_POINT, &key), 0);
	assert_int_equal(net_key_compare(&key, &base_point), 0);
}

static void test_net_key_format_every_bit(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < 8 * NET_KEY_SIZE; bit++) {
		struct net_key key = {0};
		struct net_key again;
		char buffer[NET_KEY_TEXT];

		key.bytes[bit / 8] = (uint8_t)(1U << bit % 8);
		assert_int_equal(strlen(net_key_format(&key, buffer)), NET_KEY_TEXT - 1);
		assert_int_equal(net_key_parse(buffer, &again), 0);
		assert_int_equal(net_key_compare(&key, &again), 0);
	}
}

static void test_net_key_is_zero_only_for_zero(void **state)
{
	struct net_key key = {0};

	(void)state;
	assert_true(net_key_is_zero(&key));
	key.bytes[31] = 0x80;
	assert_false(net_key_is_zero(&key));
}

/* What libsodium says: it refuses to multiply a point of small order. */
static bool is_refused(const struct net_key *key)
{
	static const uint8_t scalar[NET_KEY_SIZE] = {[1] = 7, [31] = 0x40};
	uint8_t product[NET_KEY_SIZE];

	return crypto_scalarmult_curve25519(product, scalar, key->bytes) != 0;
}

/* The two points of order 8, in base64. */
static const char *const order_8[] = {
	"4Ot6fDtBuK4WVuP68Z/EatoJjeucMrH9hmIFFl9JuAA=",
	"X5yVvKNQjCSx0LFVnIPvWwREXMRYHI6G2CJO3dCfEVc=",
};

static void check_low_order(struct net_key key, bool is_low_order)
{
	for (int high_bit = 0; high_bit < 2; high_bit++) {
		key.bytes[31] = (uint8_t)(key.bytes[31] & 0x7f) | (uint8_t)(high_bit << 7);
		assert_int_equal(net_key_is_low_order(&key), is_low_order);
		assert_int_equal(is_refused(&key), is_low_order);
	}
}

static void test_net_key_is_low_order_small_numbers(void **state)
{
	(void)state;
	for (uint8_t u = 0; u < 20; u++) {
		check_low_order((struct net_key){.bytes = {u}}, u < 2);
	}
}

/* Around the prime p = 2^255 - 19: p - 1, and p and p + 1 that stand for 0 and 1. */
static void test_net_key_is_low_order_around_the_prime(void **state)
{
	struct net_key key;

	(void)state;
	memset(key.bytes, 0xff, sizeof(key.bytes));
	for (unsigned int low = 0xe0; low <= 0xff; low++) {
		key.bytes[0] = (uint8_t)low;
		check_low_order(key, low >= 0xec && low <= 0xee);
	}
}

static void test_net_key_is_low_order_of_order_8(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct net_key key;

		assert_int_equal(net_key_parse(order_8[i], &key), 0);
		check_low_order(key, true);
		key.bytes[5] ^= 1;
		check_low_order(key, false);
	}
}

/* RFC 7748 section 5: below 2^255 - 19. */
static void test_net_key_is_reduced_cases(void **state)
{
	struct net_key key;

	(void)state;
	memset(key.bytes, 0xff, sizeof(key.bytes));
	assert_false(net_key_is_reduced(&key)); /* the top bit */
	key.bytes[31] = 0x7f;
	assert_false(net_key_is_reduced(&key)); /* 2^255 - 1 */
	key.bytes[0] = 0xed;
	assert_false(net_key_is_reduced(&key)); /* the prime itself */
	key.bytes[0] = 0xec;
	assert_true(net_key_is_reduced(&key));
	key.bytes[0] = 0xff;
	key.bytes[7] = 0xfe;
	assert_true(net_key_is_reduced(&key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_net_key_parse_and_format),
		cmocka_unit_test(test_net_key_parse_bytes),
		cmocka_unit_test(test_net_key_format_every_bit),
		cmocka_unit_test(test_net_key_is_zero_only_for_zero),
		cmocka_unit_test(test_net_key_is_low_order_small_numbers),
		cmocka_unit_test(test_net_key_is_low_order_around_the_prime),
		cmocka_unit_test(test_net_key_is_low_order_of_order_8),
		cmocka_unit_test(test_net_key_is_reduced_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
