/* SPDX-License-Identifier: MIT */

/*
 * Diagnostics as one JSON document. Every object has every key, in the same order; what is not
 * there is null. A JSON text is UTF-8 (RFC 8259 section 8.1), so bytes that are not are replaced.
 */

#include <jansson.h>
#include <string.h>

#include "base/diag/diag.h"
#include "base/diag/glyph.h"
#include "base/memory.h"
#include "base/text.h"

static const char *const severity_names[] = {
	[DIAG_ERROR] = "error",
	[DIAG_WARNING] = "warning",
};

/* Takes over `value`. NULL, for want of memory, is found here once for all. */
static void set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		memory_exhausted();
}

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		memory_exhausted();
}

static json_t *make_string(const char *string)
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

static json_t *make_number(bool is_given, size_t number)
{
	return is_given ? json_integer((json_int_t)number) : json_null();
}

/* Sets where the span is. The end is the position behind its last character. */
static void set_place(json_t *object, struct span span)
{
	bool is_given = span_is_given(span);
	struct position begin = {0};
	struct position end = {0};

	if (is_given) {
		begin = source_position(span.source, span.begin);
		end = source_position(span.source, span.end);
	}
	set(object, "file", make_string(is_given ? span.source->path : NULL));
	set(object, "line", make_number(is_given, begin.line));
	set(object, "column", make_number(is_given, begin.column));
	set(object, "end_line", make_number(is_given, end.line));
	set(object, "end_column", make_number(is_given, end.column));
}

static json_t *make_related(const struct diag *diag)
{
	json_t *array = json_array();

	vec_foreach(label, &diag->related) {
		json_t *object = json_object();

		set_place(object, label->span);
		set(object, "message", make_string(label->message));
		append(array, object);
	}
	return array;
}

static json_t *make_notes(const struct diag *diag)
{
	json_t *array = json_array();

	vec_foreach(note, &diag->notes) {
		append(array, make_string(*note));
	}
	return array;
}

static json_t *make_diag(const struct diag *diag)
{
	json_t *object = json_object();

	set(object, "rule", json_string(diag_rules[diag->rule].slug));
	set(object, "severity", json_string(severity_names[diag->severity]));
	set_place(object, diag->span);
	set(object, "message", make_string(diag->message));
	set(object, "related", make_related(diag));
	set(object, "notes", make_notes(diag));
	set(object, "help", make_string(diag->help));
	return object;
}

static int write_to_text(const char *bytes, size_t size, void *userdata)
{
	text_append(userdata, bytes, size);
	return 0;
}

void diag_render_json(const struct diag_bag *bag, struct text *out)
{
	json_t *document = json_object();
	json_t *diagnostics = json_array();

	vec_foreach(item, &bag->items) {
		append(diagnostics, make_diag(*item));
	}
	set(document, "diagnostics", diagnostics);
	set(document, "errors", json_integer((json_int_t)bag->n_errors));
	set(document, "warnings", json_integer((json_int_t)bag->n_warnings));
	if (json_dump_callback(document, write_to_text, out, JSON_INDENT(2)) < 0)
		memory_exhausted();
	text_puts(out, "\n");
	json_decref(document);
}
