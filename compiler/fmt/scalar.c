/* SPDX-License-Identifier: MIT */

/*
 * Scalars are copied. Where one has several lines, the white space at the line breaks is none of
 * its text (YAML 1.2, 6.5), and that in front of a block scalar's lines is its indentation.
 */

#include "compiler/fmt/nodes.h"

#include <string.h>

#include "base/source.h"
#include "compiler/edit/layout.h"
#include "compiler/fmt/printer.h"
#include "compiler/parse/node.h"

enum {
	LONGEST_KEY = 1000, /* libyaml takes no implicit key of more than 1024 characters */
};

bool fmt_is_absent(const struct node *node)
{
	return node->kind == NODE_SCALAR && node->span.begin == node->span.end;
}

/* `end` without the blanks before it, but not one that is escaped: `\ ` in double quotes. */
static uint32_t trim_line(const struct source *source, uint32_t begin, uint32_t end,
			  bool has_escapes)
{
	uint32_t trimmed = layout_trim_blanks(source, begin, end);
	uint32_t n_backslashes = 0;

	if (!has_escapes || trimmed == end)
		return trimmed;
	while (trimmed - n_backslashes > begin && source->text[trimmed - n_backslashes - 1] == '\\')
		n_backslashes++;
	return trimmed + n_backslashes % 2;
}

void fmt_scalar(struct fmt_printer *printer, const struct node *node, uint32_t indent)
{
	const struct source *source = printer->source;
	bool has_escapes = source->text[node->span.begin] == '"';
	uint32_t at = node->span.begin;

	for (;;) {
		uint32_t end = fmt_find_break(source, at, node->span.end);

		if (end == node->span.end)
			break;
		fmt_put_span(printer, at, trim_line(source, at, end, has_escapes));
		fmt_end_line(printer);
		at = layout_skip_blanks(source, layout_next_line(source, end));
		if (layout_break_at(source, at) == 0)
			fmt_put_indent(printer, indent);
	}
	fmt_put_span(printer, at, node->span.end);
	printer->at = node->span.end;
}

void fmt_key(struct fmt_printer *printer, const struct node *key)
{
	struct span span = key->span;

	if (fmt_find_break(span.source, span.begin, span.end) < span.end ||
	    layout_is_block_scalar(key) || span.end - span.begin > LONGEST_KEY)
		printer->has_oddity = true;
	fmt_put_span(printer, span.begin, span.end);
	printer->at = span.end;
}

/*
 * The header. A value without a line break at its end, because the file has none either, would get
 * one with the file's.
 */
static void put_header(struct fmt_printer *printer, const struct node *node)
{
	const char *header = printer->source->text + node->span.begin;
	size_t length = strspn(header, "|>+-0123456789");
	size_t text_length = strlen(node->text);
	bool is_cut = text_length > 0 && node->text[text_length - 1] != '\n';
	bool strips = memchr(header, '-', length) != NULL;
	uint32_t comment = layout_skip_blanks(printer->source, node->span.begin + (uint32_t)length);

	fmt_put_span(printer, node->span.begin, node->span.begin + 1);
	if (strcspn(header, "123456789") < length)
		fmt_put(printer, "2"); /* FMT_STEP */
	fmt_put(printer, strips || is_cut ? "-" : layout_keeps_breaks(node) ? "+" : "");
	if (printer->source->text[comment] != '#')
		return;
	fmt_put(printer, " ");
	fmt_put_span(printer, comment,
		     layout_trim_blanks(printer->source, comment,
					layout_line_end(printer->source, comment)));
}

void fmt_block_scalar(struct fmt_printer *printer, const struct node *node, uint32_t indent)
{
	const struct source *source = printer->source;
	uint32_t column = fmt_block_scalar_column(node);
	uint32_t end = fmt_block_scalar_end(node);
	uint32_t line = node->span.begin;

	/* Nothing shows how far blanks that are text are indented. */
	if (column == UINT32_MAX && strchr(node->text, ' ') != NULL)
		printer->has_oddity = true;
	put_header(printer, node);
	while (layout_line_end(source, line) < end) {
		fmt_end_line(printer);
		line = layout_next_line(source, line);
		uint32_t line_end = layout_line_end(source, line);
		uint32_t n_spaces = (uint32_t)strspn(source->text + line, " ");
		if (line + n_spaces == line_end && n_spaces <= column)
			continue;
		fmt_put_indent(printer, indent);
		fmt_put_span(printer, line + (n_spaces < column ? n_spaces : column), line_end);
	}
	printer->at = end;
}
