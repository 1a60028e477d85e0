/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Document: a JSON text that is put together with jansson. Want of memory ends the process here,
 * once for all, so that no caller looks for it.
 */

#include <jansson.h>

struct text;

/* Sets the member, or appends to the array. Takes over `value`. */
void document_set(json_t *object, const char *key, json_t *value);
void document_append(json_t *array, json_t *value);

/*
 * The string, or null where there is none. A JSON text is UTF-8 (RFC 8259 section 8.1), so bytes
 * that are not are replaced.
 */
json_t *document_string(const char *string);

/* Appends the text of the document, and a line break, to `out`. Takes over `document`. */
void document_write(json_t *document, struct text *out);
