/* SPDX-License-Identifier: MIT */

/*
 * Edit: finds the place on the path, and leaves what is to be done there to the style that the
 * mapping there is written in.
 */

#include "compiler/edit/edit.h"

#include <string.h>

#include "base/arena.h"
#include "base/source.h"
#include "base/text.h"
#include "compiler/edit/layout.h"
#include "compiler/edit/parts.h"
#include "compiler/parse/node.h"

/* How far a path leads. */
struct trail {
	const struct node *node;
	size_t n_found;
	struct place place; /* of `node` */
	struct place outer; /* of the mapping that `node` is in */
	bool is_explicit;   /* somewhere on the way */
};

static bool find_entry(const struct node *mapping, const char *key, size_t *ret_index)
{
	if (mapping->kind != NODE_MAPPING)
		return false;
	for (size_t i = 0; i < mapping->entries.n_items; i++) {
		if (strcmp(mapping->entries.items[i].key->text, key) == 0) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

static struct trail follow(const struct node *root, const char *const *path, size_t n_path)
{
	struct trail trail = {.node = root};
	size_t index = 0;

	while (trail.n_found < n_path && find_entry(trail.node, path[trail.n_found], &index)) {
		trail.is_explicit |= layout_is_explicit(trail.node, index);
		trail.outer = trail.place;
		trail.place = (struct place){trail.node, index};
		trail.node = trail.node->entries.items[index].value;
		trail.n_found++;
	}
	return trail;
}

const struct node *edit_find(const struct node *root, const char *const *path, size_t n_path,
			     size_t *ret_n_found)
{
	struct trail trail = follow(root, path, n_path);

	*ret_n_found = trail.n_found;
	return trail.node;
}

void addition_write(const struct addition *addition, struct text *out)
{
	edit_write_scalar(out, addition->keys[0]);
	text_puts(out, ": ");
	if (addition->n_keys == 1) {
		text_puts(out, addition->value);
	} else {
		struct addition inner = {addition->keys + 1, addition->n_keys - 1, addition->value};
		addition_write_mapping(&inner, out);
	}
}

void addition_write_mapping(const struct addition *addition, struct text *out)
{
	text_puts(out, "{ ");
	addition_write(addition, out);
	text_puts(out, " }");
}

void edit_write_span(struct text *out, const struct source *source, uint32_t begin, uint32_t end)
{
	if (begin < end)
		text_append(out, source->text + begin, end - begin);
}

void edit_write_indent(struct text *out, uint32_t columns)
{
	for (uint32_t i = 0; i < columns; i++)
		text_puts(out, " ");
}

void edit_set(struct arena *arena, const struct source *source, uint32_t begin, uint32_t end,
	      const struct text *text, struct edit *ret_edit)
{
	*ret_edit = (struct edit){
		.source = source,
		.begin = begin,
		.end = end,
		.text = arena_copy(arena, text->length > 0 ? text->data : "", text->length),
		.length = text->length,
	};
}

void edit_set_value(struct arena *arena, struct span old, const char *text, struct edit *ret_edit)
{
	const char *source = old.source->text;
	cleanup_(text_finish) struct text out = {0};

	/* In JSON there is no blank behind a colon, and a comment may stand right behind a quote.
	 */
	if (old.begin > 0 && source[old.begin - 1] == ':')
		text_puts(&out, " ");
	text_puts(&out, text);
	if (source[old.end] == '#')
		text_puts(&out, " ");
	edit_set(arena, old.source, old.begin, old.end, &out, ret_edit);
}

static int replace(struct arena *arena, struct place place, const char *value,
		   struct edit *ret_edit)
{
	if (!layout_is_flow(place.mapping))
		return block_replace(arena, place, value, ret_edit);
	flow_replace(arena, place, value, ret_edit);
	return 0;
}

/* Puts an entry where a mapping is absent, null or empty. */
static int fill(struct arena *arena, const struct node *root, const struct trail *trail,
		const struct addition *addition, struct edit *ret_edit)
{
	const struct node *node = trail->node;
	const struct span *span = &node->span;
	const struct node *outer = trail->place.mapping;
	cleanup_(text_finish) struct text value = {0};

	if (layout_is_flow(node) && layout_has_comment(span->source, span->begin, span->end)) {
		flow_add(arena, node, addition, ret_edit);
		return 0;
	}
	if (!outer) {
		block_begin(arena, root, addition, ret_edit);
		return 0;
	}
	if (outer == root && !layout_is_flow(root) &&
	    block_fill(arena, root, trail->place.index, addition, ret_edit))
		return 0;
	addition_write_mapping(addition, &value);
	return replace(arena, trail->place, value.data, ret_edit);
}

int edit_put(struct arena *arena, const struct node *root, const char *const *path, size_t n_path,
	     const char *value, struct edit *ret_edit)
{
	struct trail trail = follow(root, path, n_path);
	struct addition addition = {path + trail.n_found, n_path - trail.n_found, value};
	const struct node *node = trail.node;

	if (trail.is_explicit)
		return EDIT_E_LAYOUT;
	if (trail.n_found == n_path)
		return replace(arena, trail.place, value, ret_edit);
	if (node_is_null(node) || (node->kind == NODE_MAPPING && node->entries.n_items == 0))
		return fill(arena, root, &trail, &addition, ret_edit);
	if (node->kind != NODE_MAPPING)
		return EDIT_E_NOT_A_MAPPING;
	if (!layout_is_flow(node))
		return block_add(arena, root, node, &addition, ret_edit);
	flow_add(arena, node, &addition, ret_edit);
	return 0;
}

int edit_remove(struct arena *arena, const struct node *root, const char *const *path,
		size_t n_path, struct edit *ret_edit)
{
	struct trail trail = follow(root, path, n_path);

	if (trail.n_found < n_path) {
		return trail.node->kind == NODE_MAPPING || node_is_null(trail.node)
			       ? EDIT_E_ABSENT
			       : EDIT_E_NOT_A_MAPPING;
	}
	if (trail.is_explicit)
		return EDIT_E_LAYOUT;
	if (!layout_is_flow(trail.place.mapping))
		return block_remove(arena, trail.outer, trail.place, ret_edit);
	flow_remove(arena, trail.place, ret_edit);
	return 0;
}

const char *edit_apply(struct arena *arena, const struct edit *edit, size_t *ret_length)
{
	const struct source *source = edit->source;
	size_t behind = source->length - edit->end;
	char *text = arena_alloc(arena, edit->begin + edit->length + behind + 1);

	memcpy(text, source->text, edit->begin);
	memcpy(text + edit->begin, edit->text, edit->length);
	memcpy(text + edit->begin + edit->length, source->text + edit->end, behind);
	*ret_length = edit->begin + edit->length + behind;
	return text;
}
