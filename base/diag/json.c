/* SPDX-License-Identifier: MIT */

/*
 * Diagnostics as one JSON document. Every object has every key, in the same order; what is not
 * there is null.
 */

#include "base/diag/diag.h"
#include "base/diag/document.h"

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
	document_set(object, "file", document_string(is_given ? span.source->path : NULL));
	document_set(object, "line", make_number(is_given, begin.line));
	document_set(object, "column", make_number(is_given, begin.column));
	document_set(object, "end_line", make_number(is_given, end.line));
	document_set(object, "end_column", make_number(is_given, end.column));
}

static json_t *make_related(const struct diag *diag)
{
	json_t *array = json_array();

	vec_foreach(label, &diag->related) {
		json_t *object = json_object();

		set_place(object, label->span);
		document_set(object, "message", document_string(label->message));
		document_append(array, object);
	}
	return array;
}

static json_t *make_notes(const struct diag *diag)
{
	json_t *array = json_array();

	vec_foreach(note, &diag->notes) {
		document_append(array, document_string(*note));
	}
	return array;
}

static json_t *make_diag(const struct diag *diag)
{
	json_t *object = json_object();

	document_set(object, "rule", json_string(diag_rules[diag->rule].slug));
	document_set(object, "severity", json_string(diag_severity_name(diag->severity)));
	set_place(object, diag->span);
	document_set(object, "message", document_string(diag->message));
	document_set(object, "related", make_related(diag));
	document_set(object, "notes", make_notes(diag));
	document_set(object, "help", document_string(diag->help));
	return object;
}

void diag_render_json(const struct diag_bag *bag, struct text *out)
{
	json_t *document = json_object();
	json_t *diagnostics = json_array();

	vec_foreach(item, &bag->items) {
		document_append(diagnostics, make_diag(*item));
	}
	document_set(document, "diagnostics", diagnostics);
	document_set(document, "errors", json_integer((json_int_t)bag->n_errors));
	document_set(document, "warnings", json_integer((json_int_t)bag->n_warnings));
	document_write(document, out);
}
