/* SPDX-License-Identifier: MIT */

/* Block mappings: an entry goes away with its lines, and a blank line that is then one too many. */

#include "base/source.h"
#include "base/text.h"
#include "compiler/edit/edit.h"
#include "compiler/edit/layout.h"
#include "compiler/edit/parts.h"
#include "compiler/parse/node.h"

/* Without the entry a block scalar before it would go on with the lines behind it. */
static bool is_fence(struct place place, uint32_t line)
{
	const struct source *source = place.mapping->span.source;
	const struct node_entry *entry = &place.mapping->entries.items[place.index];
	uint32_t column = layout_indentation(source, entry->key->span.begin);
	const struct node *before = place.index > 0 ? layout_last_leaf(entry[-1].value) : NULL;

	if (!before || !layout_is_block_scalar(before) ||
	    layout_trim(source, layout_end(before), entry->key->span.begin) > layout_end(before))
		return false;
	while (line < source->length && layout_is_blank_line(source, line)) {
		if (layout_keeps_breaks(before) || layout_break_at(source, line) == 0)
			return true;
		line = layout_next_line(source, line);
	}
	return layout_is_comment_line(source, line) && layout_indentation(source, line) > column;
}

/* The lines from `line` on, and the blank line before them if there is one behind them too. */
static uint32_t take_blank_line(struct place place, uint32_t line, uint32_t next)
{
	const struct source *source = place.mapping->span.source;
	const struct node_entry *entry = &place.mapping->entries.items[place.index];
	uint32_t limit = 0;
	uint32_t above;

	if (place.index > 0)
		limit = layout_next_line(source, layout_entry_end(entry - 1));
	if (line <= limit || !(layout_is_end(source, next) || layout_is_blank_line(source, next)))
		return line;
	above = layout_line_begin(source, line - layout_break_before(source, line));
	return above >= limit && layout_is_blank_line(source, above) ? above : line;
}

static void remove_lines(struct arena *arena, struct place place, uint32_t line, uint32_t end,
			 struct edit *ret_edit)
{
	const struct source *source = place.mapping->span.source;
	const struct node_entry *entry = &place.mapping->entries.items[place.index];
	uint32_t next = layout_next_line(source, end);
	struct text nothing = {0};

	line = take_blank_line(place, line, next);
	/* A file without a line break at its end stays one, but a block scalar needs it. */
	if (next == end &&
	    !(place.index > 0 && layout_is_block_scalar(layout_last_leaf(entry[-1].value))))
		line -= layout_break_before(source, line);
	edit_set(arena, source, line, next, &nothing, ret_edit);
}

int block_remove(struct arena *arena, struct place outer, struct place place, struct edit *ret_edit)
{
	const struct source *source = place.mapping->span.source;
	const struct node_entry *entry = &place.mapping->entries.items[place.index];
	uint32_t key = entry->key->span.begin;
	uint32_t end = layout_line_end(source, layout_entry_end(entry));
	int r = 0;

	if (!layout_starts_line(source, key) || is_fence(place, layout_next_line(source, end)))
		return EDIT_E_LAYOUT;
	if (place.mapping->entries.n_items > 1) {
		remove_lines(arena, place, layout_line_begin(source, key), end, ret_edit);
	} else if (outer.mapping) {
		r = block_replace(arena, outer, "{}", ret_edit);
		if (r == 0)
			ret_edit->end = end;
	} else {
		cleanup_(text_finish) struct text empty = {0};
		text_puts(&empty, "{}");
		edit_set(arena, source, key, end, &empty, ret_edit);
	}
	return r;
}
