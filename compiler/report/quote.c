/* SPDX-License-Identifier: MIT */

/* Glyph by glyph: what a format gives a meaning is written in the format's own way. */

#include "compiler/report/quote.h"

#include "base/diag/glyph.h"
#include "base/text.h"

/* A character and what stands for it. */
struct escape {
	char character;
	const char *text;
};

static const struct escape json_escapes[] = {
	{'"', "\\\""},    {'\\', "\\\\"},   {'\n', "\\n"}, {'<', "\\u003c"},
	{'>', "\\u003e"}, {'&', "\\u0026"}, {0, NULL},
};

static const struct escape xml_escapes[] = {
	{'"', "&quot;"}, {'\'', "&#39;"}, {'<', "&lt;"}, {'>', "&gt;"},
	{'&', "&amp;"},  {'\n', "&#10;"}, {0, NULL},
};

static const struct escape dot_escapes[] = {
	{'"', "\\\""},
	{'\\', "\\\\"},
	{'\n', "\\n"},
	{0, NULL},
};

static const struct escape mermaid_escapes[] = {
	{'"', "#quot;"}, {'<', "#lt;"}, {'>', "#gt;"},  {'&', "#amp;"}, {'#', "#35;"},
	{'`', "#96;"},   {'*', "#42;"}, {'_', "#95;"},  {'\\', "#92;"}, {'\n', "<br/>"},
	{'%', "#37;"},   {'[', "#91;"}, {']', "#93;"},  {'{', "#123;"}, {'}', "#125;"},
	{'(', "#40;"},   {')', "#41;"}, {'|', "#124;"}, {0, NULL},
};

static const char *find_escape(const struct escape *escapes, char character)
{
	while (escapes->text != NULL && escapes->character != character)
		escapes++;
	return escapes->text;
}

static void quote(struct text *out, const char *string, const struct escape *escapes)
{
	size_t length = strlen(string);

	for (size_t i = 0; i < length;) {
		struct glyph glyph = glyph_at(string + i, length - i);
		const char *escape = find_escape(escapes, *glyph.bytes);

		if (escape != NULL) {
			text_puts(out, escape);
		} else {
			glyph_append(out, glyph);
		}
		i += glyph.n_bytes;
	}
}

void quote_json(struct text *out, const char *string)
{
	text_puts(out, "\"");
	quote(out, string, json_escapes);
	text_puts(out, "\"");
}

void quote_xml(struct text *out, const char *string)
{
	quote(out, string, xml_escapes);
}

void quote_dot(struct text *out, const char *string)
{
	text_puts(out, "\"");
	quote(out, string, dot_escapes);
	text_puts(out, "\"");
}

void quote_mermaid(struct text *out, const char *string)
{
	text_puts(out, "\"");
	quote(out, string, mermaid_escapes);
	text_puts(out, "\"");
}
