/* SPDX-License-Identifier: MIT */

/* JSON text, piece by piece. */

#include "base/json.h"

#include "base/text.h"

void json_append_string(struct text *out, const char *string)
{
	text_puts(out, "\"");
	for (const char *c = string; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\') {
			text_printf(out, "\\%c", *c);
		} else if ((unsigned char)*c < 0x20) {
			text_printf(out, "\\u%04x", (unsigned int)*c);
		} else {
			text_append(out, c, 1);
		}
	}
	text_puts(out, "\"");
}
