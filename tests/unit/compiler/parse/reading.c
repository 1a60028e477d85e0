/* SPDX-License-Identifier: MIT */

/* Reading: trees, spans and findings as text, so that a test is a table of texts. */

#include "tests/unit/compiler/parse/reading.h"

#include <string.h>

#include "base/arena.h"
#include "compiler/parse/node.h"
#include "compiler/parse/parse.h"

struct reading reading_create(const char *text, size_t length)
{
	struct reading reading = {.arena = arena_create()};

	reading.diags.arena = reading.arena;
	reading.source = source_create(reading.arena, "topology.yaml", text, length);
	reading.root = parse_source(reading.arena, reading.source, &reading.diags);
	return reading;
}

void reading_finish(struct reading *reading)
{
	reading->arena = arena_destroy(reading->arena);
}

static void show_node(const struct node *node, struct text *out)
{
	const char *separator = "";

	switch (node->kind) {
	case NODE_SCALAR:
		text_printf(out, node->is_plain ? "%s" : "\"%s\"", node->text);
		return;
	case NODE_SEQUENCE:
		text_puts(out, "[");
		vec_foreach(item, &node->items) {
			text_puts(out, separator);
			show_node(*item, out);
			separator = ", ";
		}
		text_puts(out, "]");
		return;
	case NODE_MAPPING:
		text_puts(out, "{");
		vec_foreach(entry, &node->entries) {
			text_puts(out, separator);
			show_node(entry->key, out);
			text_puts(out, ": ");
			show_node(entry->value, out);
			separator = ", ";
		}
		text_puts(out, "}");
		return;
	}
	unreachable();
}

void reading_show_tree(const struct reading *reading, struct text *out)
{
	if (!reading->root) {
		text_puts(out, "none");
		return;
	}
	show_node(reading->root, out);
}

static void show_spans(const struct node *node, struct text *out)
{
	text_printf(out, "<%.*s>", (int)(node->span.end - node->span.begin),
		    node->span.source->text + node->span.begin);
	if (node->kind == NODE_SEQUENCE) {
		vec_foreach(item, &node->items)
			show_spans(*item, out);
	} else if (node->kind == NODE_MAPPING) {
		vec_foreach(entry, &node->entries) {
			show_spans(entry->key, out);
			show_spans(entry->value, out);
		}
	}
}

void reading_show_spans(const struct reading *reading, struct text *out)
{
	if (reading->root)
		show_spans(reading->root, out);
}

void reading_show_findings(struct reading *reading, struct text *out)
{
	diag_sort(&reading->diags);
	vec_foreach(item, &reading->diags.items) {
		struct span span = (*item)->span;
		struct position position = source_position(reading->source, span.begin);
		text_printf(out, "%s %u:%u '%.*s'\n", diag_rules[(*item)->rule].slug, position.line,
			    position.column, (int)(span.end - span.begin),
			    reading->source->text + span.begin);
	}
}
