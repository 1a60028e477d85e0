/* SPDX-License-Identifier: MIT */

/*
 * Flow mappings: entries between commas, on one line or on lines of their own, which are then
 * treated as a block's are. Whoever ends the last entry with a comma gets it from us too.
 */

#include <string.h>

#include "base/source.h"
#include "base/text.h"
#include "compiler/edit/edit.h"
#include "compiler/edit/layout.h"
#include "compiler/edit/parts.h"
#include "compiler/parse/node.h"

enum {
	DEFAULT_STEP = 2, /* of indentation, where the mapping shows none */
};

/* An entry and what is around it. */
struct cell {
	const struct source *source;
	const struct node_entry *entry;
	uint32_t before; /* behind the entry before it, or behind the bracket */
	uint32_t comma_before;
	uint32_t begin;
	uint32_t end;
	uint32_t comma;
	uint32_t next; /* the next entry, or the bracket */
	bool has_comma_before;
	bool has_comma;
};

static uint32_t closing_bracket(const struct node *mapping)
{
	return mapping->span.end - 1;
}

static struct cell cell_of(const struct node *mapping, size_t index)
{
	const struct node_entry *entry = &mapping->entries.items[index];
	struct cell cell = {
		.source = mapping->span.source,
		.entry = entry,
		.before = index > 0 ? layout_entry_end(entry - 1) : mapping->span.begin + 1,
		.begin = entry->key->span.begin,
		.end = layout_entry_end(entry),
		.next = closing_bracket(mapping),
	};

	if (index + 1 < mapping->entries.n_items)
		cell.next = entry[1].key->span.begin;
	cell.comma_before = layout_find(cell.source, cell.before, cell.begin, ',');
	cell.has_comma_before = cell.comma_before < cell.begin;
	cell.comma = layout_find(cell.source, cell.end, cell.next, ',');
	cell.has_comma = cell.comma < cell.next;
	if (cell.has_comma)
		cell.next = layout_find(cell.source, cell.comma, cell.next, '?');
	return cell;
}

/* Behind the entry and its comma. */
static uint32_t cell_end(const struct cell *cell)
{
	return cell->has_comma ? cell->comma + 1 : cell->end;
}

/* Whether the entry shares its lines with nothing but its comma and a comment. */
static bool has_own_lines(const struct cell *cell)
{
	uint32_t end = cell_end(cell);

	return layout_starts_line(cell->source, cell->begin) &&
	       layout_line_end(cell->source, cell->end) == layout_line_end(cell->source, end) &&
	       layout_line_end(cell->source, end) < cell->next;
}

/*
 * Whether the entry ends in the colon of a plain key. libyaml takes what follows right there for
 * more of the key.
 */
static bool is_open(const struct node_entry *entry)
{
	return entry->key->is_plain && entry->value->span.begin == entry->value->span.end &&
	       layout_colon(entry) > 0;
}

/* Whether a '#' right behind the entry would be a part of it. */
static bool ends_plain(const struct node_entry *entry)
{
	const struct span *value = &entry->value->span;
	const struct node *last = value->begin < value->end ? entry->value : entry->key;

	return last->kind == NODE_SCALAR && last->is_plain;
}

static bool is_space(const struct source *source, uint32_t offset)
{
	return layout_skip_blanks(source, offset) > offset || layout_break_at(source, offset) > 0;
}

/* A line's break and the indentation of those entries that begin their line. */
static void write_new_line(const struct node *mapping, uint32_t at, struct text *out)
{
	const struct source *source = mapping->span.source;
	uint32_t columns = layout_indentation(source, mapping->span.begin) + DEFAULT_STEP;

	for (size_t i = mapping->entries.n_items; i-- > 0;) {
		uint32_t key = mapping->entries.items[i].key->span.begin;
		if (layout_starts_line(source, key)) {
			columns = layout_indentation(source, key);
			break;
		}
	}
	text_puts(out, layout_break(source, at));
	edit_write_indent(out, columns);
}

/* Where there is nothing but comments, on the last line before the bracket's. */
static void add_first(struct arena *arena, const struct node *mapping,
		      const struct addition *addition, struct edit *ret_edit)
{
	const struct source *source = mapping->span.source;
	uint32_t line = layout_line_begin(source, closing_bracket(mapping));
	uint32_t end = line - layout_break_before(source, line);
	cleanup_(text_finish) struct text out = {0};

	write_new_line(mapping, end, &out);
	addition_write(addition, &out);
	edit_set(arena, source, end, end, &out, ret_edit);
}

void flow_add(struct arena *arena, const struct node *mapping, const struct addition *addition,
	      struct edit *ret_edit)
{
	const struct source *source = mapping->span.source;
	cleanup_(text_finish) struct text out = {0};

	if (mapping->entries.n_items == 0) {
		add_first(arena, mapping, addition, ret_edit);
		return;
	}
	struct cell last = cell_of(mapping, mapping->entries.n_items - 1);
	uint32_t begin = cell_end(&last);
	uint32_t end = begin;
	if (!last.has_comma)
		text_puts(&out, is_open(last.entry) ? " ," : ",");
	if (layout_line_end(source, begin) < last.next) {
		end = layout_line_end(source, begin);
		if (last.has_comma)
			begin = end;
		edit_write_span(&out, source, begin, end);
		write_new_line(mapping, end, &out);
	} else {
		text_puts(&out, " ");
	}
	addition_write(addition, &out);
	if (last.has_comma)
		text_puts(&out, ",");
	edit_set(arena, source, begin, end, &out, ret_edit);
}

void flow_replace(struct arena *arena, struct place place, const char *value, struct edit *ret_edit)
{
	const struct node_entry *entry = &place.mapping->entries.items[place.index];
	const struct span *old = &entry->value->span;
	uint32_t colon = layout_colon(entry);
	cleanup_(text_finish) struct text out = {0};

	if (old->begin < old->end) {
		edit_set_value(arena, *old, value, ret_edit);
		return;
	}
	/* Nothing but a key is an entry too. */
	text_join(&out, colon > 0 ? "" : ": ", value);
	struct span gap = {old->source, colon > 0 ? colon : entry->key->span.end, 0};
	gap.end = layout_skip_blanks(gap.source, gap.begin);
	if (gap.source->text[gap.end] != ',')
		gap.end = gap.begin;
	edit_set_value(arena, gap, out.data, ret_edit);
}

/* Whether what is at `offset` has to be kept off the entry by a blank. */
static bool grows_into(const struct node_entry *entry, const struct source *source, uint32_t offset)
{
	return is_open(entry) ? !is_space(source, offset)
			      : ends_plain(entry) && source->text[offset] == '#';
}

/*
 * The entry that is last and has no comma: the one before it loses its own. Comments between that
 * comma and the entry, [kept_begin, kept_end), stay, and no tab may come to indent what is left.
 */
static void remove_last(struct arena *arena, const struct cell *cell, struct edit *ret_edit)
{
	const struct source *source = cell->source;
	uint32_t comma = cell->comma_before;
	uint32_t line = layout_line_begin(source, cell->begin);
	uint32_t begin = layout_is_blank(source, cell->before, comma) ? cell->before : comma;
	uint32_t end = cell->end;
	uint32_t kept_begin = comma + 1;
	uint32_t kept_end = kept_begin;
	cleanup_(text_finish) struct text out = {0};

	if (layout_starts_line(source, comma))
		kept_begin = kept_end = layout_skip_blanks(source, kept_begin);
	if (has_own_lines(cell) && comma < line) {
		kept_end = line - layout_break_before(source, line);
		end = layout_line_end(source, end);
	} else if (layout_has_comment(source, cell->before, cell->begin)) {
		if (layout_starts_line(source, cell->begin))
			kept_end = cell->begin;
		end = layout_skip_blanks(source, end);
	} else {
		begin = cell->before;
	}
	if (begin == cell->before &&
	    grows_into(cell->entry - 1, source, kept_begin < kept_end ? kept_begin : end))
		text_puts(&out, " ");
	edit_write_span(&out, source, kept_begin, kept_end);
	edit_set(arena, source, begin, end, &out, ret_edit);
}

/* From `begin` to behind the entry and its comma; a comment between the two stays. */
static void remove_cell(struct arena *arena, const struct cell *cell, uint32_t begin,
			struct edit *ret_edit)
{
	const struct source *source = cell->source;
	uint32_t kept = cell->end;
	uint32_t end = cell_end(cell);
	cleanup_(text_finish) struct text out = {0};

	/* A tab that was behind the entry must not indent what is left of the line. */
	if (layout_starts_line(source, begin)) {
		kept = layout_skip_blanks(source, kept);
		end = layout_skip_blanks(source, end);
	}
	if (layout_has_comment(source, cell->end, cell_end(cell)))
		edit_write_span(&out, source, kept, cell->comma);
	edit_set(arena, source, begin, end, &out, ret_edit);
}

/* An entry with a comma, and with something else on its line. */
static void remove_inline(struct arena *arena, const struct cell *cell, struct edit *ret_edit)
{
	const struct source *source = cell->source;
	uint32_t begin = cell->begin;
	uint32_t end = cell_end(cell);
	struct text nothing = {0};

	if (!layout_has_comment(source, cell->end, end)) {
		if (cell->has_comma_before &&
		    layout_is_blank(source, cell->comma_before + 1, begin)) {
			begin = cell->comma_before + 1;
		} else if (!layout_has_comment(source, end, cell->next)) {
			edit_set(arena, source, begin, cell->next, &nothing, ret_edit);
			return;
		}
	}
	remove_cell(arena, cell, begin, ret_edit);
}

static void remove_lines(struct arena *arena, const struct cell *cell, struct edit *ret_edit)
{
	struct text nothing = {0};

	edit_set(arena, cell->source, layout_line_begin(cell->source, cell->begin),
		 layout_next_line(cell->source, cell_end(cell)), &nothing, ret_edit);
}

static void remove_only(struct arena *arena, const struct node *mapping, const struct cell *cell,
			struct edit *ret_edit)
{
	const struct source *source = cell->source;
	bool has_lines = has_own_lines(cell);
	uint32_t end = has_lines ? layout_line_end(source, cell->end) : cell->end;
	cleanup_(text_finish) struct text out = {0};

	if (layout_has_comment(source, mapping->span.begin, cell->begin) ||
	    layout_has_comment(source, end, closing_bracket(mapping))) {
		if (has_lines) {
			remove_lines(arena, cell, ret_edit);
		} else {
			remove_cell(arena, cell, cell->begin, ret_edit);
		}
		return;
	}
	text_puts(&out, "{}");
	edit_set(arena, source, mapping->span.begin, mapping->span.end, &out, ret_edit);
}

void flow_remove(struct arena *arena, struct place place, struct edit *ret_edit)
{
	struct cell cell = cell_of(place.mapping, place.index);

	if (place.mapping->entries.n_items == 1) {
		remove_only(arena, place.mapping, &cell, ret_edit);
	} else if (!cell.has_comma && cell.has_comma_before) {
		remove_last(arena, &cell, ret_edit);
	} else if (has_own_lines(&cell)) {
		remove_lines(arena, &cell, ret_edit);
	} else {
		remove_inline(arena, &cell, ret_edit);
	}
}
