/* SPDX-License-Identifier: MIT */

/*
 * Block mappings: an entry has whole lines. What is new goes behind the last line of the last
 * entry, and behind comments below it that are indented as only something of that entry would be.
 */

#include "base/source.h"
#include "base/text.h"
#include "compiler/edit/edit.h"
#include "compiler/edit/layout.h"
#include "compiler/edit/parts.h"
#include "compiler/parse/node.h"

enum {
	DEFAULT_STEP = 2, /* of indentation, where the file shows none */
};

/* `end` of a line, or the end of the last of the comments below it that are indented deeper. */
static uint32_t skip_own_comments(const struct source *source, uint32_t end, uint32_t column)
{
	for (;;) {
		uint32_t line = layout_next_line(source, end);
		if (line >= source->length || !layout_is_comment_line(source, line) ||
		    layout_indentation(source, line) <= column)
			return end;
		end = layout_line_end(source, line);
	}
}

/* How much deeper than the root's keys the entries of a section are, going by the first section. */
static uint32_t step_of(const struct node *root)
{
	const struct source *source = root->span.source;

	if (root->kind != NODE_MAPPING)
		return DEFAULT_STEP;
	vec_foreach(entry, &root->entries) {
		const struct node *value = entry->value;
		if (value->kind != NODE_MAPPING || layout_is_flow(value))
			continue;
		uint32_t outer = layout_indentation(source, root->span.begin);
		uint32_t inner = layout_indentation(source, value->span.begin);
		if (inner > outer)
			return inner - outer;
	}
	return DEFAULT_STEP;
}

/* A section whose mapping is made with it, as a block; anything else on one line. */
static void write_section(const struct addition *addition, uint32_t column, uint32_t step,
			  const char *line_break, struct text *out)
{
	edit_write_indent(out, column);
	if (addition->n_keys == 1) {
		addition_write(addition, out);
		return;
	}
	struct addition inner = {addition->keys + 1, addition->n_keys - 1, addition->value};
	edit_write_scalar(out, addition->keys[0]);
	text_join(out, ":", line_break);
	edit_write_indent(out, column + step);
	addition_write(&inner, out);
}

/* Inserts lines behind `end` of a line. A file without a line break at its end stays one. */
static void insert(struct arena *arena, const struct source *source, uint32_t end,
		   const struct text *lines, struct edit *ret_edit)
{
	const char *line_break = layout_break(source, end);
	uint32_t at = layout_next_line(source, end);
	cleanup_(text_finish) struct text out = {0};

	if (at == end)
		text_puts(&out, line_break);
	text_append(&out, lines->data, lines->length);
	if (at > end)
		text_puts(&out, line_break);
	edit_set(arena, source, at, at, &out, ret_edit);
}

static bool has_blank_line(const struct source *source, uint32_t begin, uint32_t end)
{
	for (uint32_t line = layout_next_line(source, begin); line < end;
	     line = layout_next_line(source, line)) {
		if (layout_is_blank_line(source, line))
			return true;
	}
	return false;
}

/*
 * Whether a new section behind `end` of a line gets a blank line before it: as the last two have
 * one between them, unless comments follow right there or the line would be text.
 */
static bool is_set_apart(const struct node *root, uint32_t end)
{
	const struct source *source = root->span.source;
	const struct node_entry *last = root->entries.items + root->entries.n_items - 1;
	const struct node *leaf = layout_last_leaf(last->value);
	uint32_t line = layout_next_line(source, end);

	if (root->entries.n_items < 2 ||
	    !has_blank_line(source, layout_entry_end(last - 1), last->key->span.begin) ||
	    (layout_is_block_scalar(leaf) && layout_keeps_breaks(leaf)))
		return false;
	return layout_is_end(source, line) || layout_is_blank_line(source, line);
}

int block_add(struct arena *arena, const struct node *root, const struct node *mapping,
	      const struct addition *addition, struct edit *ret_edit)
{
	const struct source *source = mapping->span.source;
	const struct node_entry *last = mapping->entries.items + mapping->entries.n_items - 1;
	uint32_t column = layout_indentation(source, mapping->span.begin);
	uint32_t end = layout_line_end(source, layout_entry_end(last));
	cleanup_(text_finish) struct text lines = {0};

	if (!layout_starts_line(source, mapping->span.begin))
		return EDIT_E_LAYOUT;
	end = skip_own_comments(source, end, column);
	if (mapping == root) {
		const char *line_break = layout_break(source, end);
		if (is_set_apart(root, end))
			text_puts(&lines, line_break);
		write_section(addition, column, step_of(root), line_break, &lines);
	} else {
		edit_write_indent(&lines, column);
		addition_write(addition, &lines);
	}
	insert(arena, source, end, &lines, ret_edit);
	return 0;
}

/* `users:`, with comments below it that show where its entries would be. */
static void fill_absent(struct arena *arena, const struct node *root, size_t index,
			const struct addition *addition, struct edit *ret_edit)
{
	const struct source *source = root->span.source;
	uint32_t key = root->entries.items[index].key->span.begin;
	uint32_t column = layout_indentation(source, key);
	uint32_t end = layout_line_end(source, key);
	uint32_t last = skip_own_comments(source, end, column);
	cleanup_(text_finish) struct text lines = {0};

	if (last > end) {
		column = layout_indentation(source, layout_next_line(source, end));
	} else {
		column += step_of(root);
	}
	edit_write_indent(&lines, column);
	addition_write(addition, &lines);
	insert(arena, source, last, &lines, ret_edit);
}

bool block_fill(struct arena *arena, const struct node *root, size_t index,
		const struct addition *addition, struct edit *ret_edit)
{
	const struct source *source = root->span.source;
	const struct node_entry *entry = &root->entries.items[index];
	const struct span *value = &entry->value->span;
	uint32_t colon = layout_colon(entry);
	uint32_t end = layout_line_end(source, value->end);
	cleanup_(text_finish) struct text out = {0};

	if (colon == 0 || !layout_is_blank(source, colon, value->begin))
		return false;
	if (value->begin == value->end) {
		fill_absent(arena, root, index, addition, ret_edit);
		return true;
	}
	if (source->text[value->end] == '#')
		text_puts(&out, " ");
	edit_write_span(&out, source, value->end, layout_trim_blanks(source, value->end, end));
	text_puts(&out, layout_break(source, end));
	edit_write_indent(&out, layout_indentation(source, entry->key->span.begin) + step_of(root));
	addition_write(addition, &out);
	edit_set(arena, source, colon, end, &out, ret_edit);
	return true;
}

/* The end of the document: of the file, or before its `...`. */
static uint32_t find_end(const struct source *source)
{
	uint32_t line = 0;

	while (!layout_is_end(source, line))
		line = layout_next_line(source, line);
	return line;
}

void block_begin(struct arena *arena, const struct node *root, const struct addition *addition,
		 struct edit *ret_edit)
{
	const struct source *source = root->span.source;
	const struct span *span = &root->span;
	const char *line_break = layout_break(source, 0);
	cleanup_(text_finish) struct text out = {0};

	if (span->begin == span->end) {
		uint32_t at = find_end(source);
		bool is_new_line = layout_line_begin(source, at) == at;
		if (!is_new_line)
			text_puts(&out, line_break);
		write_section(addition, 0, DEFAULT_STEP, line_break, &out);
		if (is_new_line)
			text_puts(&out, line_break);
		edit_set(arena, source, at, at, &out, ret_edit);
	} else {
		if (layout_line_begin(source, span->begin) == span->begin) {
			write_section(addition, 0, DEFAULT_STEP, line_break, &out);
		} else {
			addition_write_mapping(addition, &out);
		}
		edit_set_value(arena, *span, out.data, ret_edit);
	}
}

/* Whether the value stands within the line of its key, so that another one can take its place. */
static bool is_inline(const struct node_entry *entry, uint32_t colon)
{
	const struct node *value = entry->value;

	if (!layout_is_blank(value->span.source, colon, value->span.begin))
		return false;
	return value->kind == NODE_SCALAR ? !layout_is_block_scalar(value) : layout_is_flow(value);
}

/* The comment behind a `|`. */
static void write_header_comment(const struct node *value, struct text *out)
{
	const struct source *source = value->span.source;
	uint32_t end = layout_line_end(source, value->span.begin);
	uint32_t comment = layout_find(source, value->span.begin, end, '#');

	if (comment == end)
		return;
	text_puts(out, " ");
	edit_write_span(out, source, comment, end);
}

int block_replace(struct arena *arena, struct place place, const char *value, struct edit *ret_edit)
{
	const struct node_entry *entry = &place.mapping->entries.items[place.index];
	const struct span *old = &entry->value->span;
	uint32_t colon = layout_colon(entry);
	cleanup_(text_finish) struct text out = {0};

	if (colon == 0)
		return EDIT_E_LAYOUT;
	if (is_inline(entry, colon)) {
		edit_set_value(arena, *old, value, ret_edit);
		return 0;
	}
	/* The new one goes behind the colon, and comments between the colon and the old one stay.
	 */
	text_puts(&out, value);
	edit_write_span(&out, old->source, colon, layout_trim(old->source, colon, old->begin));
	if (layout_is_block_scalar(entry->value))
		write_header_comment(entry->value, &out);
	edit_set_value(arena, (struct span){old->source, colon, layout_end(entry->value)}, out.data,
		       ret_edit);
	return 0;
}
