/* SPDX-License-Identifier: MIT */

/* Encoding: what bytes may stand in a topology, and where a wrong one is pointed at. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/unit/compiler/parse/reading.h"

struct row {
	const char *bytes;
	size_t length;
	const char *expected; /* "": nothing is wrong */
};

#define ROW(literal, expected)                                                                     \
	{                                                                                          \
		(literal), sizeof(literal) - 1, (expected)                                         \
	}

static void check_rows(const struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		struct reading reading = reading_create(rows[i].bytes, rows[i].length);
		struct text shown = {0};
		reading_show_findings(&reading, &shown);
		assert_string_equal(shown.data ? shown.data : "", rows[i].expected);
		text_finish(&shown);
		reading_finish(&reading);
	}
}

static void test_encoding_utf8(void **state)
{
	static const struct row rows[] = {
		ROW("a: \xc2\xa0\xdf\xbf", ""),
		ROW("a: \xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd", ""),
		ROW("a: \xf0\x90\x80\x80\xf4\x8f\xbf\xbf", ""),
		/* a continuation without a start, and starts without a continuation */
		ROW("\x80: b", "yaml-encoding 1:1 '\x80'\n"),
		ROW("a: \xc3", "yaml-encoding 1:4 '\xc3'\n"),
		ROW("a: \xc3z", "yaml-encoding 1:4 '\xc3'\n"),
		ROW("a: \xe2\x82", "yaml-encoding 1:4 '\xe2'\n"),
		ROW("a: \xf0\x9f\x98z", "yaml-encoding 1:4 '\xf0'\n"),
		/* overlong, surrogate, beyond U+10FFFF */
		ROW("a: \xc0\xaf", "yaml-encoding 1:4 '\xc0'\n"),
		ROW("a: \xe0\x9f\xbf", "yaml-encoding 1:4 '\xe0'\n"),
		ROW("a: \xed\xa0\x80", "yaml-encoding 1:4 '\xed'\n"),
		ROW("a: \xf0\x8f\xbf\xbf", "yaml-encoding 1:4 '\xf0'\n"),
		ROW("a: \xf4\x90\x80\x80", "yaml-encoding 1:4 '\xf4'\n"),
		ROW("a: \xf5\x80\x80\x80", "yaml-encoding 1:4 '\xf5'\n"),
		/* behind characters of several bytes, and on a later line */
		ROW("\xe5\x90\x8d: 1\nb\xc3\xa9: \xff\n", "yaml-encoding 2:5 '\xff'\n"),
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_encoding_controls(void **state)
{
	static const struct row rows[] = {
		ROW("a: b\t\r\n", ""),
		ROW("a: \xc2\x85 b", ""),
		ROW("a: b\x01", "yaml-encoding 1:5 '\x01'\n"),
		ROW("a: \x1b[0m", "yaml-encoding 1:4 '\x1b'\n"),
		ROW("a: \x7f", "yaml-encoding 1:4 '\x7f'\n"),
		ROW("a: \xc2\x9f", "yaml-encoding 1:4 '\xc2\x9f'\n"),
		ROW("a: \xef\xbf\xbe", "yaml-encoding 1:4 '\xef\xbf\xbe'\n"),
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_encoding_marks(void **state)
{
	static const struct row rows[] = {
		ROW("\xef\xbb\xbf"
		    "a: 1\n",
		    "yaml-encoding 1:1 '\xef\xbb\xbf'\n"),
		ROW("\xef\xbb\xbf"
		    "a: 1\na: 2\n",
		    "yaml-encoding 1:1 '\xef\xbb\xbf'\n"
		    "yaml-duplicate-key 2:1 'a'\n"),
		ROW("a: \xef\xbb\xbf", "yaml-encoding 1:4 '\xef\xbb\xbf'\n"),
		ROW("\xff\xfe"
		    "a\0",
		    "yaml-encoding 1:1 '\xff\xfe'\n"),
		ROW("\xfe\xff"
		    "\0a",
		    "yaml-encoding 1:1 '\xfe\xff'\n"),
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_encoding_nul(void **state)
{
	static const char expected[] = "yaml-encoding 1:4 '";
	struct reading reading = reading_create("a: \0b\n\0", 7);
	struct text shown = {0};

	(void)state;
	reading_show_findings(&reading, &shown);
	assert_memory_equal(shown.data, expected, strlen(expected));
	assert_int_equal(reading.diags.n_errors, 1);
	assert_int_equal(reading.diags.items.items[0]->notes.n_items, 1);
	assert_null(reading.root);
	text_finish(&shown);
	reading_finish(&reading);
}

static void test_encoding_escaped_nul(void **state)
{
	static const struct row rows[] = {
		ROW("a: \"x\\0y\"\n", "yaml-encoding 1:4 '\"x\\0y\"'\n"),
		ROW("a: 'x\\0y'\n", ""),
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* Each kind of fault is one finding, however often it occurs. */
static void test_encoding_counts(void **state)
{
	static const struct row rows[] = {
		ROW("\xff\xff\xff\x01\x01", "yaml-encoding 1:1 '\xff'\nyaml-encoding 1:4 '\x01'\n"),
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encoding_utf8),
		cmocka_unit_test(test_encoding_controls),
		cmocka_unit_test(test_encoding_marks),
		cmocka_unit_test(test_encoding_nul),
		cmocka_unit_test(test_encoding_escaped_nul),
		cmocka_unit_test(test_encoding_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
