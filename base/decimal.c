/* SPDX-License-Identifier: MIT */

/* Decimal numbers. */

#include "base/decimal.h"

#include <string.h>

char *decimal_write(uint64_t number, char buffer[static DECIMAL_TEXT])
{
	char digits[DECIMAL_TEXT];
	size_t begin = sizeof(digits);

	do {
		digits[--begin] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	memcpy(buffer, digits + begin, sizeof(digits) - begin);
	buffer[sizeof(digits) - begin] = '\0';
	return buffer + (sizeof(digits) - begin);
}
