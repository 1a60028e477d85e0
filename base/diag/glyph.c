/* SPDX-License-Identifier: MIT */

/*
 * The widths follow wcwidth(3) without its dependence on the locale: combining marks take no
 * column, East Asian wide characters and emoji two (Unicode Standard Annex 11), everything else
 * one.
 */

#include "base/diag/glyph.h"

#include <string.h>

#include "base/text.h"

#define REPLACEMENT "\xef\xbf\xbd"

struct range {
	uint32_t first;
	uint32_t last;
};

// clang-format off

/* Would steer the terminal or reorder the line (bidirectional controls), so that it lies. */
static const struct range unsafe[] = {
	{0x0000, 0x001f}, {0x007f, 0x009f}, {0x061c, 0x061c}, {0x200e, 0x200f}, {0x2028, 0x202e},
	{0x2066, 0x2069}, {0xfff9, 0xfffb}, {0xe0001, 0xe007f},
};

static const struct range combining[] = {
	{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x05bf, 0x05bf}, {0x05c1, 0x05c2},
	{0x05c4, 0x05c5}, {0x05c7, 0x05c7}, {0x0610, 0x061a}, {0x064b, 0x065f}, {0x0670, 0x0670},
	{0x06d6, 0x06dc}, {0x06df, 0x06e4}, {0x06e7, 0x06e8}, {0x06ea, 0x06ed}, {0x0711, 0x0711},
	{0x0730, 0x074a}, {0x0900, 0x0902}, {0x093a, 0x093a}, {0x093c, 0x093c}, {0x0941, 0x0948},
	{0x094d, 0x094d}, {0x0951, 0x0957}, {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},
	{0x1160, 0x11ff}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200d}, {0x2060, 0x2064},
	{0x20d0, 0x20f0}, {0x302a, 0x302d}, {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
	{0xfeff, 0xfeff}, {0xe0100, 0xe01ef},
};

static const struct range wide[] = {
	{0x1100, 0x115f}, {0x231a, 0x231b}, {0x2329, 0x232a}, {0x23e9, 0x23ec}, {0x23f0, 0x23f0},
	{0x23f3, 0x23f3}, {0x25fd, 0x25fe}, {0x2614, 0x2615}, {0x2648, 0x2653}, {0x267f, 0x267f},
	{0x2693, 0x2693}, {0x26a1, 0x26a1}, {0x26aa, 0x26ab}, {0x26bd, 0x26be}, {0x26c4, 0x26c5},
	{0x26ce, 0x26ce}, {0x26d4, 0x26d4}, {0x26ea, 0x26ea}, {0x26f2, 0x26f3}, {0x26f5, 0x26f5},
	{0x26fa, 0x26fa}, {0x26fd, 0x26fd}, {0x2705, 0x2705}, {0x270a, 0x270b}, {0x2728, 0x2728},
	{0x274c, 0x274c}, {0x274e, 0x274e}, {0x2753, 0x2755}, {0x2757, 0x2757}, {0x2795, 0x2797},
	{0x27b0, 0x27b0}, {0x27bf, 0x27bf}, {0x2b1b, 0x2b1c}, {0x2b50, 0x2b50}, {0x2b55, 0x2b55},
	{0x2e80, 0x303e}, {0x3041, 0x4dbf}, {0x4e00, 0xa4cf}, {0xa960, 0xa97f}, {0xac00, 0xd7a3},
	{0xf900, 0xfaff}, {0xfe10, 0xfe19}, {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6},
	{0x16fe0, 0x18aff}, {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf},
	{0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f265}, {0x1f300, 0x1f320},
	{0x1f32d, 0x1f335}, {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca},
	{0x1f3cf, 0x1f3d3}, {0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e},
	{0x1f440, 0x1f440}, {0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f54e},
	{0x1f550, 0x1f567}, {0x1f57a, 0x1f57a}, {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4},
	{0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6d2},
	{0x1f6d5, 0x1f6df}, {0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7eb},
	{0x1f90c, 0x1f93a}, {0x1f93c, 0x1f945}, {0x1f947, 0x1f9ff}, {0x1fa70, 0x1faff},
	{0x20000, 0x3fffd},
};

// clang-format on

#define IN_RANGES(code, ranges) is_in((code), (ranges), sizeof(ranges) / sizeof((ranges)[0]))

/* The ranges are sorted. */
static bool is_in(uint32_t code, const struct range *ranges, size_t n_ranges)
{
	for (size_t i = 0; i < n_ranges && ranges[i].first <= code; i++) {
		if (code <= ranges[i].last)
			return true;
	}
	return false;
}

/* Bytes of the sequence that begins with `lead`, or 0 where none does (RFC 3629 section 4). */
static uint32_t sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2)
		return 0;
	if (lead < 0xe0)
		return 2;
	if (lead < 0xf0)
		return 3;
	return lead < 0xf5 ? 4 : 0;
}

/* Decodes one code point. Returns how many bytes it takes, 0 where the bytes are not UTF-8. */
static uint32_t decode(const char *bytes, size_t length, uint32_t *ret_code)
{
	static const uint32_t smallest[] = {[1] = 0, [2] = 0x80, [3] = 0x800, [4] = 0x10000};
	unsigned char lead = (unsigned char)bytes[0];
	uint32_t n_bytes = sequence_length(lead);
	uint32_t code;

	if (n_bytes == 0 || n_bytes > length)
		return 0;
	code = n_bytes == 1 ? lead : lead & (0x7fU >> n_bytes);
	for (uint32_t i = 1; i < n_bytes; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if ((byte & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (byte & 0x3f);
	}
	if (code < smallest[n_bytes] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return n_bytes;
}

static uint32_t width_of(uint32_t code)
{
	if (code < combining[0].first)
		return 1;
	if (IN_RANGES(code, combining))
		return 0;
	return IN_RANGES(code, wide) ? 2 : 1;
}

struct glyph glyph_at(const char *bytes, size_t length)
{
	struct glyph glyph = {.bytes = bytes, .n_bytes = 1, .width = 1};
	uint32_t code;
	uint32_t n_bytes = decode(bytes, length, &code);

	if (n_bytes == 0)
		return glyph;
	glyph.n_bytes = n_bytes;
	glyph.is_valid = true;
	glyph.is_plain = !IN_RANGES(code, unsafe);
	if (glyph.is_plain)
		glyph.width = width_of(code);
	return glyph;
}

void glyph_append(struct text *out, struct glyph glyph)
{
	if (glyph.is_plain) {
		text_append(out, glyph.bytes, glyph.n_bytes);
	} else {
		text_puts(out, REPLACEMENT);
	}
}

void glyph_append_string(struct text *out, const char *string)
{
	size_t length = strlen(string);

	for (size_t i = 0; i < length;) {
		struct glyph glyph = glyph_at(string + i, length - i);

		glyph_append(out, glyph);
		i += glyph.n_bytes;
	}
}

size_t glyph_string_width(const char *string)
{
	size_t length = strlen(string);
	size_t width = 0;

	for (size_t i = 0; i < length;) {
		struct glyph glyph = glyph_at(string + i, length - i);

		width += glyph.width;
		i += glyph.n_bytes;
	}
	return width;
}
