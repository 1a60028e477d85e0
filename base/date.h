/* SPDX-License-Identifier: MIT */
#pragma once

/* Date: a day of the Gregorian calendar, as a number that is compared and counted with. */

#include <stdbool.h>
#include <stdint.h>

enum {
	DATE_TEXT = 11, /* "2027-06-30" and the NUL byte */
};

/* Days since 1970-01-01 of a date written as YYYY-MM-DD, years 0001 to 9999. False: it is none. */
bool date_parse(const char *text, int32_t *ret_day);

/* The day, which date_parse() can give, as text. Returns `buffer`. */
const char *date_format(int32_t day, char buffer[static DATE_TEXT]);
