/* SPDX-License-Identifier: MIT */

/* Seal: fixed files open and are written again byte by byte; nothing that was touched opens. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"
#include "compiler/keys/armour.h"
#include "compiler/keys/problem.h"
#include "compiler/keys/seal.h"
#include "fixed.h"

static int parse(const char *text, struct sealed *ret_sealed)
{
	return seal_parse(text, strlen(text), ret_sealed);
}

static void test_seal_open_fixed_files(void **state)
{
	cleanup_(secret_finish) struct secret content = {0};

	(void)state;
	fixed_content(&content);
	for (size_t i = 0; i < N_FIXED; i++) {
		const struct fixed_file *file = &fixed_files[i];
		cleanup_(sealed_finish) struct sealed sealed = {0};
		cleanup_(secret_finish) struct secret key = {0};
		cleanup_(secret_finish) struct secret plain = {0};

		assert_int_equal(parse(file->text, &sealed), 0);
		assert_memory_equal(&sealed.header, &file->header, sizeof(file->header));
		assert_int_equal(seal_derive_key(&sealed.header, &file->unlock, &key), 0);
		assert_int_equal(seal_open(&sealed, &key, &plain), 0);
		assert_int_equal(plain.length, content.length);
		assert_memory_equal(plain.data, content.data, content.length);
	}
}

static void test_seal_close_writes_fixed_files(void **state)
{
	cleanup_(secret_finish) struct secret content = {0};

	(void)state;
	fixed_content(&content);
	for (size_t i = 0; i < N_FIXED; i++) {
		const struct fixed_file *file = &fixed_files[i];
		cleanup_(secret_finish) struct secret key = {0};
		cleanup_(text_finish) struct text text = {0};

		assert_int_equal(seal_derive_key(&file->header, &file->unlock, &key), 0);
		seal_close(&file->header, &key, &content, &text);
		assert_string_equal(text.data, file->text);
	}
}

static void test_seal_open_with_another_secret(void **state)
{
	static const struct {
		size_t file;
		struct keystore_unlock unlock;
		int derived;
	} cases[] = {
		{FIXED_PASSPHRASE, {SEAL_PASSPHRASE, "correct horse battery staplf", 28}, 0},
		{FIXED_PASSPHRASE, {SEAL_PASSPHRASE, "correct horse battery staple", 27}, 0},
		{FIXED_PASSPHRASE, {SEAL_PASSPHRASE, "correct horse battery staple\n", 29}, 0},
		{FIXED_PASSPHRASE, {SEAL_PASSPHRASE, "", 0}, SEAL_E_SECRET},
		{FIXED_PASSPHRASE, {SEAL_KEY_FILE, fixed_mesh_secret, 32}, SEAL_E_KIND},
		{FIXED_KEY_FILE, {SEAL_KEY_FILE, "0123456789abcdef0123456789abcdef", 32}, 0},
		{FIXED_KEY_FILE, {SEAL_KEY_FILE, fixed_mesh_secret, 31}, SEAL_E_SECRET},
		{FIXED_KEY_FILE,
		 {SEAL_KEY_FILE, "0123456789abcdef0123456789abcdef\n", 33},
		 SEAL_E_SECRET},
		{FIXED_KEY_FILE, {SEAL_KEY_FILE, "", 0}, SEAL_E_SECRET},
		{FIXED_KEY_FILE, {SEAL_PASSPHRASE, fixed_mesh_secret, 32}, SEAL_E_KIND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_(sealed_finish) struct sealed sealed = {0};
		cleanup_(secret_finish) struct secret key = {0};
		cleanup_(secret_finish) struct secret plain = {0};

		assert_int_equal(parse(fixed_files[cases[i].file].text, &sealed), 0);
		assert_int_equal(seal_derive_key(&sealed.header, &cases[i].unlock, &key),
				 cases[i].derived);
		if (cases[i].derived == 0)
			assert_int_equal(seal_open(&sealed, &key, &plain), SEAL_E_LOCKED);
		assert_int_equal(plain.length, 0);
	}
}

/* What a file with this bit flipped, and a checksum that hides it, comes to. 0: either. */
static int expected(size_t byte)
{
	if (byte == 8)
		return SEAL_E_VERSION;
	if (byte < 12)
		return SEAL_E_DAMAGED;
	return byte < 20 ? 0 : SEAL_E_LOCKED;
}

/* With the right key, so that it is the authentication of header and content that refuses. */
static int open_raw(const struct text *raw, const struct secret *key)
{
	cleanup_(sealed_finish) struct sealed sealed = {0};
	cleanup_(secret_finish) struct secret plain = {0};
	cleanup_(text_finish) struct text text = {0};
	int r;

	armour_write(raw->data, raw->length, &text);
	r = seal_parse(text.data, text.length, &sealed);
	return r != 0 ? r : seal_open(&sealed, key, &plain);
}

static void flip_all(struct text *raw, const struct secret *key)
{
	for (size_t bit = 0; bit < 8 * raw->length; bit++) {
		int wanted = expected(bit / 8);
		int r;

		raw->data[bit / 8] ^= (char)(1 << (bit % 8));
		r = open_raw(raw, key);
		raw->data[bit / 8] ^= (char)(1 << (bit % 8));
		if (wanted == 0 ? r != SEAL_E_COST && r != SEAL_E_LOCKED : r != wanted)
			fail_msg("bit %zu of byte %zu: %d", bit % 8, bit / 8, r);
	}
}

static void cut_all(struct text *raw, const struct secret *key)
{
	size_t length = raw->length;

	for (raw->length = 0; raw->length < length; raw->length++) {
		int r = open_raw(raw, key);

		assert_int_equal(r, raw->length < SEAL_HEADER_SIZE + 16 ? SEAL_E_DAMAGED
									: SEAL_E_LOCKED);
	}
}

static void test_seal_open_of_every_change_that_is_hidden(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_FIXED; i++) {
		const struct fixed_file *file = &fixed_files[i];
		cleanup_(sealed_finish) struct sealed sealed = {0};
		cleanup_(secret_finish) struct secret key = {0};

		assert_int_equal(parse(file->text, &sealed), 0);
		assert_int_equal(seal_derive_key(&sealed.header, &file->unlock, &key), 0);
		assert_int_equal(open_raw(&sealed.bytes, &key), 0);
		flip_all(&sealed.bytes, &key);
		cut_all(&sealed.bytes, &key);
		assert_int_equal(open_raw(&sealed.bytes, &key), 0);
	}
}

static void put_number(struct text *raw, size_t at, uint32_t number)
{
	for (size_t i = 0; i < 4; i++)
		raw->data[at + i] = (char)(number >> (8 * i));
}

/* No file can have us take all memory or time. */
static void test_seal_parse_bounds_the_cost(void **state)
{
	static const struct {
		size_t file;
		struct seal_cost cost;
		int r;
	} cases[] = {
		{FIXED_PASSPHRASE, {1, 8}, 0},
		{FIXED_PASSPHRASE, {16, 1024 * 1024}, 0},
		{FIXED_PASSPHRASE, {0, 8}, SEAL_E_COST},
		{FIXED_PASSPHRASE, {17, 8}, SEAL_E_COST},
		{FIXED_PASSPHRASE, {UINT32_MAX, 8}, SEAL_E_COST},
		{FIXED_PASSPHRASE, {1, 7}, SEAL_E_COST},
		{FIXED_PASSPHRASE, {1, 0}, SEAL_E_COST},
		{FIXED_PASSPHRASE, {1, 1024 * 1024 + 1}, SEAL_E_COST},
		{FIXED_PASSPHRASE, {1, UINT32_MAX}, SEAL_E_COST},
		{FIXED_KEY_FILE, {0, 0}, 0},
		{FIXED_KEY_FILE, {1, 0}, SEAL_E_COST},
		{FIXED_KEY_FILE, {0, 8}, SEAL_E_COST},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_(sealed_finish) struct sealed sealed = {0};
		cleanup_(sealed_finish) struct sealed again = {0};
		cleanup_(text_finish) struct text text = {0};

		assert_int_equal(parse(fixed_files[cases[i].file].text, &sealed), 0);
		put_number(&sealed.bytes, 12, cases[i].cost.n_passes);
		put_number(&sealed.bytes, 16, cases[i].cost.memory_kib);
		armour_write(sealed.bytes.data, sealed.bytes.length, &text);
		assert_int_equal(seal_parse(text.data, text.length, &again), cases[i].r);
	}
}

static void test_seal_problem_and_remedy(void **state)
{
	(void)state;
	for (int problem = SEAL_E_FOREIGN; problem <= SEAL_E_CONTENT; problem++) {
		assert_true(strlen(seal_problem(problem)) > 5);
		assert_true(strlen(seal_remedy(problem)) > 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seal_open_fixed_files),
		cmocka_unit_test(test_seal_close_writes_fixed_files),
		cmocka_unit_test(test_seal_open_with_another_secret),
		cmocka_unit_test(test_seal_open_of_every_change_that_is_hidden),
		cmocka_unit_test(test_seal_parse_bounds_the_cost),
		cmocka_unit_test(test_seal_problem_and_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
