/* SPDX-License-Identifier: MIT */

/*
 * Unified: a patience diff. Lines that stand once on both sides, and in the same order, are the
 * fixed points; between them, what is equal from either end is kept and the rest replaced.
 */

#include "compiler/fmt/unified.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/glyph.h"
#include "base/map.h"
#include "base/text.h"
#include "base/vec.h"

enum {
	CONTEXT = 3, /* lines around a change */
};

/* A line with its line break. */
struct line {
	const char *text;
	struct sort *sort;
};

/* All lines of the same text. */
struct sort {
	size_t n_old;
	size_t n_new;
	size_t new; /* the last of its lines there */
};

struct file {
	vec_of(struct line) lines;
	bool lacks_break; /* behind its last line */
};

/* Lines [old, old_end) become [new, new_end). */
struct change {
	size_t old;
	size_t old_end;
	size_t new;
	size_t new_end;
};

/* A line that stays, at its places on both sides. */
struct point {
	size_t old;
	size_t new;
	const struct point *before; /* in the longest chain that ends here */
};

struct comparison {
	struct arena *arena;
	struct map sorts;
	struct file old;
	struct file new;
	vec_of(struct change) changes;
};

static void add_line(struct comparison *comparison, struct file *file, const char *begin,
		     size_t length)
{
	struct arena *arena = comparison->arena;
	const char *text = arena_copy(arena, begin, length);
	struct sort *sort = map_get(&comparison->sorts, text);
	bool is_new = file == &comparison->new;

	if (sort == NULL) {
		sort = ARENA_NEW(arena, struct sort);
		(void)map_put(arena, &comparison->sorts, text, sort); /* as it is not there */
	}
	sort->n_old += is_new ? 0 : 1;
	sort->n_new += is_new ? 1 : 0;
	if (is_new)
		sort->new = file->lines.n_items;
	*vec_push(arena, &file->lines) = (struct line){text, sort};
}

static void read_lines(struct comparison *comparison, struct file *file, struct fmt_side side)
{
	const char *end = side.bytes + side.length;

	for (const char *at = side.bytes; at < end;) {
		const char *line_break = memchr(at, '\n', (size_t)(end - at));
		const char *next = line_break == NULL ? end : line_break + 1;

		add_line(comparison, file, at, (size_t)(next - at));
		file->lacks_break = line_break == NULL;
		at = next;
	}
}

/* The last of the `n` tops that is above `new`: where a point goes on its pile. */
static size_t find_pile(const struct point *const *tops, size_t n, size_t new)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;
		if (tops[middle]->new < new) {
			low = middle + 1;
		} else {
			n = middle;
		}
	}
	return low;
}

/* The end of the longest chain of lines that stand once on both sides, by patience sorting. */
static const struct point *find_points(struct comparison *comparison)
{
	struct arena *arena = comparison->arena;
	size_t n_lines = comparison->old.lines.n_items;
	const struct point **tops = ARENA_ARRAY(arena, const struct point *, n_lines + 1);
	size_t n = 0;

	for (size_t i = 0; i < n_lines; i++) {
		const struct sort *sort = comparison->old.lines.items[i].sort;
		struct point *point;
		size_t pile;

		if (sort->n_old != 1 || sort->n_new != 1)
			continue;
		point = ARENA_NEW(arena, struct point);
		pile = find_pile(tops, n, sort->new);
		*point = (struct point){i, sort->new, pile > 0 ? tops[pile - 1] : NULL};
		tops[pile] = point;
		n = pile == n ? n + 1 : n;
	}
	return n > 0 ? tops[n - 1] : NULL;
}

/* Lines are equal where they are of one sort. */
static bool is_equal(const struct comparison *comparison, size_t old, size_t new)
{
	return comparison->old.lines.items[old].sort == comparison->new.lines.items[new].sort;
}

/* Notes what differs between two fixed points. */
static void compare_between(struct comparison *comparison, struct change range)
{
	while (range.old < range.old_end &&
	       range.new < range.new_end &&is_equal(comparison, range.old, range.new)) {
		range.old++;
		range.new ++;
	}
	while (range.old < range.old_end &&
	       range.new <
		       range.new_end &&is_equal(comparison, range.old_end - 1, range.new_end - 1)) {
		range.old_end--;
		range.new_end--;
	}
	if (range.old < range.old_end || range.new < range.new_end)
		*vec_push(comparison->arena, &comparison->changes) = range;
}

static void compare(struct comparison *comparison)
{
	const struct point *point = find_points(comparison);
	struct change range = {
		.old_end = comparison->old.lines.n_items,
		.new_end = comparison->new.lines.n_items,
	};
	vec_of(struct change) ranges = {0};

	for (; point != NULL; point = point->before) {
		*vec_push(comparison->arena, &ranges) = (struct change){
			point->old + 1, range.old_end, point->new + 1, range.new_end};
		range.old_end = point->old;
		range.new_end = point->new;
	}
	compare_between(comparison, range);
	while (ranges.n_items > 0)
		compare_between(comparison, ranges.items[--ranges.n_items]);
}

static void write_lines(struct text *out, const struct file *file, size_t begin, size_t end,
			const char *sign)
{
	for (size_t i = begin; i < end; i++) {
		text_join(out, sign, file->lines.items[i].text);
		if (file->lacks_break && i + 1 == file->lines.n_items)
			text_puts(out, "\n\\ No newline at end of file\n");
	}
}

/* A range of lines counts from 1, or names the line before it where it has none. */
static void write_range(struct text *out, const char *sign, size_t begin, size_t end)
{
	text_printf(out, "%s%zu,%zu ", sign, begin == end ? begin : begin + 1, end - begin);
}

/* The changes up to `end`, with the lines around and between them. */
static void write_hunk(const struct comparison *comparison, const struct change *first,
		       const struct change *end, struct text *out)
{
	size_t before = first->old < CONTEXT ? first->old : CONTEXT;
	size_t rest = comparison->old.lines.n_items - end[-1].old_end;
	size_t behind = rest < CONTEXT ? rest : CONTEXT;
	size_t at = first->old - before;

	text_puts(out, "@@ ");
	write_range(out, "-", at, end[-1].old_end + behind);
	write_range(out, "+", first->new - before, end[-1].new_end + behind);
	text_puts(out, "@@\n");
	for (const struct change *change = first; change < end; change++) {
		write_lines(out, &comparison->old, at, change->old, " ");
		write_lines(out, &comparison->old, change->old, change->old_end, "-");
		write_lines(out, &comparison->new, change->new, change->new_end, "+");
		at = change->old_end;
	}
	write_lines(out, &comparison->old, at, at + behind, " ");
}

void fmt_unified(struct arena *arena, const char *path, struct fmt_side old, struct fmt_side new,
		 struct text *out)
{
	struct comparison comparison = {.arena = arena};
	const struct change *change;
	const struct change *last;

	read_lines(&comparison, &comparison.old, old);
	read_lines(&comparison, &comparison.new, new);
	compare(&comparison);
	if (comparison.changes.n_items == 0)
		return;
	text_puts(out, "--- a/");
	glyph_append_string(out, path);
	text_puts(out, "\n+++ b/");
	glyph_append_string(out, path);
	text_puts(out, "\n");
	last = comparison.changes.items + comparison.changes.n_items;
	for (change = comparison.changes.items; change < last;) {
		const struct change *end = change + 1;

		while (end < last && end->old - end[-1].old_end <= (size_t)2 * CONTEXT)
			end++;
		write_hunk(&comparison, change, end, out);
		change = end;
	}
}
