/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Appending JSON (RFC 8259) to a text, for documents too large to be built in memory first; small
 * ones are built with jansson.
 */

struct text;

/* A string with its quotes; `"`, `\` and control characters escaped. The input is UTF-8. */
void json_append_string(struct text *out, const char *string);

/*
 * `"name": "value"` behind what separates it from what stands before; null where `value` is NULL.
 * The name is one of ours: nothing in it is escaped.
 */
void json_append_member(struct text *out, const char *separator, const char *name,
			const char *value);
