/* SPDX-License-Identifier: MIT */

/*
 * The encoder is qrcodegen: it works in buffers of the caller's, where libqrencode leaves the bytes
 * in its own, freed but not wiped. libpng and the zlib below it take their memory from here.
 *
 * The mask is a fixed one. Trying all eight takes ten times as long as the rest, and is there to
 * break up regular patterns, of which base64 has none.
 */

#include "compiler/emit/qr_code.h"

#include <png.h>
#include <qrcodegen/qrcodegen.h>
#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/secret.h"

enum {
	QUIET_ZONE = 4,          /* modules of white around, as the standard has it */
	PICTURE_SIZE = 640,      /* pixels at most; at least two thirds of it */
	COMPRESSION = 1,         /* half the time of the default; either fills one disk block */
	BYTES_AT_LEVEL_M = 1000, /* up to here damage costs less than density */
};

/* A code, and what it takes to make one. */
struct code {
	struct secret memory;
	const uint8_t *modules;
	int size; /* in modules, with the quiet zone */
};

static void code_finishp(struct code *code)
{
	secret_finish(&code->memory);
}

static int code_make(const char *bytes, size_t size, struct code *ret_code)
{
	enum qrcodegen_Ecc level =
		size <= BYTES_AT_LEVEL_M ? qrcodegen_Ecc_MEDIUM : qrcodegen_Ecc_LOW;
	uint8_t *data;
	uint8_t *modules;

	if (size == 0 || size > QR_MOST_BYTES)
		return QR_E_TOO_LARGE;
	data = (uint8_t *)secret_reserve(&ret_code->memory, 2 * (size_t)qrcodegen_BUFFER_LEN_MAX);
	modules = data + qrcodegen_BUFFER_LEN_MAX;
	memcpy(data, bytes, size);
	if (!qrcodegen_encodeBinary(data, size, modules, level, qrcodegen_VERSION_MIN,
				    qrcodegen_VERSION_MAX, qrcodegen_Mask_3, false))
		return QR_E_TOO_LARGE;
	ret_code->modules = modules;
	ret_code->size = qrcodegen_getSize(modules) + 2 * QUIET_ZONE;
	return 0;
}

/* Outside of the code everything is white. */
static bool is_black(const struct code *code, int x, int y)
{
	return qrcodegen_getModule(code->modules, x - QUIET_ZONE, y - QUIET_ZONE);
}

/* There is nothing to read that could be wrong: what fails is memory. It may not return. */
_Noreturn static void fail(png_structp png, png_const_charp message)
{
	(void)png;
	(void)message;
	memory_exhausted();
}

static void ignore(png_structp png, png_const_charp message)
{
	(void)png;
	(void)message;
}

/* sodium_malloc(3) aligns the end of what it gives out, so sizes are whole units of alignment. */
static png_voidp allocate(png_structp png, png_alloc_size_t size)
{
	size_t unit = _Alignof(max_align_t);

	(void)png;
	return size > SIZE_MAX - unit ? NULL : sodium_malloc((size + unit - 1) / unit * unit);
}

static void release(png_structp png, png_voidp memory)
{
	(void)png;
	sodium_free(memory);
}

static void append(png_structp png, png_bytep bytes, png_size_t size)
{
	secret_append(png_get_io_ptr(png), (const char *)bytes, size);
}

static void flush(png_structp png)
{
	(void)png;
}

/* One row of pixels, a bit each: 1 is white. The row is all black before. */
static void fill_row(const struct code *code, int y, int scale, uint8_t *row)
{
	for (int x = 0; x < code->size; x++) {
		if (is_black(code, x, y))
			continue;
		for (int pixel = x * scale; pixel < (x + 1) * scale; pixel++)
			row[pixel / 8] |= (uint8_t)(128 >> pixel % 8);
	}
}

static void write_rows(png_structp png, const struct code *code, int scale)
{
	size_t row_size = (size_t)(code->size * scale + 7) / 8;
	cleanup_(secret_finish) struct secret memory = {0};
	uint8_t *row = (uint8_t *)secret_reserve(&memory, row_size);

	for (int y = 0; y < code->size; y++) {
		memset(row, 0, row_size);
		fill_row(code, y, scale, row);
		for (int i = 0; i < scale; i++)
			png_write_row(png, row);
	}
}

int qr_write_png(const char *bytes, size_t size, struct secret *out)
{
	cleanup_(code_finish) struct code code = {0};
	int r = code_make(bytes, size, &code);
	png_structp png;
	png_infop info;
	png_uint_32 width;
	int scale;

	if (r != 0)
		return r;
	png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, NULL, fail, ignore, NULL, allocate,
					release);
	info = png == NULL ? NULL : png_create_info_struct(png);
	if (info == NULL)
		memory_exhausted();
	scale = PICTURE_SIZE / code.size;
	width = (png_uint_32)(code.size * scale);
	png_set_write_fn(png, out, append, flush);
	png_set_compression_level(png, COMPRESSION);
	png_set_IHDR(png, info, width, width, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	write_rows(png, &code, scale);
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
	return 0;
}

int qr_write_terminal(const char *bytes, size_t size, struct secret *out)
{
	static const char *const halves[2][2] = {{"\u2588", "\u2580"}, {"\u2584", " "}};
	static const char begin[] = "\033[40;37;1m";
	static const char end[] = "\033[0m\n";
	cleanup_(code_finish) struct code code = {0};
	int r = code_make(bytes, size, &code);

	if (r != 0)
		return r;
	for (int y = 0; y < code.size; y += 2) {
		secret_append(out, begin, strlen(begin));
		for (int x = 0; x < code.size; x++) {
			const char *half = halves[is_black(&code, x, y)][is_black(&code, x, y + 1)];

			secret_append(out, half, strlen(half));
		}
		secret_append(out, end, strlen(end));
	}
	return 0;
}
