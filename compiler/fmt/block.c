/* SPDX-License-Identifier: MIT */

/*
 * Block collections and documents. A comment on a line of its own belongs to what follows, unless
 * it is indented deeper than that: then it is the end of what was before it.
 */

#include <string.h>

#include "base/source.h"
#include "compiler/edit/layout.h"
#include "compiler/fmt/nodes.h"
#include "compiler/fmt/printer.h"
#include "compiler/parse/node.h"

enum {
	MARKER_SIZE = 3, /* `---`, `...` */
};

static bool is_block(const struct node *node)
{
	return node->kind != NODE_SCALAR && !layout_is_flow(node);
}

static uint32_t column_of(const struct source *source, uint32_t offset)
{
	return offset - layout_line_begin(source, offset);
}

static void open_level(struct fmt_printer *printer, uint32_t column, uint32_t indent)
{
	printer->levels[printer->depth++] = (struct fmt_level){column, indent};
	printer->n_levels = printer->depth;
}

/* Comments may stand where the entries of a value would be that has none. */
static void leave_level(struct fmt_printer *printer)
{
	const struct fmt_level *level = &printer->levels[printer->depth - 1];

	printer->levels[printer->depth] =
		(struct fmt_level){level->column + 1, level->indent + FMT_STEP};
	printer->n_levels = printer->depth + 1;
}

/* How far a comment is indented that stands before the next entry of the open collection. */
static uint32_t indent_of_comment(const struct fmt_printer *printer, uint32_t column)
{
	const struct fmt_level *next =
		printer->depth > 0 ? &printer->levels[printer->depth - 1] : NULL;
	int64_t reached = next ? (int64_t)next->column : -1;
	uint32_t indent = next ? next->indent : 0;

	for (size_t i = printer->depth; i < printer->n_levels; i++) {
		const struct fmt_level *level = &printer->levels[i];

		if (level->column > column)
			break;
		if (level->column > reached || column > level->column)
			indent = level->indent;
		reached = level->column;
	}
	return indent;
}

/* Whether it goes on below the comment behind the entry before it. */
static bool goes_on(const struct fmt_printer *printer, const struct fmt_comment *comment)
{
	uint32_t next = printer->depth > 0 ? printer->levels[printer->depth - 1].column : 0;

	return comment->is_continued && comment->column > next;
}

/*
 * Which line gets a blank one before it, so that two sections stand apart: number of the comment,
 * or how many there are; SIZE_MAX: they stand apart.
 */
static size_t find_parting(const struct fmt_printer *printer, const struct fmt_gap *gap)
{
	size_t n = gap->comments.n_items;

	if (gap->has_blank)
		return SIZE_MAX;
	while (n > 0 && !gap->comments.items[n - 1].is_trailing &&
	       !goes_on(printer, &gap->comments.items[n - 1]) &&
	       indent_of_comment(printer, gap->comments.items[n - 1].column) ==
		       printer->levels[0].indent) {
		if (gap->comments.items[--n].has_blank_before)
			return SIZE_MAX;
	}
	return n;
}

/* The lines between two nodes of block collections. `parting`: see above. */
static void put_lines(struct fmt_printer *printer, const struct fmt_gap *gap, size_t parting)
{
	vec_foreach(comment, &gap->comments) {
		bool is_parted = parting == (size_t)(comment - gap->comments.items);

		if (comment->is_trailing) {
			fmt_put_trailing(printer, comment);
		} else if (goes_on(printer, comment)) {
			fmt_put_continued(printer, comment);
		} else {
			fmt_begin_line(printer, comment->has_blank_before || is_parted,
				       indent_of_comment(printer, comment->column));
			fmt_put_span(printer, comment->begin, comment->end);
		}
	}
}

/* Whether a blank line behind the node would be part of it. */
static bool takes_blank_lines(const struct node *node)
{
	const struct node *leaf = layout_last_leaf(node);

	return layout_is_block_scalar(leaf) && layout_keeps_breaks(leaf);
}

/*
 * Begins the line of a further entry, whose first byte is at `begin`. `section`: the value of the
 * one before it, in the root mapping.
 */
static void begin_entry(struct fmt_printer *printer, uint32_t begin, const struct node *section)
{
	struct fmt_gap gap = fmt_gap_read(printer->arena, printer->source, printer->at, begin);
	size_t parting = section != NULL ? find_parting(printer, &gap) : SIZE_MAX;

	if (parting == 0 && takes_blank_lines(section))
		parting = SIZE_MAX;
	put_lines(printer, &gap, parting);
	fmt_begin_line(printer, gap.has_blank || parting == gap.comments.n_items,
		       printer->levels[printer->depth - 1].indent);
	printer->n_levels = printer->depth;
}

/* Where the first key or dash of a collection is; other nodes themselves. */
static uint32_t head_of(const struct node *node)
{
	if (node->kind == NODE_MAPPING && is_block(node))
		return node->entries.items[0].key->span.begin;
	return node->span.begin;
}

static void put_mapping(struct fmt_printer *printer, const struct node *mapping, uint32_t column,
			uint32_t indent);
static void put_sequence(struct fmt_printer *printer, const struct node *sequence, uint32_t indent);

static void put_block(struct fmt_printer *printer, const struct node *node, uint32_t indent)
{
	if (node->kind == NODE_MAPPING) {
		put_mapping(printer, node, column_of(printer->source, node->span.begin), indent);
	} else {
		put_sequence(printer, node, indent);
	}
}

/* Whether the collection was written behind what is on the line. If not, nothing was. */
static bool put_on_one_line(struct fmt_printer *printer, const struct node *node, uint32_t indent)
{
	struct fmt_place place = fmt_here(printer);

	fmt_put(printer, " ");
	fmt_flow(printer, node, indent, false);
	if (!fmt_is_one_line(printer, &place) || fmt_line_width(printer) <= FMT_WIDEST_LINE)
		return true;
	fmt_go_back(printer, &place);
	return false;
}

/*
 * A flow mapping that is too wide, in block style. There is no comment in it, because it is on one
 * line; that behind it goes to the key.
 */
static void put_wide_mapping(struct fmt_printer *printer, const struct node *mapping,
			     uint32_t indent, bool is_item)
{
	const struct source *source = printer->source;
	uint32_t end = mapping->span.end;
	uint32_t comment = layout_skip_blanks(source, end);
	bool has_comment = comment < source->length && source->text[comment] == '#';

	if (has_comment) {
		struct fmt_gap gap =
			fmt_gap_read(printer->arena, source, end, layout_line_end(source, comment));
		fmt_put_trailing(printer, &gap.comments.items[0]);
		end = layout_line_end(source, comment);
	}
	if (is_item && !has_comment) {
		fmt_put(printer, " ");
	} else {
		fmt_begin_line(printer, false, indent);
	}
	printer->at = mapping->span.begin + 1;
	put_mapping(printer, mapping, printer->levels[printer->depth - 1].column + 1, indent);
	printer->at = end;
}

/* A flow collection as the value of an entry, or an item, of a block that is indented so. */
static void put_flow(struct fmt_printer *printer, const struct node *node, uint32_t indent,
		     bool is_item)
{
	bool is_empty = node->entries.n_items == 0 && node->items.n_items == 0;
	uint32_t inner = is_item ? indent + FMT_STEP : indent;

	if (is_empty || fmt_flow_is_open(node)) {
		fmt_put(printer, " ");
		fmt_flow(printer, node, inner, false);
		if (is_empty && !is_item)
			leave_level(printer);
	} else if (!put_on_one_line(printer, node, inner)) {
		if (node->kind == NODE_MAPPING) {
			put_wide_mapping(printer, node, indent + FMT_STEP, is_item);
		} else {
			fmt_put(printer, " ");
			fmt_flow(printer, node, inner, true);
		}
	}
}

/* A scalar or flow collection. `gap`, which has been written, was before it. */
static void put_leaf(struct fmt_printer *printer, const struct node *node,
		     const struct fmt_gap *gap, uint32_t indent, bool is_item)
{
	uint32_t inner = indent + FMT_STEP;

	if (gap->comments.n_items > 0) {
		fmt_begin_line(printer, false, inner);
	} else if (node->kind == NODE_SCALAR) {
		fmt_put(printer, " ");
	}
	if (layout_is_block_scalar(node)) {
		fmt_block_scalar(printer, node, inner);
	} else if (node->kind == NODE_SCALAR) {
		fmt_scalar(printer, node, inner);
	} else if (gap->comments.n_items > 0) {
		fmt_flow(printer, node, inner, false);
	} else {
		put_flow(printer, node, indent, is_item);
	}
}

/* What stands behind a key's colon or, as an item, behind a dash of a collection indented so. */
static void put_value(struct fmt_printer *printer, const struct node *value, uint32_t indent,
		      bool is_item)
{
	uint32_t inner = indent + FMT_STEP;
	struct fmt_gap gap;
	uint32_t head;

	if (fmt_is_absent(value)) {
		if (!is_item)
			leave_level(printer);
		return;
	}
	head = head_of(value);
	gap = fmt_gap_read(printer->arena, printer->source, printer->at, head);
	if (gap.comments.n_items > 0) /* on a long line the column takes time */
		fmt_put_comments(printer, &gap, column_of(printer->source, head), inner);
	printer->at = head;
	if (!is_block(value)) {
		put_leaf(printer, value, &gap, indent, is_item);
		return;
	}
	if (is_item && gap.comments.n_items == 0) {
		fmt_put(printer, " ");
	} else {
		fmt_begin_line(printer, gap.has_blank && gap.comments.n_items > 0, inner);
	}
	put_block(printer, value, inner);
}

/* Also a flow mapping that is written as a block. */
static void put_mapping(struct fmt_printer *printer, const struct node *mapping, uint32_t column,
			uint32_t indent)
{
	const struct node_entry *first = mapping->entries.items;
	bool is_root = printer->depth == 0;

	open_level(printer, column, indent);
	vec_foreach(entry, &mapping->entries) {
		if (entry > first) {
			const struct node *section = is_root ? entry[-1].value : NULL;
			begin_entry(printer, entry->key->span.begin, section);
		}
		fmt_key(printer, entry->key);
		fmt_put(printer, ":");
		put_value(printer, entry->value, indent, false);
	}
	printer->depth--;
}

static void put_sequence(struct fmt_printer *printer, const struct node *sequence, uint32_t indent)
{
	const struct source *source = printer->source;
	const struct node **first = sequence->items.items;

	open_level(printer, column_of(source, sequence->span.begin), indent);
	vec_foreach(item, &sequence->items) {
		uint32_t limit = (*item)->span.begin;
		uint32_t dash = layout_find(source, printer->at, limit, '-');

		if (item > first)
			begin_entry(printer, dash, NULL);
		fmt_put(printer, "-");
		printer->at = dash + 1;
		put_value(printer, *item, indent, true);
	}
	printer->depth--;
}

/* The next `---` or `...` up to `end`. */
static uint32_t find_marker(const struct fmt_printer *printer, uint32_t end)
{
	uint32_t dashes = layout_find(printer->source, printer->at, end, '-');
	uint32_t dots = layout_find(printer->source, printer->at, end, '.');

	return dashes < dots ? dashes : dots;
}

/* What stands before or behind the root, and the gap that is left then. */
static struct fmt_gap put_margin(struct fmt_printer *printer, uint32_t end)
{
	struct fmt_gap gap;
	uint32_t marker;

	while ((marker = find_marker(printer, end)) < end) {
		gap = fmt_gap_read(printer->arena, printer->source, printer->at, marker);
		put_lines(printer, &gap, SIZE_MAX);
		fmt_begin_line(printer, gap.has_blank, 0);
		fmt_put_span(printer, marker, marker + MARKER_SIZE);
		printer->at = marker + MARKER_SIZE;
		printer->n_levels = 0;
	}
	gap = fmt_gap_read(printer->arena, printer->source, printer->at, end);
	put_lines(printer, &gap, SIZE_MAX);
	return gap;
}

void fmt_document(struct fmt_printer *printer, const struct node *root)
{
	if (!fmt_is_absent(root)) {
		struct fmt_gap gap = put_margin(printer, head_of(root));

		fmt_begin_line(printer, gap.has_blank, 0);
		printer->at = head_of(root);
		if (is_block(root)) {
			put_block(printer, root, 0);
		} else if (root->kind == NODE_SCALAR) {
			fmt_scalar(printer, root, FMT_STEP);
		} else {
			fmt_flow(printer, root, 0, false);
		}
	}
	(void)put_margin(printer, (uint32_t)printer->source->length);
}
