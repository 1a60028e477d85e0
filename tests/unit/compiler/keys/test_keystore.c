/* SPDX-License-Identifier: MIT */

/* Keystore in memory: pairs as wg(8) makes them, found by public key, listed by name. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/keys/keystore.h"

/*
 * SHA-256 of "wgtopo test key: NAME", made clean by RFC 7748 section 5, and what `wg pubkey` makes
 * of it.
 */
static const struct {
	const char *name;
	const char *private;
	const char *public;
} known[] = {
	{"alice/laptop", "CMabNCmRL5WICZPziq7/mrsujnFElBeJxGT2Yy3yh2U=",
	 "OvSeRiUzrbWc0665GR2rbBM3zZxHtqJEQWd/xgmRtGA="},
	{"gw", "cM7WrLf7OsWCSqQa96H7JvsBToGuW6rPNEGm1ghiRGE=",
	 "elfRfd95Mm13+IBP+WyIi0464QzeaoxN2MSufVuvYWk="},
	{"gpu01", "SL07jBc3ihtvU+1HnoegnlVaiHJv0YflN74r0Ic6HWI=",
	 "HK19/r8ib7CxUq3xOoB39u8b7hDUoVEHM8AjEB2jvVI="},
};
static const size_t n_known = sizeof(known) / sizeof(known[0]);

static struct net_key import(struct keystore *keystore, size_t index)
{
	struct net_key key;
	char text[NET_KEY_TEXT];

	assert_int_equal(keystore_import(keystore, known[index].name, known[index].private, &key),
			 0);
	assert_string_equal(net_key_format(&key, text), known[index].public);
	return key;
}

static void test_keystore_import_known_answers(void **state)
{
	cleanup_(keystore_destroy) struct keystore *keystore = keystore_create();

	(void)state;
	assert_int_equal(keystore_n_entries(keystore), 0);
	for (size_t i = 0; i < n_known; i++) {
		struct net_key key = import(keystore, i);
		char text[NET_KEY_TEXT];

		assert_true(keystore_has(keystore, &key));
		assert_true(keystore_private_text(keystore, &key, text));
		assert_string_equal(text, known[i].private);
	}
	assert_int_equal(keystore_n_entries(keystore), n_known);
}

/* The same key with other bits where they mean nothing: `wg pubkey` makes the same of it. */
static void test_keystore_import_fixes_free_bits(void **state)
{
	cleanup_(keystore_destroy) struct keystore *keystore = keystore_create();
	char text[NET_KEY_TEXT];
	struct net_key key;

	(void)state;
	assert_int_equal(keystore_import(keystore, "alice/laptop",
					 "CcabNCmRL5WICZPziq7/mrsujnFElBeJxGT2Yy3yhyU=", &key),
			 0);
	assert_string_equal(net_key_format(&key, text), known[0].public);
	assert_true(keystore_private_text(keystore, &key, text));
	assert_string_equal(text, known[0].private);
}

static void test_keystore_import_refuses_what_is_no_key(void **state)
{
	static const char *const bad[] = {
		"",
		"CMabNCmRL5WICZPziq7/mrsujnFElBeJxGT2Yy3yh2U",
		"CMabNCmRL5WICZPziq7/mrsujnFElBeJxGT2Yy3yh2V=", /* an unused bit is set */
		"CMabNCmRL5WICZPziq7/mrsujnFElBeJxGT2Yy3yh2U=\n",
		" CMabNCmRL5WICZPziq7/mrsujnFElBeJxGT2Yy3yh2U",
		"CMabNCmRL5WICZPziq7_mrsujnFElBeJxGT2Yy3yh2U=",
		"CMabNCmRL5WICZPziq7\xc3mrsujnFElBeJxGT2Yy3yh2U=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", /* wg(8): no key */
	};
	cleanup_(keystore_destroy) struct keystore *keystore = keystore_create();
	struct net_key key;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(keystore_import(keystore, "x", bad[i], &key), KEYSTORE_E_SYNTAX);
	assert_int_equal(keystore_n_entries(keystore), 0);
}

static void test_keystore_import_twice(void **state)
{
	cleanup_(keystore_destroy) struct keystore *keystore = keystore_create();
	struct net_key key;

	(void)state;
	(void)import(keystore, 0);
	(void)import(keystore, 0);
	assert_int_equal(keystore_n_entries(keystore), 1);
	assert_int_equal(keystore_import(keystore, "bob/laptop", known[0].private, &key),
			 KEYSTORE_E_TAKEN);
	assert_int_equal(keystore_n_entries(keystore), 1);
	assert_string_equal(keystore_name(keystore, 0), known[0].name);
}

static void test_keystore_generate_makes_clean_and_different_pairs(void **state)
{
	cleanup_(keystore_destroy) struct keystore *keystore = keystore_create();
	cleanup_(keystore_destroy) struct keystore *other = keystore_create();

	(void)state;
	for (size_t i = 0; i < 50; i++) {
		struct net_key key = keystore_generate(keystore, "gpu01");
		struct net_key again;
		char text[NET_KEY_TEXT];
		char text_again[NET_KEY_TEXT];

		assert_int_equal(keystore_n_entries(keystore), i + 1);
		assert_true(keystore_private_text(keystore, &key, text));
		assert_false(keystore_has(other, &key));
		assert_int_equal(keystore_import(other, "x", text, &again), 0);
		assert_int_equal(net_key_compare(&key, &again), 0);
		assert_true(keystore_private_text(other, &again, text_again));
		assert_string_equal(text, text_again); /* there was no bit to fix */
	}
	for (size_t i = 0; i < 50; i++)
		assert_true(keystore_is_sound(keystore, i));
}

static void check_order(const struct keystore *keystore)
{
	for (size_t i = 1; i < keystore_n_entries(keystore); i++) {
		int order = strcmp(keystore_name(keystore, i - 1), keystore_name(keystore, i));

		if (order == 0)
			order = net_key_compare(keystore_public_key(keystore, i - 1),
						keystore_public_key(keystore, i));
		assert_true(order < 0);
	}
}

static void test_keystore_is_sorted_by_name_then_key(void **state)
{
	cleanup_(keystore_destroy) struct keystore *keystore = keystore_create();

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "n%zu", i * 7 % 100);
		(void)keystore_generate(keystore, name);
	}
	assert_int_equal(keystore_n_entries(keystore), 300);
	check_order(keystore);
}

static void test_keystore_remove_takes_one_away(void **state)
{
	cleanup_(keystore_destroy) struct keystore *keystore = keystore_create();
	struct net_key keys[] = {import(keystore, 0), import(keystore, 1), import(keystore, 2)};
	char text[NET_KEY_TEXT];

	(void)state;
	keystore_remove(keystore, &keys[1]);
	keystore_remove(keystore, &keys[1]);
	assert_int_equal(keystore_n_entries(keystore), 2);
	assert_false(keystore_has(keystore, &keys[1]));
	assert_false(keystore_private_text(keystore, &keys[1], text));
	for (size_t i = 0; i < n_known; i += 2) {
		assert_true(keystore_private_text(keystore, &keys[i], text));
		assert_string_equal(text, known[i].private);
	}
	(void)import(keystore, 1);
	assert_true(keystore_private_text(keystore, &keys[1], text));
	assert_string_equal(text, known[1].private);
	check_order(keystore);
}

static void test_keystore_name_is_valid_cases(void **state)
{
	static char longest[KEYSTORE_MAX_NAME + 2];

	(void)state;
	memset(longest, 'a', KEYSTORE_MAX_NAME);
	assert_true(keystore_name_is_valid("alice/laptop@gw2"));
	assert_true(keystore_name_is_valid(longest));
	longest[KEYSTORE_MAX_NAME] = 'a';
	assert_false(keystore_name_is_valid(longest));
	assert_false(keystore_name_is_valid(""));
	assert_false(keystore_name_is_valid("a b"));
	assert_false(keystore_name_is_valid("a\n"));
	assert_false(keystore_name_is_valid("\x7f"));
	assert_false(keystore_name_is_valid("\xc3\xa4"));
}

static void test_keystore_preshared_text_is_the_pairs_own(void **state)
{
	cleanup_(keystore_destroy) struct keystore *keystore = keystore_create();
	struct net_key keys[] = {import(keystore, 0), import(keystore, 1), import(keystore, 2)};
	char text[NET_KEY_TEXT];
	char other[NET_KEY_TEXT];

	(void)state;
	keystore_preshared_text(keystore, &keys[0], &keys[1], text);
	keystore_preshared_text(keystore, &keys[1], &keys[0], other);
	assert_string_equal(text, other);
	keystore_remove(keystore, &keys[2]);
	keystore_preshared_text(keystore, &keys[0], &keys[1], other);
	assert_string_equal(text, other);
	keystore_preshared_text(keystore, &keys[0], &keys[2], other);
	assert_string_not_equal(text, other);
}

static void test_keystore_renew_mesh_secret_changes_preshared_keys(void **state)
{
	cleanup_(keystore_destroy) struct keystore *keystore = keystore_create();
	struct net_key keys[] = {import(keystore, 0), import(keystore, 1)};
	uint64_t id = keystore_preshared_id(keystore);
	char text[NET_KEY_TEXT];
	char other[NET_KEY_TEXT];

	(void)state;
	keystore_preshared_text(keystore, &keys[0], &keys[1], text);
	assert_true(keystore_preshared_id(keystore) == id);
	keystore_renew_mesh_secret(keystore);
	assert_true(keystore_preshared_id(keystore) != id);
	keystore_preshared_text(keystore, &keys[0], &keys[1], other);
	assert_string_not_equal(text, other);
	assert_int_equal(keystore_n_entries(keystore), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keystore_import_known_answers),
		cmocka_unit_test(test_keystore_import_fixes_free_bits),
		cmocka_unit_test(test_keystore_import_refuses_what_is_no_key),
		cmocka_unit_test(test_keystore_import_twice),
		cmocka_unit_test(test_keystore_generate_makes_clean_and_different_pairs),
		cmocka_unit_test(test_keystore_is_sorted_by_name_then_key),
		cmocka_unit_test(test_keystore_remove_takes_one_away),
		cmocka_unit_test(test_keystore_name_is_valid_cases),
		cmocka_unit_test(test_keystore_preshared_text_is_the_pairs_own),
		cmocka_unit_test(test_keystore_renew_mesh_secret_changes_preshared_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
