/* SPDX-License-Identifier: MIT */
#pragma once

/* Glyph: one code point of a user's text, made safe to print on a terminal. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

struct glyph {
	const char *bytes;
	uint32_t n_bytes;
	uint32_t width; /* columns on a terminal: 0, 1 or 2 */
	bool is_valid;  /* false: a byte that is not UTF-8 */
	bool is_plain;  /* false: has to be shown as the replacement character */
};

/* The glyph at the start of the `length` bytes, of which there is at least one. */
struct glyph glyph_at(const char *bytes, size_t length);

/* Appends the glyph, or the replacement character where it is not plain. */
void glyph_append(struct text *out, struct glyph glyph);

/* Appends the string glyph by glyph. */
void glyph_append_string(struct text *out, const char *string);

/* Columns that the string takes when it is shown. */
size_t glyph_string_width(const char *string);
