/* SPDX-License-Identifier: MIT */

/* Years are counted from March, so that the day that comes and goes is a year's last. */

#include "base/date.h"

#include <stdio.h>

enum {
	FROM_YEAR_ZERO = 719468, /* days from 0000-03-01 to 1970-01-01 */
	DAYS_OF_400_YEARS = 146097,
};

static bool is_leap(int32_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int32_t days_of_month(int32_t year, int32_t month)
{
	static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* The digits [begin, end) of a text in which all of them are digits. */
static int32_t number_at(const char *text, int begin, int end)
{
	int32_t number = 0;

	for (int i = begin; i < end; i++)
		number = number * 10 + (text[i] - '0');
	return number;
}

static int32_t day_of(int32_t year, int32_t month, int32_t day)
{
	int32_t from_march = (month + 9) % 12;
	int32_t years = year - (month < 3);

	/* 153 days in the five months from March, and again from August */
	return years * 365 + years / 4 - years / 100 + years / 400 + (153 * from_march + 2) / 5 +
	       day - 1 - FROM_YEAR_ZERO;
}

bool date_parse(const char *text, int32_t *ret_day)
{
	static const char shape[] = "dddd-dd-dd";
	int32_t year;
	int32_t month;
	int32_t day;

	for (size_t i = 0; i < sizeof(shape); i++) {
		bool is_digit = text[i] >= '0' && text[i] <= '9';

		if (shape[i] == 'd' ? !is_digit : text[i] != shape[i])
			return false;
	}
	year = number_at(text, 0, 4);
	month = number_at(text, 5, 7);
	day = number_at(text, 8, 10);
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month))
		return false;
	*ret_day = day_of(year, month, day);
	return true;
}

const char *date_format(int32_t day, char buffer[static DATE_TEXT])
{
	/* of the years of 400 that are as long as each other: at most two too early */
	int32_t year = (int32_t)((int64_t)(day + FROM_YEAR_ZERO) * 400 / DAYS_OF_400_YEARS) - 1;
	int32_t month = 1;

	while (day >= day_of(year + 1, 1, 1))
		year++;
	while (month < 12 && day >= day_of(year, month + 1, 1))
		month++;
	(void)snprintf(buffer, DATE_TEXT, "%04u-%02u-%02u", (unsigned int)year % 10000U,
		       (unsigned int)month % 100U,
		       (unsigned int)(day - day_of(year, month, 1) + 1) % 100U);
	return buffer;
}
