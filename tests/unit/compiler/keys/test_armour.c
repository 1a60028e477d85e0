/* SPDX-License-Identifier: MIT */

/* Armour: one text for any bytes, and no other text is taken for it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "compiler/keys/armour.h"
#include "compiler/keys/problem.h"

enum {
	FIRST_LINE = 32, /* how long it is, with its break */
};

/* The armour of `size` bytes that are all different in turn. */
static void write_some(size_t size, struct text *ret_bytes, struct text *ret_armour)
{
	text_clear(ret_bytes);
	text_clear(ret_armour);
	for (size_t i = 0; i < size; i++)
		text_append(ret_bytes, &(char){(char)(i * 37)}, 1);
	armour_write(ret_bytes->data, size, ret_armour);
}

static void test_armour_read_gives_what_was_written(void **state)
{
	cleanup_(text_finish) struct text bytes = {0};
	cleanup_(text_finish) struct text armour = {0};
	cleanup_(text_finish) struct text back = {0};

	(void)state;
	for (size_t size = 0; size < 300; size++) {
		write_some(size, &bytes, &armour);
		assert_int_equal(armour_read(armour.data, armour.length, &back), 0);
		assert_int_equal(back.length, size);
		assert_memory_equal(back.data, bytes.data == NULL ? "" : bytes.data, size);
	}
}

static void test_armour_read_of_every_truncation(void **state)
{
	cleanup_(text_finish) struct text bytes = {0};
	cleanup_(text_finish) struct text armour = {0};
	cleanup_(text_finish) struct text back = {0};

	(void)state;
	write_some(150, &bytes, &armour);
	assert_int_equal(armour_read(armour.data, 0, &back), SEAL_E_EMPTY);
	for (size_t size = 1; size < armour.length; size++)
		assert_int_equal(armour_read(armour.data, size, &back),
				 size < FIRST_LINE ? SEAL_E_FOREIGN : SEAL_E_DAMAGED);
}

static void test_armour_read_of_every_flipped_bit(void **state)
{
	cleanup_(text_finish) struct text bytes = {0};
	cleanup_(text_finish) struct text armour = {0};
	cleanup_(text_finish) struct text back = {0};

	(void)state;
	write_some(150, &bytes, &armour);
	for (size_t bit = 0; bit < 8 * armour.length; bit++) {
		armour.data[bit / 8] ^= (char)(1 << (bit % 8));
		assert_int_equal(armour_read(armour.data, armour.length, &back),
				 bit / 8 < FIRST_LINE ? SEAL_E_FOREIGN : SEAL_E_DAMAGED);
		armour.data[bit / 8] ^= (char)(1 << (bit % 8));
	}
	assert_int_equal(armour_read(armour.data, armour.length, &back), 0);
}

/* The armour of nothing, by Python: hashlib.blake2b(b"", digest_size=16). */
#define BEGIN "-----BEGIN WGTOPO KEYSTORE-----\n"
#define END   "-----END WGTOPO KEYSTORE-----\n"
/* The same, as git with autocrlf gives it to Windows. */
#define BEGIN_CRLF "-----BEGIN WGTOPO KEYSTORE-----\r\n"
#define END_CRLF   "-----END WGTOPO KEYSTORE-----\r\n"
#define EMPTY      "yuZpQdnvvUBOTYh1jqZ2cA=="

static void test_armour_read_takes_one_spelling(void **state)
{
	static const struct {
		const char *text;
		int r;
	} cases[] = {
		{BEGIN "@\n" END, 0},
		{"", SEAL_E_EMPTY},
		{"\n", SEAL_E_FOREIGN},
		{"[Interface]\n", SEAL_E_FOREIGN},
		{"\n" BEGIN "@\n" END, SEAL_E_FOREIGN},
		{BEGIN "@" END, SEAL_E_DAMAGED},
		{BEGIN "@\n\n" END, SEAL_E_DAMAGED},
		{BEGIN "\n@\n" END, SEAL_E_DAMAGED},
		{BEGIN "@ \n" END, SEAL_E_DAMAGED},
		{BEGIN_CRLF "@\r\n" END_CRLF, SEAL_E_LINE_ENDS},
		{BEGIN_CRLF "@\r\n" END, SEAL_E_LINE_ENDS},
		{BEGIN "@\r\n" END, SEAL_E_LINE_ENDS},
		{BEGIN_CRLF "@\r\n", SEAL_E_FOREIGN},
		{BEGIN "@\r" END, SEAL_E_DAMAGED},
		{BEGIN "@\n" END "\r", SEAL_E_DAMAGED},
		{BEGIN "@\r\r\n" END, SEAL_E_DAMAGED},
		{BEGIN "A@\r\n" END, SEAL_E_DAMAGED},
		{BEGIN "@\n" END "\n", SEAL_E_DAMAGED},
		{BEGIN "@\n" END "x", SEAL_E_DAMAGED},
		{BEGIN "@\n", SEAL_E_DAMAGED},
		{BEGIN END, SEAL_E_DAMAGED},
		{BEGIN, SEAL_E_DAMAGED},
		{BEGIN "@\n@\n" END, SEAL_E_DAMAGED},
		{BEGIN "<<<<<<< HEAD\n@\n=======\n@\n>>>>>>> b\n" END, SEAL_E_CONFLICT},
		{BEGIN_CRLF "<<<<<<< HEAD\r\n@\r\n=======\r\n" END_CRLF, SEAL_E_CONFLICT},
		{BEGIN "@\n" END ">>>>>>> b", SEAL_E_CONFLICT},
		{"<<<<<<< HEAD\n" BEGIN "@\n" END, SEAL_E_CONFLICT},
		{BEGIN "@\n <<<<<<< HEAD\n" END, SEAL_E_DAMAGED},
		{BEGIN "@\n=======\n" END, SEAL_E_DAMAGED},
		{BEGIN "@\n" END "<<<<<<<", SEAL_E_DAMAGED},
	};
	cleanup_(text_finish) struct text text = {0};
	cleanup_(text_finish) struct text back = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_clear(&text);
		text_puts(&text, "");
		for (const char *c = cases[i].text; *c != '\0'; c++) {
			if (*c == '@') {
				text_puts(&text, EMPTY);
			} else {
				text_append(&text, c, 1);
			}
		}
		if (armour_read(text.data, text.length, &back) != cases[i].r)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_armour_read_gives_what_was_written),
		cmocka_unit_test(test_armour_read_of_every_truncation),
		cmocka_unit_test(test_armour_read_of_every_flipped_bit),
		cmocka_unit_test(test_armour_read_takes_one_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
