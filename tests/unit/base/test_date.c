/* SPDX-License-Identifier: MIT */

/* Dates: every day of the calendar there and back, and against the C library's own. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/date.h"

static void test_date_parse(void **state)
{
	static const struct {
		const char *text;
		int32_t day;
	} rows[] = {
		{"1970-01-01", 0},       {"1970-01-02", 1},       {"1969-12-31", -1},
		{"2000-02-29", 11016},   {"2000-03-01", 11017},   {"2026-11-21", 20778},
		{"0001-01-01", -719162}, {"9999-12-31", 2932896},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int32_t day = INT32_MAX;

		assert_true(date_parse(rows[i].text, &day));
		assert_int_equal(day, rows[i].day);
	}
}

static void test_date_parse_refuses(void **state)
{
	static const char *const rows[] = {
		"",
		"2027",
		"2027-6-30",
		"2027-06-3",
		"2027-06-300",
		"2027-06-3x",
		"2027/06/30",
		"30-06-2027",
		" 2027-06-30",
		"2027-06-30 ",
		"2027-00-10",
		"2027-13-10",
		"2027-01-00",
		"2027-01-32",
		"2027-04-31",
		"2027-02-29",
		"2100-02-29",
		"2024-02-30",
		"0000-01-01",
		"+027-01-01",
		"2027-06-30T00:00:00",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int32_t day = 7;

		if (date_parse(rows[i], &day))
			fail_msg("%s is taken for a date", rows[i]);
		assert_int_equal(day, 7);
	}
}

/* Each day follows the one before, in its text as well. */
static void test_date_format_every_day(void **state)
{
	char before[DATE_TEXT] = "";
	int32_t first;
	int32_t last;

	(void)state;
	assert_true(date_parse("0001-01-01", &first));
	assert_true(date_parse("9999-12-31", &last));
	for (int32_t day = first; day <= last; day++) {
		char text[DATE_TEXT];
		int32_t again = 0;

		assert_ptr_equal(date_format(day, text), text);
		if (!date_parse(text, &again) || again != day || strcmp(before, text) >= 0)
			fail_msg("day %d is '%s'", (int)day, text);
		memcpy(before, text, sizeof(text));
	}
}

static void test_date_format_as_the_library(void **state)
{
	(void)state;
	for (int32_t day = -700000; day < 2900000; day += 97) {
		time_t seconds = (time_t)day * 86400;
		char expected[32];
		char text[DATE_TEXT];
		struct tm parts;

		assert_non_null(gmtime_r(&seconds, &parts));
		assert_true(strftime(expected, sizeof(expected), "%F", &parts) > 0);
		if (parts.tm_year + 1900 < 1000)
			continue; /* %F writes such a year without zeros */
		assert_string_equal(date_format(day, text), expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_date_parse),
		cmocka_unit_test(test_date_parse_refuses),
		cmocka_unit_test(test_date_format_every_day),
		cmocka_unit_test(test_date_format_as_the_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
