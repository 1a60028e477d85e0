/* SPDX-License-Identifier: MIT */

/* Tree: keys are checked here, because only the stack knows what is one. */

#include "compiler/parse/tree.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"

static struct node *new_node(struct tree *tree, enum node_kind kind, uint32_t begin,
			     size_t text_size)
{
	struct node *node = arena_alloc(tree->arena, sizeof(*node) + text_size);

	node->kind = kind;
	node->span = (struct span){tree->source, begin, begin};
	tree->n_nodes++;
	return node;
}

struct node *tree_new_scalar(struct tree *tree, struct span span, const void *text, size_t length)
{
	struct node *node = new_node(tree, NODE_SCALAR, span.begin, length + 1);
	char *copy = (char *)(node + 1); /* one piece of memory is smaller than two */

	memcpy(copy, text, length);
	node->text = copy;
	node->span.end = span.end;
	return node;
}

const struct node *tree_waiting_key(const struct tree *tree)
{
	return tree->n_frames > 0 ? tree->frames[tree->n_frames - 1].key : NULL;
}

/* Whether a mapping can have this key; says why where it cannot. */
static bool is_good_key(struct tree *tree, const struct node *node, uint32_t length)
{
	struct diag_bag *diags = tree->diags;
	struct diag *diag = NULL;

	if (node->kind != NODE_SCALAR) {
		diag = diag_add(diags, DIAG_YAML_FEATURE, node->span,
				"a key has to be a single word, not a list or a mapping");
		diag_help(diags, diag, "put a value that begins with '{' or '[' in quotes");
	} else if (node->is_plain && strcmp(node->text, "<<") == 0) {
		diag = diag_add(diags, DIAG_YAML_FEATURE, node->span,
				"merge keys are not part of the topology language");
		diag_help(diags, diag, "write out the keys that '<<' would bring in");
	} else if (node->is_plain && length == 0) {
		diag = diag_add(diags, DIAG_YAML_SYNTAX, node->span,
				"a key is missing in front of ':'");
		diag_help(diags, diag, "write 'key: value'");
	}
	return !diag;
}

static void push_child(struct tree *tree, struct keys_entry child)
{
	*vec_push(tree->scratch, &tree->children) = child;
}

void tree_attach(struct tree *tree, const struct node *node, uint32_t end, uint32_t length)
{
	if (!node)
		tree->has_holes = true;
	if (tree->n_frames == 0) {
		tree->root = node;
		return;
	}

	struct tree_frame *frame = &tree->frames[tree->n_frames - 1];
	frame->end = end;
	if (frame->node->kind == NODE_SEQUENCE) {
		if (node)
			push_child(tree, (struct keys_entry){.value = node});
	} else if (!frame->has_key) {
		frame->has_key = true;
		frame->key = node && is_good_key(tree, node, length) ? node : NULL;
		frame->key_length = length;
		if (!frame->key)
			tree->has_holes = true;
	} else {
		if (node && frame->key)
			push_child(tree, (struct keys_entry){frame->key, node, frame->key_length});
		frame->has_key = false;
		frame->key = NULL;
	}
}

void tree_open(struct tree *tree, enum node_kind kind, uint32_t begin)
{
	tree->frames[tree->n_frames++] = (struct tree_frame){
		.node = new_node(tree, kind, begin, 0),
		.first_child = tree->children.n_items,
		.end = begin,
	};
}

static void take_entries(struct tree *tree, struct node *node, size_t first)
{
	struct keys_entry *children = tree->children.items + first;
	size_t n = keys_drop_repeats(&tree->keys, children, tree->children.n_items - first,
				     tree->diags);

	node->entries.items = ARENA_ARRAY(tree->arena, struct node_entry, n);
	node->entries.n_items = node->entries.capacity = n;
	for (size_t i = 0; i < n; i++)
		node->entries.items[i] = (struct node_entry){children[i].key, children[i].value};
}

static void take_items(struct tree *tree, struct node *node, size_t first)
{
	const struct keys_entry *children = tree->children.items + first;
	size_t n = tree->children.n_items - first;

	node->items.items = ARENA_ARRAY(tree->arena, const struct node *, n);
	node->items.n_items = node->items.capacity = n;
	for (size_t i = 0; i < n; i++)
		node->items.items[i] = children[i].value;
}

void tree_close(struct tree *tree, uint32_t end)
{
	struct tree_frame *frame = &tree->frames[tree->n_frames - 1];
	struct node *node = frame->node;

	node->span.end = end > 0 ? end : frame->end;
	if (tree->children.n_items > frame->first_child) {
		if (node->kind == NODE_MAPPING) {
			take_entries(tree, node, frame->first_child);
		} else {
			take_items(tree, node, frame->first_child);
		}
		tree->children.n_items = frame->first_child;
	}
	tree->n_frames--;
	tree_attach(tree, node, node->span.end, 0);
}
