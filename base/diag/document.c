/* SPDX-License-Identifier: MIT */

/* What the renderers that write JSON have in common. */

#include "base/diag/document.h"

#include <string.h>

#include "base/diag/glyph.h"
#include "base/memory.h"
#include "base/text.h"

void document_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		memory_exhausted();
}

void document_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		memory_exhausted();
}

json_t *document_string(const char *string)
{
	cleanup_(text_finish) struct text clean = {0};
	size_t length;

	if (string == NULL)
		return json_null();
	length = strlen(string);
	text_append(&clean, "", 0);
	for (size_t i = 0; i < length;) {
		struct glyph glyph = glyph_at(string + i, length - i);

		glyph.is_plain = glyph.is_valid; /* control characters are escaped by JSON */
		glyph_append(&clean, glyph);
		i += glyph.n_bytes;
	}
	return json_stringn(clean.data, clean.length);
}

static int write_to_text(const char *bytes, size_t size, void *userdata)
{
	text_append(userdata, bytes, size);
	return 0;
}

void document_write(json_t *document, struct text *out)
{
	if (json_dump_callback(document, write_to_text, out, JSON_INDENT(2)) < 0)
		memory_exhausted();
	text_puts(out, "\n");
	json_decref(document);
}
