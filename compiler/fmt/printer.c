/* SPDX-License-Identifier: MIT */

/* Printer: lines, and the comments on them. */

#include "compiler/fmt/printer.h"

#include <string.h>

#include "base/source.h"
#include "compiler/parse/node.h"

struct fmt_place fmt_here(const struct fmt_printer *printer)
{
	return (struct fmt_place){
		.length = printer->out.length,
		.line_begin = printer->line_begin,
		.line = printer->line,
		.n_marks = printer->marks.n_items,
		.n_levels = printer->n_levels,
		.at = printer->at,
	};
}

void fmt_go_back(struct fmt_printer *printer, const struct fmt_place *place)
{
	printer->out.length = place->length;
	printer->line_begin = place->line_begin;
	printer->line = place->line;
	printer->marks.n_items = place->n_marks;
	printer->n_levels = place->n_levels;
	printer->at = place->at;
}

bool fmt_is_one_line(const struct fmt_printer *printer, const struct fmt_place *since)
{
	return printer->line == since->line;
}

size_t fmt_line_width(const struct fmt_printer *printer)
{
	return fmt_width(printer->out.data + printer->line_begin,
			 printer->out.length - printer->line_begin);
}

void fmt_put(struct fmt_printer *printer, const char *text)
{
	text_puts(&printer->out, text);
}

void fmt_put_span(struct fmt_printer *printer, uint32_t begin, uint32_t end)
{
	if (end > begin)
		text_append(&printer->out, printer->source->text + begin, end - begin);
}

void fmt_put_indent(struct fmt_printer *printer, uint32_t indent)
{
	text_printf(&printer->out, "%*s", (int)indent, "");
}

void fmt_end_line(struct fmt_printer *printer)
{
	fmt_put(printer, "\n");
	printer->line_begin = printer->out.length;
	printer->line++;
}

void fmt_begin_line(struct fmt_printer *printer, bool has_blank, uint32_t indent)
{
	if (printer->out.length > 0) {
		fmt_end_line(printer);
		if (has_blank)
			fmt_end_line(printer);
	}
	fmt_put_indent(printer, indent);
}

static size_t indent_of_line(const struct fmt_printer *printer)
{
	size_t indent = 0;

	while (printer->line_begin + indent < printer->out.length &&
	       printer->out.data[printer->line_begin + indent] == ' ')
		indent++;
	return indent;
}

static void mark(struct fmt_printer *printer, size_t indent, bool is_continued)
{
	*vec_push(printer->arena, &printer->marks) = (struct fmt_mark){
		.line_begin = printer->line_begin,
		.offset = printer->out.length,
		.line = printer->line,
		.indent = indent,
		.is_continued = is_continued,
	};
}

void fmt_put_trailing(struct fmt_printer *printer, const struct fmt_comment *comment)
{
	if (printer->out.length > printer->line_begin) {
		fmt_put(printer, " ");
		mark(printer, indent_of_line(printer), false);
	}
	fmt_put_span(printer, comment->begin, comment->end);
}

void fmt_put_continued(struct fmt_printer *printer, const struct fmt_comment *comment)
{
	size_t indent = printer->marks.items[printer->marks.n_items - 1].indent;

	fmt_begin_line(printer, false, 0);
	mark(printer, indent, true);
	fmt_put_span(printer, comment->begin, comment->end);
}

void fmt_put_comments(struct fmt_printer *printer, const struct fmt_gap *gap, uint32_t column,
		      uint32_t indent)
{
	vec_foreach(comment, &gap->comments) {
		if (comment->is_trailing) {
			fmt_put_trailing(printer, comment);
		} else if (comment->is_continued && comment->column > column) {
			fmt_put_continued(printer, comment);
		} else {
			bool is_first = comment == gap->comments.items;
			fmt_begin_line(printer, comment->has_blank_before && !is_first, indent);
			fmt_put_span(printer, comment->begin, comment->end);
		}
	}
}

/* How many of the marks from `first` on are on adjacent lines that are indented alike. */
static size_t run_length(const struct fmt_printer *printer, size_t first)
{
	const struct fmt_mark *marks = printer->marks.items;
	size_t n = 1;

	while (first + n < printer->marks.n_items &&
	       marks[first + n].line == marks[first].line + n &&
	       marks[first + n].indent == marks[first].indent)
		n++;
	return n;
}

/* The columns before the comment, without the space in front of it. */
static size_t width_before(const struct fmt_printer *printer, const struct fmt_mark *mark)
{
	if (mark->is_continued)
		return 0;
	return fmt_width(printer->out.data + mark->line_begin, mark->offset - 1 - mark->line_begin);
}

/* Writes the text from `*from` up to the last comment of a run. */
static void align_run(const struct fmt_printer *printer, const struct fmt_mark *marks, size_t n,
		      size_t *from, struct text *out)
{
	size_t widest = 0;

	for (size_t i = 0; i < n; i++) {
		size_t width = width_before(printer, &marks[i]);
		widest = width > widest ? width : widest;
	}
	for (size_t i = 0; i < n; i++) {
		size_t end = marks[i].offset - (marks[i].is_continued ? 0 : 1);
		size_t pad = widest + 1 - width_before(printer, &marks[i]);

		text_append(out, printer->out.data + *from, end - *from);
		text_printf(out, "%*s", (int)pad, "");
		*from = marks[i].offset;
	}
}

void fmt_finish(const struct fmt_printer *printer, struct text *out)
{
	size_t from = 0;
	size_t n;

	if (printer->out.length == 0)
		return;
	for (size_t i = 0; i < printer->marks.n_items; i += n) {
		n = run_length(printer, i);
		align_run(printer, &printer->marks.items[i], n, &from, out);
	}
	text_append(out, printer->out.data + from, printer->out.length - from);
	text_puts(out, "\n");
}
