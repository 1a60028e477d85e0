/* SPDX-License-Identifier: MIT */

/*
 * A line that is too wide is cut around its first mark. The cut is found by walking from the mark,
 * so that the cost does not depend on how long the line is: a topology may be one line of JSON.
 */

#include "base/diag/snippet.h"

#include "base/diag/glyph.h"
#include "base/diag/mask.h"
#include "base/text.h"

#define ELLIPSIS "\xe2\x80\xa6"

enum {
	TAB = 8,
	LEAD = 40, /* columns shown left of a mark in a line that is cut */
	ROW = SNIPPET_WIDTH + 2 * TAB,
};

static struct glyph glyph_in(const struct source *source, uint32_t at, uint32_t end)
{
	return glyph_at(source->text + at, end - at);
}

/* Columns of the glyph when it begins in `column`; a tab goes to the next multiple of eight. */
static uint32_t width_at(struct glyph glyph, uint32_t column)
{
	return *glyph.bytes == '\t' ? TAB - column % TAB : glyph.width;
}

/* The end of the longest part of [begin, end) that is at most `limit` columns wide. */
static uint32_t walk_right(const struct source *source, uint32_t begin, uint32_t end,
			   uint32_t limit)
{
	uint32_t column = 0;

	while (begin < end) {
		struct glyph glyph = glyph_in(source, begin, end);

		column += width_at(glyph, column);
		if (column > limit)
			break;
		begin += glyph.n_bytes;
	}
	return begin;
}

/* The start of the code point before `at`, which is behind `begin`. */
static uint32_t step_left(const struct source *source, uint32_t begin, uint32_t at)
{
	uint32_t lowest = at - begin > 4 ? at - 4 : begin;

	for (uint32_t start = at - 1; start > lowest; start--) {
		if (start + glyph_in(source, start, at).n_bytes == at &&
		    glyph_in(source, start, at).is_valid)
			return start;
	}
	return lowest + glyph_in(source, lowest, at).n_bytes == at ? lowest : at - 1;
}

/* The start of the part of [begin, end) that is about `limit` columns wide; tabs count in full. */
static uint32_t walk_left(const struct source *source, uint32_t begin, uint32_t end, uint32_t limit)
{
	uint32_t column = 0;

	while (end > begin) {
		uint32_t start = step_left(source, begin, end);

		column += width_at(glyph_in(source, start, end), 0);
		if (column > limit)
			break;
		end = start;
	}
	return end;
}

/* Chooses the part of the line that is shown: all of it where it fits, else what is around `at`. */
static void choose_window(struct snippet *snippet, uint32_t at)
{
	const struct source *source = snippet->source;
	struct span line = source_line(source, snippet->line);

	snippet->begin = line.begin;
	snippet->end = line.end;
	if (walk_right(source, line.begin, line.end, SNIPPET_WIDTH) == line.end)
		return;
	snippet->begin = walk_left(source, line.begin, at, LEAD);
	snippet->end = walk_right(source, snippet->begin, line.end, SNIPPET_WIDTH - 2);
	if (snippet->end == line.end) {
		uint32_t begin = walk_left(source, line.begin, line.end, SNIPPET_WIDTH - 2);

		snippet->begin = begin < snippet->begin ? begin : snippet->begin;
	}
	snippet->is_cut_left = snippet->begin > line.begin;
	snippet->is_cut_right = snippet->end < line.end;
}

/* The span as a mark of the snippet's line: at least one byte, and not behind the line's end. */
static struct snippet_mark mark_of(struct span span, struct span line, char sign)
{
	struct snippet_mark mark = {.begin = span.begin, .end = span.end, .sign = sign};

	if (mark.begin > line.end)
		mark.begin = line.end;
	if (mark.end > line.end)
		mark.end = line.end;
	if (mark.end <= mark.begin)
		mark.end = mark.begin + 1;
	return mark;
}

struct snippet snippet_at(struct span span, char sign)
{
	struct snippet snippet = {
		.source = span.source,
		.line = source_position(span.source, span.begin).line,
		.n_marks = 1,
	};

	snippet.marks[0] = mark_of(span, source_line(snippet.source, snippet.line), sign);
	choose_window(&snippet, snippet.marks[0].begin);
	return snippet;
}

/* The column, from 0, at which the byte is shown. */
static uint32_t column_of(const struct snippet *snippet, uint32_t offset)
{
	uint32_t column = snippet->is_cut_left ? 1 : 0;
	uint32_t indent = column;

	for (uint32_t at = snippet->begin; at < snippet->end;) {
		struct glyph glyph = glyph_in(snippet->source, at, snippet->end);

		at += glyph.n_bytes;
		if (offset < at)
			break;
		column += width_at(glyph, column - indent);
	}
	return column;
}

bool snippet_add(struct snippet *snippet, struct span span, const char *label)
{
	struct span line = source_line(snippet->source, snippet->line);
	struct snippet_mark mark = mark_of(span, line, '~');

	if (span.source != snippet->source || span.begin < snippet->begin ||
	    span.end > snippet->end || snippet->n_marks == SNIPPET_MARKS)
		return false;
	for (unsigned int i = 0; i < snippet->n_marks; i++) {
		if (mark.begin < snippet->marks[i].end && snippet->marks[i].begin < mark.end)
			return false;
	}
	if (column_of(snippet, mark.begin) + glyph_string_width(label) > SNIPPET_WIDTH)
		return false;
	mark.label = label;
	snippet->marks[snippet->n_marks++] = mark;
	return true;
}

static void put_gutter(const struct snippet *snippet, bool with_number, struct text *out)
{
	size_t before = out->length;

	text_printf(out, "%5u", snippet->line); /* right-aligned; wider where the number is */
	for (size_t i = before; !with_number && i < out->length; i++)
		out->data[i] = ' ';
	text_puts(out, " |");
}

void snippet_hide(struct snippet *snippet, const struct span *secrets, size_t n_secrets)
{
	struct span line = source_line(snippet->source, snippet->line);

	for (size_t i = 0; i < n_secrets; i++) {
		struct span *last = &snippet->secrets[SNIPPET_MARKS - 1];

		if (secrets[i].source != snippet->source || secrets[i].end <= line.begin ||
		    secrets[i].begin >= line.end)
			continue;
		if (snippet->n_secrets < SNIPPET_MARKS) {
			snippet->secrets[snippet->n_secrets++] = secrets[i];
		} else { /* more than that in one line: better too much hidden than too little */
			last->begin =
				secrets[i].begin < last->begin ? secrets[i].begin : last->begin;
			last->end = secrets[i].end > last->end ? secrets[i].end : last->end;
		}
	}
}

static bool is_secret(const struct snippet *snippet, struct span line, uint32_t at)
{
	for (unsigned int i = 0; i < snippet->n_secrets; i++) {
		if (at >= snippet->secrets[i].begin && at < snippet->secrets[i].end)
			return true;
	}
	return mask_hides(line.source->text + line.begin, line.end - line.begin, at - line.begin);
}

static void put_source(const struct snippet *snippet, struct text *out)
{
	struct span line = source_line(snippet->source, snippet->line);
	uint32_t column = 0;

	put_gutter(snippet, true, out);
	if (snippet->begin < snippet->end)
		text_puts(out, " ");
	if (snippet->is_cut_left)
		text_puts(out, ELLIPSIS);
	for (uint32_t at = snippet->begin; at < snippet->end;) {
		struct glyph glyph = glyph_in(snippet->source, at, snippet->end);
		uint32_t width = width_at(glyph, column);

		if (is_secret(snippet, line, at)) {
			text_puts(out, "*");
		} else if (*glyph.bytes == '\t') {
			text_printf(out, "%*s", (int)width, "");
		} else {
			glyph_append(out, glyph);
		}
		column += width;
		at += glyph.n_bytes;
	}
	text_puts(out, snippet->is_cut_right ? ELLIPSIS "\n" : "\n");
}

/* The signs of all marks in one row, a blank where there is none. Returns its length. */
static uint32_t draw_marks(const struct snippet *snippet, char row[static ROW])
{
	uint32_t length = 0;

	for (unsigned int i = 0; i < snippet->n_marks; i++) {
		const struct snippet_mark *mark = &snippet->marks[i];
		uint32_t begin = column_of(snippet, mark->begin);
		uint32_t end = column_of(snippet, mark->end);

		if (end <= begin) /* at the end of the line, or on a mark without a width */
			end = begin + 1;
		if (end > ROW)
			end = ROW;
		for (; length < end; length++)
			row[length] = ' ';
		for (uint32_t column = begin; column < end; column++)
			row[column] = mark->sign;
	}
	return length;
}

static void put_marks(const struct snippet *snippet, const char *cause, const struct paint *paint,
		      struct text *out)
{
	char row[ROW];
	uint32_t length = draw_marks(snippet, row);

	put_gutter(snippet, false, out);
	text_puts(out, " ");
	for (uint32_t i = 0; i < length;) {
		uint32_t begin = i;
		bool is_blank = row[i] == ' ';

		while (i < length && row[i] == row[begin])
			i++;
		if (!is_blank)
			text_puts(out, row[begin] == '^' ? cause : paint->note);
		text_append(out, row + begin, i - begin);
		if (!is_blank)
			text_puts(out, paint->reset);
	}
	text_puts(out, "\n");
}

void snippet_render(const struct snippet *snippet, const char *cause, const struct paint *paint,
		    struct text *out)
{
	put_source(snippet, out);
	put_marks(snippet, cause, paint, out);
	for (unsigned int i = 0; i < snippet->n_marks; i++) {
		const struct snippet_mark *mark = &snippet->marks[i];

		if (mark->label == NULL)
			continue;
		put_gutter(snippet, false, out);
		text_printf(out, " %*s%s", (int)column_of(snippet, mark->begin), "", paint->note);
		glyph_append_string(out, mark->label);
		text_printf(out, "%s\n", paint->reset);
	}
}
