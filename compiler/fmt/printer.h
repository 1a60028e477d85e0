/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Printer: the text that is being made, and how far its source has been used up.
 *
 * A node is written by whoever knows what stands around it (nodes.h), who reads the gap in front of
 * it, writes the comments in it, and then the node.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "base/vec.h"
#include "compiler/fmt/gap.h"
#include "compiler/parse/parse.h"

enum {
	FMT_STEP = 2,          /* columns of indentation */
	FMT_WIDEST_LINE = 132, /* of a flow collection that its author wrote on one line */
	FMT_FILLED_LINE = 100, /* of a list that had to be broken */
};

/* An open block collection: the column of its entries, as it was and as it becomes. */
struct fmt_level {
	uint32_t column;
	uint32_t indent;
};

/* A comment behind something, or one that goes on below it: those on adjacent lines are aligned. */
struct fmt_mark {
	size_t line_begin; /* offsets in the text */
	size_t offset;
	size_t line; /* number */
	size_t indent;
	bool is_continued;
};

struct fmt_printer {
	struct arena *arena;
	const struct source *source;
	struct text out;
	uint32_t at; /* what is before it has been written */
	size_t line_begin;
	size_t line;
	vec_of(struct fmt_mark) marks;

	/* The open collections, and behind them those that ended with the last node. */
	struct fmt_level levels[PARSE_MAX_DEPTH + 2];
	size_t depth;
	size_t n_levels;
	bool has_oddity; /* a node was found that has no layout */
};

/* A place to go back to. */
struct fmt_place {
	size_t length;
	size_t line_begin;
	size_t line;
	size_t n_marks;
	size_t n_levels;
	uint32_t at;
};

struct fmt_place fmt_here(const struct fmt_printer *printer);
void fmt_go_back(struct fmt_printer *printer, const struct fmt_place *place);

/* Whether what was written since then is all on one line, and how wide that line is. */
bool fmt_is_one_line(const struct fmt_printer *printer, const struct fmt_place *since);
size_t fmt_line_width(const struct fmt_printer *printer);

void fmt_put(struct fmt_printer *printer, const char *text);
void fmt_put_span(struct fmt_printer *printer, uint32_t begin, uint32_t end);
void fmt_put_indent(struct fmt_printer *printer, uint32_t indent);

void fmt_end_line(struct fmt_printer *printer);

/* Begins a line, with a blank one before it where that is wanted; the first line has none. */
void fmt_begin_line(struct fmt_printer *printer, bool has_blank, uint32_t indent);

/* A comment behind what is on the line, and one that goes on below such a comment. */
void fmt_put_trailing(struct fmt_printer *printer, const struct fmt_comment *comment);
void fmt_put_continued(struct fmt_printer *printer, const struct fmt_comment *comment);

/*
 * Writes the comments of a gap. Those on lines of their own are indented as what follows, which
 * stood at `column` and will stand at `indent`. The line of the last one is not ended.
 */
void fmt_put_comments(struct fmt_printer *printer, const struct fmt_gap *gap, uint32_t column,
		      uint32_t indent);

/* The text with its comments aligned and a line break at its end, appended to `out`. */
void fmt_finish(const struct fmt_printer *printer, struct text *out);
