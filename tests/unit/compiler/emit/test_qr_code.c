/* SPDX-License-Identifier: MIT */

/* QR codes: how much goes in, and what comes out. That readers read it is tests/foreign's. */

#include "compiler/emit/qr_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"

static char bytes[QR_MOST_BYTES + 1];

static void test_png_by_size(void **state)
{
	static const struct {
		size_t size;
		int result;
		unsigned int modules; /* with the quiet zone */
	} rows[] = {
		{0, QR_E_TOO_LARGE, 0},  {1, 0, 29},
		{1000, 0, 129}, /* version 26, the smallest of level M */
		{1001, 0, 113}, /* version 22: level L holds more */
		{QR_MOST_BYTES, 0, 185}, {QR_MOST_BYTES + 1, QR_E_TOO_LARGE, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_(secret_finish) struct secret png = {0};
		const uint8_t *header;
		unsigned int width;

		memset(bytes, 'k', sizeof(bytes));
		assert_int_equal(qr_write_png(bytes, rows[i].size, &png), rows[i].result);
		if (rows[i].result != 0) {
			assert_int_equal(png.length, 0);
			continue;
		}
		/* the signature; width and height of IHDR; 1 bit of grey (PNG, 11.2.1) */
		header = (const uint8_t *)png.data;
		assert_memory_equal(header, "\x89PNG\r\n\x1a\n", 8);
		width = (unsigned int)(header[18] << 8 | header[19]);
		assert_memory_equal(header + 16, header + 20, 4);
		assert_memory_equal(header + 24, "\1\0\0\0\0", 5);
		assert_true(width >= 400 && width <= 800);
		assert_int_equal(width % rows[i].modules, 0);
	}
}

static void test_png_appends(void **state)
{
	cleanup_(secret_finish) struct secret one = {0};
	cleanup_(secret_finish) struct secret two = {0};

	(void)state;
	secret_append(&two, "before", 6);
	assert_int_equal(qr_write_png("text", 4, &one), 0);
	assert_int_equal(qr_write_png("text", 4, &two), 0);
	assert_int_equal(two.length, 6 + one.length);
	assert_memory_equal(two.data + 6, one.data, one.length);
}

/* Lines of one length, the first two and the last two white, an even number of rows for an odd one.
 */
static void test_terminal(void **state)
{
	cleanup_(secret_finish) struct secret out = {0};
	char *rest;
	char *line;
	size_t n_lines = 0;
	size_t n_white = 0;

	(void)state;
	assert_int_equal(qr_write_terminal("text", 4, &out), 0);
	assert_int_equal(out.data[out.length - 1], '\n');
	rest = out.data;
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		const char *at = line;
		size_t n_columns = 0;
		size_t n_full = 0;

		assert_memory_equal(at, "\033[40;37;1m", 10);
		for (at += 10; strncmp(at, "\033[0m", 4) != 0; n_columns++) {
			n_full += strncmp(at, "\u2588", 3) == 0;
			at += *at == ' ' ? 1 : 3;
		}
		assert_int_equal(n_columns, 29);
		n_white += n_full == n_columns;
		n_lines++;
	}
	assert_int_equal(n_lines, 15);
	assert_int_equal(n_white, 4);
	assert_int_equal(qr_write_terminal(bytes, sizeof(bytes), &out), QR_E_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_png_by_size),
		cmocka_unit_test(test_png_appends),
		cmocka_unit_test(test_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
