/* SPDX-License-Identifier: MIT */

/*
 * Scalars that other YAML readers take for the same string: what is no plain word, and what any of
 * them would read as a number, a date, a truth value or nothing, is put in quotes.
 */

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "compiler/edit/edit.h"

/* The types of YAML 1.1 that are words, in any case. */
static bool is_reserved(const char *value)
{
	static const char *const words[] = {"null", "true", "false", "yes", "no",
					    "on",   "off",  "y",     "n"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(value, words[i]) == 0)
			return true;
	}
	return false;
}

/* Integers, also in base 60, floats, dates and times; no IPv4 addresses. */
static bool is_numeric(const char *value)
{
	const char *dot = strchr(value, '.');

	if (value[0] < '0' || value[0] > '9')
		return false;
	if (value[strspn(value, "0123456789abcdefoxtzABCDEFTZ_.:+- ")] != '\0')
		return false;
	return !dot || !strchr(dot + 1, '.') || strchr(value, ':');
}

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80;
}

/* Whether the character is a control, a line break or a mark that nobody would see. */
static bool is_invisible(const char *c)
{
	const unsigned char *byte = (const unsigned char *)c;

	if (byte[0] < 0x20 || byte[0] == 0x7f)
		return true;
	return (byte[0] == 0xc2 && byte[1] >= 0x80 && byte[1] <= 0xa0) ||
	       (byte[0] == 0xe2 && byte[1] == 0x80 && (byte[2] == 0xa8 || byte[2] == 0xa9)) ||
	       (byte[0] == 0xef && byte[1] == 0xbb && byte[2] == 0xbf);
}

static bool is_plain(const char *value)
{
	if (!is_letter_or_digit(value[0]) && !strchr("_/", value[0]))
		return false;
	for (const char *c = value; *c != '\0'; c++) {
		bool is_last = c[1] == '\0';
		if (is_invisible(c))
			return false;
		if (*c == ' ' || *c == ':') {
			if (is_last || c[1] == ' ' || c[1] == ':')
				return false;
		} else if (!is_letter_or_digit(*c) && !strchr("_-./@+=", *c)) {
			return false;
		}
	}
	return !is_reserved(value) && !is_numeric(value);
}

static uint32_t code_point(const char *c, size_t *ret_size)
{
	const unsigned char *byte = (const unsigned char *)c;

	*ret_size = byte[0] < 0x80 ? 1 : byte[0] < 0xe0 ? 2 : 3;
	if (*ret_size == 1)
		return byte[0];
	if (*ret_size == 2)
		return (byte[0] & 0x1fU) << 6 | (byte[1] & 0x3fU);
	return (byte[0] & 0x0fU) << 12 | (byte[1] & 0x3fU) << 6 | (byte[2] & 0x3fU);
}

void edit_write_scalar(struct text *out, const char *value)
{
	if (value[0] != '\0' && is_plain(value)) {
		text_puts(out, value);
		return;
	}
	text_puts(out, "\"");
	while (*value != '\0') {
		size_t size = 1;
		if (is_invisible(value)) {
			text_printf(out, "\\u%04X", code_point(value, &size));
		} else {
			if (*value == '"' || *value == '\\')
				text_puts(out, "\\");
			text_append(out, value, 1);
		}
		value += size;
	}
	text_puts(out, "\"");
}
