/* SPDX-License-Identifier: MIT */
#pragma once

/* Numbers as text without stdio, which costs two thousand instructions a call. */

#include <stdint.h>

enum {
	DECIMAL_TEXT = 21, /* longest text of a number, with its NUL byte */
};

/* Writes the number and a NUL byte to `buffer`. Returns where the NUL byte is. */
char *decimal_write(uint64_t number, char buffer[static DECIMAL_TEXT]);
