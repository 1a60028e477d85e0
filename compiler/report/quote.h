/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Quoting: the one way by which text from a topology gets into each format. Bytes that are not
 * UTF-8, and characters that would steer what shows them, become the replacement character.
 */

struct text;

/* A JSON string that may stand inside of an HTML script element: nothing in it ends that. */
void quote_json(struct text *out, const char *string);

/* Text, or the value of an attribute in double quotes, of XML and of HTML. */
void quote_xml(struct text *out, const char *string);

/* A quoted ID of the DOT language; a line break stays one. */
void quote_dot(struct text *out, const char *string);

/* The label of a Mermaid node in its double quotes (entity codes of flowcharts). */
void quote_mermaid(struct text *out, const char *string);
