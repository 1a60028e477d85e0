/* SPDX-License-Identifier: MIT */

/* Same: the nodes are compared pairwise; comments are what a '#' outside of scalars begins. */

#include "compiler/fmt/same.h"

#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/source.h"
#include "base/vec.h"
#include "compiler/edit/layout.h"
#include "compiler/parse/node.h"

/* A comment, without the blanks at its end. */
struct remark {
	uint32_t begin;
	uint32_t end;
};

struct remarks {
	struct arena *arena;
	const struct source *source;
	uint32_t at;
	vec_of(struct remark) items;
};

static bool has_same_nodes(const struct node *a, const struct node *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case NODE_SCALAR:
		return a->is_plain == b->is_plain && strcmp(a->text, b->text) == 0;
	case NODE_SEQUENCE:
		if (a->items.n_items != b->items.n_items)
			return false;
		for (size_t i = 0; i < a->items.n_items; i++) {
			if (!has_same_nodes(a->items.items[i], b->items.items[i]))
				return false;
		}
		return true;
	case NODE_MAPPING:
		if (a->entries.n_items != b->entries.n_items)
			return false;
		for (size_t i = 0; i < a->entries.n_items; i++) {
			const struct node_entry *x = &a->entries.items[i];
			const struct node_entry *y = &b->entries.items[i];

			if (!has_same_nodes(x->key, y->key) || !has_same_nodes(x->value, y->value))
				return false;
		}
		return true;
	}
	unreachable();
}

static void collect_up_to(struct remarks *remarks, uint32_t end)
{
	const struct source *source = remarks->source;

	for (;;) {
		uint32_t begin = layout_find(source, remarks->at, end, '#');
		if (begin >= end)
			break;
		uint32_t line_end = layout_line_end(source, begin);
		*vec_push(remarks->arena, &remarks->items) =
			(struct remark){begin, layout_trim_blanks(source, begin, line_end)};
		remarks->at = line_end;
	}
	if (end > remarks->at)
		remarks->at = end;
}

static void collect(struct remarks *remarks, const struct node *node)
{
	if (node->kind == NODE_SCALAR && node->span.begin < node->span.end) {
		collect_up_to(remarks, node->span.begin);
		if (layout_is_block_scalar(node))
			collect_up_to(remarks, layout_line_end(remarks->source, node->span.begin));
		remarks->at = layout_end(node);
	}
	if (node->kind == NODE_SEQUENCE) {
		vec_foreach(item, &node->items)
			collect(remarks, *item);
	}
	if (node->kind == NODE_MAPPING) {
		vec_foreach(entry, &node->entries) {
			collect(remarks, entry->key);
			collect(remarks, entry->value);
		}
	}
}

static struct remarks remarks_of(struct arena *arena, const struct node *root)
{
	struct remarks remarks = {.arena = arena, .source = root->span.source};

	collect(&remarks, root);
	collect_up_to(&remarks, (uint32_t)remarks.source->length);
	return remarks;
}

bool fmt_is_same(struct arena *arena, const struct node *a, const struct node *b)
{
	struct remarks x = remarks_of(arena, a);
	struct remarks y = remarks_of(arena, b);

	if (!has_same_nodes(a, b) || x.items.n_items != y.items.n_items)
		return false;
	for (size_t i = 0; i < x.items.n_items; i++) {
		const struct remark *p = &x.items.items[i];
		const struct remark *q = &y.items.items[i];

		if (p->end - p->begin != q->end - q->begin ||
		    memcmp(x.source->text + p->begin, y.source->text + q->begin,
			   p->end - p->begin) != 0)
			return false;
	}
	return true;
}
