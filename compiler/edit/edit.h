/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Edit: changes single entries of a topology's text, in place.
 *
 * An edit is one range of bytes and what they become. Comments, order, layout, quotes and line
 * breaks of everything else stay as they are, byte for byte. What is new is written in the style of
 * what is around it, and putting an entry and removing it again gives back the same text, where its
 * mapping had entries before.
 *
 * A comment goes away with the lines of the entry or inside the value that it is part of; those in
 * the lines above stay, because they may be about more than one entry. Where a file ends in a block
 * scalar without a line break, what is put behind it has to end that line, and its value with it.
 */

#include <stddef.h>
#include <stdint.h>

struct arena;
struct node;
struct source;
struct text;

enum {
	EDIT_E_NOT_A_MAPPING = 1, /* a scalar or a list stands where a mapping would have to */
	EDIT_E_ABSENT,            /* nothing to remove */
	EDIT_E_LAYOUT,            /* correct YAML that is not edited: a `? key` on the way, or a
				     comment that would become part of the text above it */
};

/* One change to a source: its bytes [begin, end) become `text`. */
struct edit {
	const struct source *source;
	uint32_t begin;
	uint32_t end;
	const char *text;
	size_t length;
};

/*
 * The deepest node on the path of keys below `root`, and how many of the keys lead to it. Behind
 * EDIT_E_NOT_A_MAPPING it is the node in the way.
 */
const struct node *edit_find(const struct node *root, const char *const *path, size_t n_path,
			     size_t *ret_n_found);

/*
 * Puts `value` at the path, which has at least one key: as a new last entry of its mapping, or in
 * place of the value that is there. `value` is one line of YAML in flow style, not empty: a scalar
 * (edit_write_scalar()), a list or a mapping.
 *
 * Mappings on the way that are absent, null or `{}` are made: a section of the file as a block,
 * what is below it in flow style. `root` is a tree that parse_source() had no complaint about.
 */
int edit_put(struct arena *arena, const struct node *root, const char *const *path, size_t n_path,
	     const char *value, struct edit *ret_edit);

/*
 * Removes the entry at the path with the lines that are its own. A mapping that is left without
 * entries becomes `{}`.
 */
int edit_remove(struct arena *arena, const struct node *root, const char *const *path,
		size_t n_path, struct edit *ret_edit);

/* The whole text with the edit applied, with a NUL byte behind it. */
const char *edit_apply(struct arena *arena, const struct edit *edit, size_t *ret_length);

/*
 * Writes a string, well-formed UTF-8, as a key or scalar of a flow mapping: in quotes where YAML
 * 1.1 or 1.2 would take it for something else or not at all.
 */
void edit_write_scalar(struct text *out, const char *value);
