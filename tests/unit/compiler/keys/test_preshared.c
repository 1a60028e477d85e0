/* SPDX-License-Identifier: MIT */

/* Preshared keys: the same as another implementation of BLAKE2b derives, whichever end asks. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/keys/preshared.h"

#define ALICE "OvSeRiUzrbWc0665GR2rbBM3zZxHtqJEQWd/xgmRtGA="
#define GW    "elfRfd95Mm13+IBP+WyIi0464QzeaoxN2MSufVuvYWk="
#define GPU01 "HK19/r8ib7CxUq3xOoB39u8b7hDUoVEHM8AjEB2jvVI="

/*
 * By Python, with the raw keys in order:
 * base64.b64encode(hashlib.blake2b(low + high, key=bytes(range(32)), digest_size=32).digest())
 */
static const struct {
	const char *a;
	const char *b;
	const char *preshared;
} known[] = {
	{ALICE, GW, "VFxE0iLLnsx9pxIu3v5pme3VGQQiVnk8sUZk/aogtSY="},
	{ALICE, GPU01, "ebKhGiF1kxw7MVdS6XdmZaUNiU1S7v7qtprVmylP7DA="},
	{GW, GPU01, "alO0Seo3Jm0rBJYZ0P9uX07g3KS6wX9fmcuobXIAPBY="},
};
static const size_t n_known = sizeof(known) / sizeof(known[0]);

static struct net_key key_of(const char *text)
{
	struct net_key key;

	assert_int_equal(net_key_parse(text, &key), 0);
	return key;
}

static void count_up(uint8_t secret[static PRESHARED_SECRET_SIZE])
{
	for (size_t i = 0; i < PRESHARED_SECRET_SIZE; i++)
		secret[i] = (uint8_t)i;
}

static void test_preshared_derive_known_answers(void **state)
{
	uint8_t secret[PRESHARED_SECRET_SIZE];

	(void)state;
	count_up(secret);
	for (size_t i = 0; i < n_known; i++) {
		struct net_key a = key_of(known[i].a);
		struct net_key b = key_of(known[i].b);
		char text[NET_KEY_TEXT];

		preshared_derive(secret, &a, &b, text);
		assert_string_equal(text, known[i].preshared);
		preshared_derive(secret, &b, &a, text);
		assert_string_equal(text, known[i].preshared);
	}
}

/* Any one bit of the secret or of a key makes another preshared key. */
static void test_preshared_derive_depends_on_every_bit(void **state)
{
	struct net_key keys[] = {key_of(ALICE), key_of(GW)};
	uint8_t secret[PRESHARED_SECRET_SIZE];
	uint8_t *const inputs[] = {secret, keys[0].bytes, keys[1].bytes};
	char text[NET_KEY_TEXT];

	(void)state;
	count_up(secret);
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		for (size_t bit = 0; bit < (size_t)8 * NET_KEY_SIZE; bit++) {
			inputs[i][bit / 8] ^= (uint8_t)(1U << (bit % 8));
			preshared_derive(secret, &keys[0], &keys[1], text);
			assert_string_not_equal(text, known[0].preshared);
			inputs[i][bit / 8] ^= (uint8_t)(1U << (bit % 8));
		}
	}
	preshared_derive(secret, &keys[0], &keys[1], text);
	assert_string_equal(text, known[0].preshared);
}

/* hashlib.blake2b(b"wgtopo: which mesh secret it is", key=bytes(range(32)), digest_size=16) */
static void test_preshared_id_known_answer(void **state)
{
	uint8_t secret[PRESHARED_SECRET_SIZE];

	(void)state;
	count_up(secret);
	assert_true(preshared_id(secret) == 0x7409cf02f5593c55U);
	secret[31] ^= 1;
	assert_true(preshared_id(secret) != 0x7409cf02f5593c55U);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_preshared_derive_known_answers),
		cmocka_unit_test(test_preshared_derive_depends_on_every_bit),
		cmocka_unit_test(test_preshared_id_known_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
