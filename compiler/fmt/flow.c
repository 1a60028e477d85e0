/* SPDX-License-Identifier: MIT */

/*
 * Flow collections: `{ a: b }` and `[a, b]`. One that its author wrote on one line is on one line;
 * else it is open: its brackets stand on lines of their own, its entries where their author began
 * lines, and every entry has a comma.
 */

#include "base/source.h"
#include "compiler/edit/layout.h"
#include "compiler/fmt/nodes.h"
#include "compiler/fmt/printer.h"
#include "compiler/parse/node.h"

struct flow {
	const struct node *node;
	uint32_t indent;
	bool is_open;
	bool is_filled;
};

static size_t count(const struct node *node)
{
	return node->kind == NODE_MAPPING ? node->entries.n_items : node->items.n_items;
}

static const struct node *child_at(const struct node *node, size_t i)
{
	return node->kind == NODE_MAPPING ? node->entries.items[i].key : node->items.items[i];
}

static bool has_break(const struct source *source, uint32_t begin, uint32_t end)
{
	return fmt_find_break(source, begin, end) < end;
}

/* Whether a line ends between `*at` and the end of the node, outside of scalars. */
static bool is_open_up_to(const struct node *node, uint32_t *at)
{
	const struct source *source = node->span.source;
	bool is_open;

	if (fmt_is_absent(node))
		return false;
	is_open = has_break(source, *at, node->span.begin);
	if (*at < node->span.begin)
		*at = node->span.begin;
	for (size_t i = 0; node->kind != NODE_SCALAR && i < count(node); i++) {
		is_open = is_open_up_to(child_at(node, i), at) || is_open;
		if (node->kind == NODE_MAPPING)
			is_open = is_open_up_to(node->entries.items[i].value, at) || is_open;
	}
	if (node->kind != NODE_SCALAR)
		is_open = is_open || has_break(source, *at, node->span.end);
	if (*at < node->span.end)
		*at = node->span.end;
	return is_open;
}

bool fmt_flow_is_open(const struct node *node)
{
	uint32_t at = node->span.begin;

	return is_open_up_to(node, &at);
}

/* The same for what the gap before it leads to. */
static void put_gap(struct fmt_printer *printer, uint32_t end, uint32_t indent)
{
	struct fmt_gap gap = fmt_gap_read(printer->arena, printer->source, printer->at, end);

	if (gap.comments.n_items == 0) {
		fmt_put(printer, " ");
		return;
	}
	fmt_put_comments(printer, &gap, 0, indent);
	fmt_begin_line(printer, gap.has_blank, indent);
}

static void put_node(struct fmt_printer *printer, const struct node *node, uint32_t indent,
		     uint32_t limit);

/* `key: value`, or the key alone where a mapping has it so, up to `limit`. */
static void put_entry(struct fmt_printer *printer, const struct node_entry *entry, bool is_pair,
		      uint32_t indent, uint32_t limit)
{
	fmt_key(printer, entry->key);
	if (!fmt_is_absent(entry->value)) {
		fmt_put(printer, ":");
		put_gap(printer, entry->value->span.begin, indent + FMT_STEP);
		put_node(printer, entry->value, indent, limit);
	} else if (is_pair || layout_find(printer->source, printer->at, limit, ':') < limit) {
		fmt_put(printer, ":");
	}
}

static void put_node(struct fmt_printer *printer, const struct node *node, uint32_t indent,
		     uint32_t limit)
{
	if (node->kind == NODE_SCALAR) {
		fmt_scalar(printer, node, indent + FMT_STEP);
	} else if (layout_is_flow(node)) {
		fmt_flow(printer, node, indent, false);
	} else { /* the pair in `[key: value]` */
		put_entry(printer, &node->entries.items[0], true, indent, limit);
	}
}

static void put_child(struct fmt_printer *printer, const struct flow *flow, size_t i)
{
	const struct node *node = flow->node;
	uint32_t indent = flow->is_open ? flow->indent + FMT_STEP : flow->indent;
	bool is_last = i + 1 == count(node);
	uint32_t limit = is_last ? node->span.end - 1 : child_at(node, i + 1)->span.begin;

	if (node->kind == NODE_MAPPING) {
		put_entry(printer, &node->entries.items[i], false, indent, limit);
	} else {
		put_node(printer, node->items.items[i], indent, limit);
	}
	if (is_last && !flow->is_open)
		return;
	/* `a:,` is not the key `a` to every reader. */
	fmt_put(printer, printer->out.data[printer->out.length - 1] == ':' ? " ," : ",");
}

/* A list's item behind the one before it, or on the next line where this one would be too full. */
static void put_filled(struct fmt_printer *printer, const struct flow *flow, size_t i)
{
	struct fmt_place place = fmt_here(printer);

	if (i > 0) {
		fmt_put(printer, " ");
		put_child(printer, flow, i);
		if (fmt_is_one_line(printer, &place) && fmt_line_width(printer) <= FMT_FILLED_LINE)
			return;
		fmt_go_back(printer, &place);
	}
	fmt_begin_line(printer, false, flow->indent + FMT_STEP);
	put_child(printer, flow, i);
}

/* What stands between two entries, or the bracket and the first of them. */
static void put_separator(struct fmt_printer *printer, const struct flow *flow, size_t i)
{
	uint32_t indent = flow->indent + FMT_STEP;
	uint32_t begin = child_at(flow->node, i)->span.begin;
	struct fmt_gap gap = fmt_gap_read(printer->arena, printer->source, printer->at, begin);

	fmt_put_comments(printer, &gap, 0, indent);
	if (i > 0 && !gap.has_break) {
		fmt_put(printer, " ");
	} else {
		bool is_first = i == 0 && gap.comments.n_items == 0;
		fmt_begin_line(printer, gap.has_blank && !is_first, indent);
	}
}

static void put_children(struct fmt_printer *printer, const struct flow *flow)
{
	for (size_t i = 0; i < count(flow->node); i++) {
		if (flow->is_filled) {
			put_filled(printer, flow, i);
		} else {
			if (flow->is_open) {
				put_separator(printer, flow, i);
			} else if (i > 0) {
				fmt_put(printer, " ");
			}
			put_child(printer, flow, i);
		}
	}
}

/*
 * Whether the closing bracket is set apart: in a mapping, but for a scalar `-`, which is one only
 * in front of something; in a list where `key:]` would not be a key to every reader.
 */
static bool is_apart(const struct fmt_printer *printer, bool is_mapping)
{
	const struct text *out = &printer->out;
	const char *last = out->data + out->length - 1;

	return is_mapping ? last[0] != '-' || last[-1] != ' ' : last[0] == ':';
}

void fmt_flow(struct fmt_printer *printer, const struct node *node, uint32_t indent, bool is_filled)
{
	bool is_mapping = node->kind == NODE_MAPPING;
	uint32_t close = node->span.end - 1;
	struct flow flow = {
		.node = node,
		.indent = indent,
		.is_filled = is_filled,
		.is_open = is_filled || fmt_flow_is_open(node),
	};
	struct fmt_gap gap;

	if (count(node) == 0) /* only a comment keeps it open */
		flow.is_open = layout_has_comment(printer->source, node->span.begin, close);
	fmt_put(printer, is_mapping ? "{" : "[");
	if (is_mapping && !flow.is_open && count(node) > 0)
		fmt_put(printer, " ");
	printer->at = node->span.begin + 1;
	put_children(printer, &flow);
	if (flow.is_open) {
		gap = fmt_gap_read(printer->arena, printer->source, printer->at, close);
		fmt_put_comments(printer, &gap, 0, indent + FMT_STEP);
		fmt_begin_line(printer, false, indent);
	} else if (count(node) > 0 && is_apart(printer, is_mapping)) {
		fmt_put(printer, " ");
	}
	fmt_put(printer, is_mapping ? "}" : "]");
	printer->at = node->span.end;
}
