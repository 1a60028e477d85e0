/* SPDX-License-Identifier: MIT */

/* Text: grows, stays NUL-terminated, and is empty again when it is told to be. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void test_text_append_any_bytes(void **state)
{
	cleanup_(text_finish) struct text text = {0};

	(void)state;
	text_append(&text, "a\0b", 3);
	text_append(&text, NULL, 0);
	text_puts(&text, "cd");
	assert_int_equal(text.length, 5);
	assert_memory_equal(text.data, "a\0bcd", 6);
}

static void test_text_append_nothing_is_an_empty_string(void **state)
{
	cleanup_(text_finish) struct text text = {0};

	(void)state;
	text_append(&text, NULL, 0);
	assert_string_equal(text.data, "");
	assert_int_equal(text.length, 0);
}

/* One byte at a time over every growth; the terminator never lies outside the buffer. */
static void test_text_append_grows(void **state)
{
	cleanup_(text_finish) struct text text = {0};

	(void)state;
	for (size_t i = 0; i < 70000; i++) {
		text_append(&text, &"0123456789"[i % 10], 1);
		assert_true(text.length < text.capacity);
	}
	assert_int_equal(strlen(text.data), 70000);
	for (size_t i = 0; i < 70000; i++)
		assert_int_equal(text.data[i], '0' + (int)(i % 10));
}

static void test_text_reserve_keeps_the_length(void **state)
{
	cleanup_(text_finish) struct text text = {0};
	char *end;

	(void)state;
	text_puts(&text, "abc");
	end = text_reserve(&text, 100000);
	assert_ptr_equal(end, text.data + 3);
	assert_int_equal(text.length, 3);
	assert_true(text.capacity > 100003);
	assert_string_equal(text.data, "abc");
}

static void test_text_printf_short_and_long(void **state)
{
	cleanup_(text_finish) struct text text = {0};

	(void)state;
	text_printf(&text, "[%s]:%u", "2001:db8::1", 51820U);
	assert_string_equal(text.data, "[2001:db8::1]:51820");
	text_clear(&text);
	for (int width = 200; width < 300; width++) { /* around the size of its first buffer */
		size_t before = text.length;

		text_printf(&text, "%*d", width, 7);
		assert_int_equal(text.length, before + (size_t)width);
		assert_int_equal(text.data[text.length - 1], '7');
		assert_int_equal(text.data[text.length], '\0');
	}
}

static void test_text_clear_keeps_the_memory(void **state)
{
	cleanup_(text_finish) struct text text = {0};
	const char *data;

	(void)state;
	text_clear(&text); /* of nothing */
	assert_null(text.data);
	text_puts(&text, "abc");
	data = text.data;
	text_clear(&text);
	assert_int_equal(text.length, 0);
	assert_ptr_equal(text.data, data);
	assert_string_equal(text.data, "");
}

static void test_text_finish_leaves_an_empty_text(void **state)
{
	struct text text = {0};

	(void)state;
	text_finish(&text);
	text_puts(&text, "abc");
	text_finish(&text);
	assert_null(text.data);
	assert_int_equal(text.length + text.capacity, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_append_any_bytes),
		cmocka_unit_test(test_text_append_nothing_is_an_empty_string),
		cmocka_unit_test(test_text_append_grows),
		cmocka_unit_test(test_text_reserve_keeps_the_length),
		cmocka_unit_test(test_text_printf_short_and_long),
		cmocka_unit_test(test_text_clear_keeps_the_memory),
		cmocka_unit_test(test_text_finish_leaves_an_empty_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
