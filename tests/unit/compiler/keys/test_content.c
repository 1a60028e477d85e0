/* SPDX-License-Identifier: MIT */

/* Content: one encoding for one keystore, and nothing else decodes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"
#include "compiler/keys/content.h"
#include "compiler/keys/keystore.h"
#include "compiler/keys/problem.h"
#include "fixed.h"

enum {
	COUNT = 32, /* where the count stands */
	FIRST = 36, /* where alice's entry begins */
	NAME = 12,  /* how long her name is */
	SECOND = FIRST + 1 + NAME + 64,
};

/* Decodes and encodes again. */
static int decode(const struct secret *bytes, struct secret *ret_again)
{
	cleanup_(keystore_destroy) struct keystore *keystore = NULL;
	int r = content_decode(bytes->data, bytes->length, &keystore);

	if (r == 0)
		content_encode(keystore, ret_again);
	return r;
}

static void test_content_decode_gives_what_was_encoded(void **state)
{
	cleanup_(secret_finish) struct secret content = {0};
	cleanup_(keystore_destroy) struct keystore *keystore = NULL;
	char text[NET_KEY_TEXT];

	(void)state;
	fixed_content(&content);
	assert_int_equal(content_decode(content.data, content.length, &keystore), 0);
	assert_int_equal(keystore_n_entries(keystore), 2);
	assert_string_equal(keystore_name(keystore, 0), "alice/laptop");
	assert_string_equal(keystore_name(keystore, 1), "gw");
	for (size_t i = 0; i < 2; i++) {
		assert_true(keystore_is_sound(keystore, i));
		assert_true(
			keystore_private_text(keystore, keystore_public_key(keystore, i), text));
	}
	assert_string_equal(text, "cM7WrLf7OsWCSqQa96H7JvsBToGuW6rPNEGm1ghiRGE=");
	keystore_preshared_text(keystore, keystore_public_key(keystore, 0),
				keystore_public_key(keystore, 1), text);
	assert_string_equal(text, "VFxE0iLLnsx9pxIu3v5pme3VGQQiVnk8sUZk/aogtSY=");
}

/* What happened to a keystore before leaves no trace. */
static void test_content_encode_is_one(void **state)
{
	cleanup_(secret_finish) struct secret content = {0};
	cleanup_(secret_finish) struct secret again = {0};
	cleanup_(keystore_destroy) struct keystore *keystore = NULL;
	struct net_key key;

	(void)state;
	fixed_content(&content);
	assert_int_equal(content_decode(content.data, content.length, &keystore), 0);
	key = keystore_generate(keystore, "between");
	content_encode(keystore, &again);
	assert_int_equal(again.length, content.length + 1 + strlen("between") + 64);
	keystore_remove(keystore, &key);
	content_encode(keystore, &again);
	assert_int_equal(again.length, content.length);
	assert_memory_equal(again.data, content.data, content.length);
}

static void test_content_decode_of_every_length(void **state)
{
	cleanup_(secret_finish) struct secret content = {0};
	cleanup_(secret_finish) struct secret again = {0};
	size_t length;

	(void)state;
	fixed_content(&content);
	secret_append(&content, "", 1);
	length = content.length - 1;
	for (content.length = 0; content.length <= length + 1; content.length++)
		assert_int_equal(decode(&content, &again),
				 content.length == length ? 0 : SEAL_E_CONTENT);
}

/* Much can be flipped in names and keys, but nothing is then encoded in another way. */
static void test_content_decode_of_every_flipped_bit(void **state)
{
	cleanup_(secret_finish) struct secret content = {0};
	size_t n_refused = 0;

	(void)state;
	fixed_content(&content);
	for (size_t bit = 0; bit < 8 * content.length; bit++) {
		cleanup_(secret_finish) struct secret again = {0};
		int r;

		content.data[bit / 8] ^= (char)(1 << (bit % 8));
		r = decode(&content, &again);
		if (r == 0)
			assert_memory_equal(again.data, content.data, content.length);
		content.data[bit / 8] ^= (char)(1 << (bit % 8));
		assert_true(r == 0 || r == SEAL_E_CONTENT);
		n_refused += r != 0;
	}
	assert_true(n_refused >= 8 * (4 + 1 + 1) + 2 * 5); /* count, lengths, fixed bits */
}

static void test_content_decode_refuses(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		const char *bytes;
		size_t size;
	} cases[] = {
		{"more keys than there are", COUNT, "\x03", 1},
		{"four thousand million keys", COUNT, "\xff\xff\xff\xff", 4},
		{"fewer keys than there are", COUNT, "\x01", 1},
		{"no name", FIRST, "\0", 1},
		{"a name that swallows the rest", FIRST, "\xff", 1},
		{"a blank", FIRST + 1, " ", 1},
		{"a NUL", FIRST + 3, "\0", 1},
		{"no ASCII", FIRST + 1, "\xe4", 1},
		{"the order", FIRST + 1, "zzzz", 4},
		{"a private key with a bit that is not free", FIRST + 1 + NAME + 32, "\x09", 1},
		{"another one", SECOND - 1, "\xe5", 1},
		{"a bit missing", SECOND - 1, "\x25", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_(secret_finish) struct secret content = {0};
		cleanup_(secret_finish) struct secret again = {0};

		fixed_content(&content);
		memcpy(content.data + cases[i].at, cases[i].bytes, cases[i].size);
		if (decode(&content, &again) != SEAL_E_CONTENT)
			fail_msg("%s", cases[i].what);
	}
}

/* The same key under two names, and the same entry twice. */
static void test_content_decode_refuses_a_key_twice(void **state)
{
	static const char *const names[] = {"gw", "zz", "alice/laptop"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_(secret_finish) struct secret content = {0};
		cleanup_(secret_finish) struct secret again = {0};
		char pair[64];

		fixed_content(&content);
		memcpy(pair, content.data + FIRST + 1 + NAME, sizeof(pair));
		content.length = SECOND;
		content.data[COUNT] = 2;
		secret_append(&content, &(char){(char)strlen(names[i])}, 1);
		secret_append(&content, names[i], strlen(names[i]));
		secret_append(&content, pair, sizeof(pair));
		assert_int_equal(decode(&content, &again), SEAL_E_CONTENT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_content_decode_gives_what_was_encoded),
		cmocka_unit_test(test_content_encode_is_one),
		cmocka_unit_test(test_content_decode_of_every_length),
		cmocka_unit_test(test_content_decode_of_every_flipped_bit),
		cmocka_unit_test(test_content_decode_refuses),
		cmocka_unit_test(test_content_decode_refuses_a_key_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
