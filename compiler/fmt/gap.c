/* SPDX-License-Identifier: MIT */

/* Gaps are read byte by byte: a '#' outside of scalars always begins a comment (YAML 1.2, 6.6). */

#include "compiler/fmt/gap.h"

#include "base/diag/glyph.h"
#include "base/source.h"
#include "compiler/edit/layout.h"
#include "compiler/parse/node.h"

size_t fmt_width(const char *bytes, size_t length)
{
	size_t width = 0;

	while (length > 0) {
		struct glyph glyph = glyph_at(bytes, length);

		width += glyph.width;
		bytes += glyph.n_bytes;
		length -= glyph.n_bytes;
	}
	return width;
}

uint32_t fmt_find_break(const struct source *source, uint32_t begin, uint32_t end)
{
	while (begin < end && layout_break_at(source, begin) == 0)
		begin++;
	return begin < end ? begin : end;
}

static uint32_t column_of(const struct source *source, uint32_t offset)
{
	uint32_t line = layout_line_begin(source, offset);

	return (uint32_t)fmt_width(source->text + line, offset - line);
}

/* A comment at `begin`, behind `n_breaks` line breaks since whatever was before it. */
static uint32_t add_comment(struct arena *arena, const struct source *source, uint32_t begin,
			    size_t n_breaks, struct fmt_gap *gap)
{
	uint32_t line_end = layout_line_end(source, begin);
	struct fmt_comment comment = {
		.begin = begin,
		.end = layout_trim_blanks(source, begin, line_end),
		.column = column_of(source, begin),
		.is_trailing = n_breaks == 0 && gap->comments.n_items == 0,
		.has_blank_before = n_breaks > 1,
	};

	if (gap->comments.n_items > 0) {
		const struct fmt_comment *last = &gap->comments.items[gap->comments.n_items - 1];

		comment.is_continued = (last->is_trailing || last->is_continued) && n_breaks == 1 &&
				       last->column == comment.column;
	}
	*vec_push(arena, &gap->comments) = comment;
	return line_end;
}

struct fmt_gap fmt_gap_read(struct arena *arena, const struct source *source, uint32_t begin,
			    uint32_t end)
{
	struct fmt_gap gap = {0};
	size_t n_breaks = begin == 0 ? 1 : 0; /* nothing stands before the file's first line */
	uint32_t at = begin;

	while (at < end) {
		char c = source->text[at];
		uint32_t size = layout_break_at(source, at);

		if (size > 0) {
			gap.has_break = true;
			n_breaks++;
			at += size;
		} else if (c == '#') {
			at = add_comment(arena, source, at, n_breaks, &gap);
			n_breaks = 0;
		} else {
			/* A `?` goes away: what it stands before begins the line. */
			if (c != ' ' && c != '\t' && c != '?')
				n_breaks = 0;
			at++;
		}
	}
	gap.has_blank = n_breaks > 1;
	return gap;
}

/* The first byte that is no space, up to the end of the line. */
static uint32_t skip_spaces(const struct source *source, uint32_t line)
{
	while (line < source->length && source->text[line] == ' ')
		line++;
	return line;
}

/* How many spaces of a line are text: known where the header says how many are not. */
static uint32_t spaces_of_first_text(const char *text)
{
	for (;;) {
		uint32_t n = 0;

		while (text[n] == ' ')
			n++;
		if (text[n] == '\0')
			return 0;
		if (text[n] != '\n')
			return n;
		text += n + 1;
	}
}

uint32_t fmt_block_scalar_column(const struct node *node)
{
	const struct source *source = node->span.source;
	uint32_t line = layout_next_line(source, node->span.begin);

	for (; line < node->span.end; line = layout_next_line(source, line)) {
		uint32_t text = skip_spaces(source, line);
		uint32_t n_spaces = spaces_of_first_text(node->text);

		if (text < layout_line_end(source, line))
			return text - line < n_spaces ? 0 : text - line - n_spaces;
	}
	return UINT32_MAX;
}

/*
 * The span leaves out the blank lines at its end. They are text where breaks are kept, and where
 * they have more spaces than the scalar is indented.
 */
uint32_t fmt_block_scalar_end(const struct node *node)
{
	const struct source *source = node->span.source;
	uint32_t column = fmt_block_scalar_column(node);
	uint32_t at = layout_line_end(source, node->span.end);
	uint32_t end = at;

	while (layout_break_at(source, at) > 0) {
		uint32_t line = layout_next_line(source, at);

		at = layout_line_end(source, line);
		if (line == source->length || !layout_is_blank(source, line, at))
			break;
		bool has_end = layout_break_at(source, at) > 0;
		if ((has_end && layout_keeps_breaks(node)) || at - line > column)
			end = at;
	}
	return end;
}
