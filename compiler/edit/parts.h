/* SPDX-License-Identifier: MIT */
#pragma once

/* What an edit is put together from: entries of block mappings and entries of flow mappings. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/source.h"

struct arena;
struct edit;
struct node;
struct text;

/* What is put: `keys[0]: value`, or mappings in each other, one for each key. Not 0 keys. */
struct addition {
	const char *const *keys;
	size_t n_keys;
	const char *value;
};

/* An entry of a mapping, or, with no mapping, the root of the document. */
struct place {
	const struct node *mapping;
	size_t index;
};

/* In flow style: `key: value`, and what stands behind a key. */
void addition_write(const struct addition *addition, struct text *out);
void addition_write_mapping(const struct addition *addition, struct text *out);

/* What stands in [begin, end), if anything does, and blanks. */
void edit_write_span(struct text *out, const struct source *source, uint32_t begin, uint32_t end);
void edit_write_indent(struct text *out, uint32_t columns);

/* Fills in an edit of [begin, end); the text is copied. */
void edit_set(struct arena *arena, const struct source *source, uint32_t begin, uint32_t end,
	      const struct text *text, struct edit *ret_edit);

/* Replaces what a value is, or takes its place, with blanks where it would grow into its
 * neighbours. */
void edit_set_value(struct arena *arena, struct span old, const char *text, struct edit *ret_edit);

/*
 * Adds a last entry to a block mapping that has one. In the `root` mapping two keys make a section,
 * and sections are kept apart as they were.
 */
int block_add(struct arena *arena, const struct node *root, const struct node *mapping,
	      const struct addition *addition, struct edit *ret_edit);

/*
 * Turns the value of a section, absent, null or `{}`, into a block with one entry. False: it is
 * written in a way that cannot become one.
 */
bool block_fill(struct arena *arena, const struct node *root, size_t index,
		const struct addition *addition, struct edit *ret_edit);

/* Makes the first entry of an empty document, at its end or in place of its `root`. */
void block_begin(struct arena *arena, const struct node *root, const struct addition *addition,
		 struct edit *ret_edit);

int block_replace(struct arena *arena, struct place place, const char *value,
		  struct edit *ret_edit);

/* Removes an entry of the block mapping that is the value at `outer`. */
int block_remove(struct arena *arena, struct place outer, struct place place,
		 struct edit *ret_edit);

/* The same for flow mappings. One without entries has to have a comment in it. */
void flow_add(struct arena *arena, const struct node *mapping, const struct addition *addition,
	      struct edit *ret_edit);
void flow_replace(struct arena *arena, struct place place, const char *value,
		  struct edit *ret_edit);
void flow_remove(struct arena *arena, struct place place, struct edit *ret_edit);
