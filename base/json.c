/* SPDX-License-Identifier: MIT */

/* JSON text, piece by piece. */

#include "base/json.h"

#include "base/text.h"

/* Bytes up to the first that has to be escaped. */
static size_t plain_length(const char *string)
{
	const unsigned char *c = (const unsigned char *)string;

	while (*c >= 0x20 && *c != '"' && *c != '\\')
		c++;
	return (size_t)(c - (const unsigned char *)string);
}

void json_append_string(struct text *out, const char *string)
{
	text_puts(out, "\"");
	for (const char *rest = string; *rest != '\0';) {
		size_t plain = plain_length(rest);

		text_append(out, rest, plain);
		rest += plain;
		if (*rest == '"' || *rest == '\\') {
			text_printf(out, "\\%c", *rest++);
		} else if (*rest != '\0') {
			text_printf(out, "\\u%04x", (unsigned int)*rest++);
		}
	}
	text_puts(out, "\"");
}

void json_append_member(struct text *out, const char *separator, const char *name,
			const char *value)
{
	text_join(out, separator, "\"", name, "\": ");
	if (value == NULL) {
		text_puts(out, "null");
	} else {
		json_append_string(out, value);
	}
}
