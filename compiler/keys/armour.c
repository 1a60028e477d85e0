/* SPDX-License-Identifier: MIT */

/*
 * Written by the line, read as a whole: what was read is written again and has to be the same text.
 * So line breaks, blanks and unused bits need no rules of their own.
 */

#include "compiler/keys/armour.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "compiler/keys/problem.h"

enum {
	CHECKSUM_SIZE = 16,
	LINE_SIZE = 48, /* 64 characters of base64 */
	LINE_TEXT = sodium_base64_ENCODED_LEN(LINE_SIZE, sodium_base64_VARIANT_ORIGINAL),
};

static const char first_line[] = "-----BEGIN WGTOPO KEYSTORE-----\n";
static const char last_line[] = "-----END WGTOPO KEYSTORE-----\n";

static void checksum(const char *bytes, size_t size, char ret_sum[static CHECKSUM_SIZE])
{
	(void)crypto_generichash((uint8_t *)ret_sum, CHECKSUM_SIZE, (const uint8_t *)bytes, size,
				 NULL, 0); /* fails for sizes out of range only */
}

/* Bytes that have their checksum already. */
static void write_lines(const char *bytes, size_t size, struct text *out)
{
	text_puts(out, first_line);
	for (size_t i = 0; i < size; i += LINE_SIZE) {
		size_t length = size - i < LINE_SIZE ? size - i : LINE_SIZE;
		char line[LINE_TEXT];

		(void)sodium_bin2base64(line, sizeof(line), (const uint8_t *)bytes + i, length,
					sodium_base64_VARIANT_ORIGINAL);
		text_join(out, line, "\n");
	}
	text_puts(out, last_line);
}

void armour_write(const char *bytes, size_t size, struct text *out)
{
	cleanup_(text_finish) struct text all = {0};
	char sum[CHECKSUM_SIZE];

	checksum(bytes, size, sum);
	text_append(&all, bytes, size);
	text_append(&all, sum, sizeof(sum));
	write_lines(all.data, all.length, out);
}

static bool is_as_written(const struct text *bytes, const char *text, size_t size)
{
	cleanup_(text_finish) struct text again = {0};

	write_lines(bytes->data, bytes->length, &again);
	return again.length == size && memcmp(again.data, text, size) == 0;
}

/* Decodes what is between the lines, up to the first byte that is no base64. */
static bool decode(const char *text, size_t size, struct text *ret_bytes)
{
	size_t skipped = sizeof(first_line) - 1;
	size_t length = 0;

	text_clear(ret_bytes);
	(void)text_reserve(ret_bytes, size); /* base64 is longer than what it stands for */
	if (sodium_base642bin((uint8_t *)ret_bytes->data, size, text + skipped, size - skipped,
			      "\n", &length, &(const char *){NULL},
			      sodium_base64_VARIANT_ORIGINAL) != 0)
		return false;
	ret_bytes->length = length;
	return true;
}

static int read_whole(const char *text, size_t size, struct text *ret_bytes)
{
	char sum[CHECKSUM_SIZE];

	if (size < sizeof(first_line) - 1 || memcmp(text, first_line, sizeof(first_line) - 1) != 0)
		return SEAL_E_FOREIGN;
	if (!decode(text, size, ret_bytes) || ret_bytes->length < CHECKSUM_SIZE ||
	    !is_as_written(ret_bytes, text, size))
		return SEAL_E_DAMAGED;
	ret_bytes->length -= CHECKSUM_SIZE;
	checksum(ret_bytes->data, ret_bytes->length, sum);
	if (memcmp(sum, ret_bytes->data + ret_bytes->length, CHECKSUM_SIZE) != 0)
		return SEAL_E_DAMAGED;
	return 0;
}

static bool has_line_that_begins(const char *text, size_t size, const char *begin)
{
	size_t length = strlen(begin);

	for (const char *line = text; line != NULL;) {
		size_t rest = size - (size_t)(line - text);

		if (rest >= length && memcmp(line, begin, length) == 0)
			return true;
		line = memchr(line, '\n', rest);
		line = line == NULL ? NULL : line + 1;
	}
	return false;
}

/* Whether it is whole once no line ends in a carriage return, as git's autocrlf would have it. */
static bool is_whole_with_our_line_ends(const char *text, size_t size)
{
	cleanup_(text_finish) struct text ours = {0};
	cleanup_(text_finish) struct text bytes = {0};

	if (memchr(text, '\r', size) == NULL)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] != '\r' || i + 1 == size || text[i + 1] != '\n')
			text_append(&ours, text + i, 1);
	}
	return read_whole(ours.data, ours.length, &bytes) == 0;
}

int armour_read(const char *text, size_t size, struct text *ret_bytes)
{
	int r;

	if (size == 0)
		return SEAL_E_EMPTY;
	r = read_whole(text, size, ret_bytes);
	if (r == 0)
		return 0;
	if (is_whole_with_our_line_ends(text, size))
		return SEAL_E_LINE_ENDS;
	if (has_line_that_begins(text, size, "<<<<<<< ") ||
	    has_line_that_begins(text, size, ">>>>>>> "))
		return SEAL_E_CONFLICT;
	return r;
}
