/* SPDX-License-Identifier: MIT */

/* Fuzz: any bytes go through the parser and every renderer of its findings. */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/diag/services.h"
#include "base/text.h"
#include "compiler/parse/node.h"
#include "compiler/parse/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What every later pass relies on. Returns how many nodes there are. */
static size_t check_node(const struct node *node, struct span outer, size_t depth)
{
	size_t n_nodes = 1;

	assert(depth <= PARSE_MAX_DEPTH);
	assert(node->span.source == outer.source && node->span.begin <= node->span.end);
	assert(node->span.begin >= outer.begin && node->span.end <= outer.end);
	switch (node->kind) {
	case NODE_SCALAR:
		assert(node->text);
		break;
	case NODE_SEQUENCE:
		vec_foreach(item, &node->items)
			n_nodes += check_node(*item, node->span, depth + 1);
		break;
	case NODE_MAPPING:
		vec_foreach(entry, &node->entries) {
			assert(entry->key->kind == NODE_SCALAR);
			n_nodes += check_node(entry->key, node->span, depth + 1);
			n_nodes += check_node(entry->value, node->span, depth + 1);
		}
		break;
	}
	return n_nodes;
}

/* No text of a user's makes another command of one. */
static void check_annotations(const struct diag_bag *diags, const struct diag_paths *paths)
{
	struct text out = {0};
	size_t n_lines = 0;

	diag_render_github(diags, paths, &out);
	for (size_t i = 0; i < out.length; i++) {
		if (i == 0 || out.data[i - 1] == '\n')
			assert(strncmp(out.data + i, "::error ", 8) == 0 ||
			       strncmp(out.data + i, "::warning ", 10) == 0);
		n_lines += out.data[i] == '\n';
	}
	assert(n_lines == diags->items.n_items);
	text_finish(&out);
}

static void check_findings(struct diag_bag *diags, const struct source *source)
{
	const struct diag_paths paths = {"topology.yaml", "/src/net", "/src"};
	struct text out = {0};

	vec_foreach(item, &diags->items) {
		struct span span = (*item)->span;
		assert(span.source == source && span.begin <= span.end);
		assert(span.end <= source->length);
	}
	diag_sort(diags);
	diag_render_text(diags, false, &out);
	diag_render_text(diags, true, &out);
	diag_render_json(diags, &out);
	diag_render_gitlab(diags, &paths, &out);
	text_finish(&out);
	check_annotations(diags, &paths);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_create();
	struct diag_bag diags = {.arena = arena};
	const struct source *source =
		source_create(arena, "topology.yaml", (const char *)bytes, size);
	struct span all = {.source = source, .end = (uint32_t)size};
	const struct node *root = parse_source(arena, source, &diags);

	assert(root || diags.n_errors > 0);
	if (root)
		assert(check_node(root, all, 0) <= PARSE_MAX_NODES + 1);
	check_findings(&diags, source);
	(void)arena_destroy(arena);
	return 0;
}
