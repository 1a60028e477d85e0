/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Tree: builds nodes from the bottom up, with a stack of open collections instead of recursion.
 *
 * The children of open collections lie on one array. When a collection ends, its own are at the end
 * of that array and are copied to the arena in their final number.
 */

#include "base/vec.h"
#include "compiler/parse/keys.h"
#include "compiler/parse/node.h"
#include "compiler/parse/parse.h"

/* An open collection. */
struct tree_frame {
	struct node *node;
	size_t first_child; /* in `children` */
	uint32_t end;       /* behind the last child */

	/* Mapping: the key that waits for its value. */
	const struct node *key; /* NULL where it was refused */
	uint32_t key_length;
	bool has_key;
};

struct tree {
	const struct source *source;
	struct arena *arena; /* of the nodes */
	struct arena *scratch;
	struct diag_bag *diags;

	struct tree_frame frames[PARSE_MAX_DEPTH];
	size_t n_frames;
	vec_of(struct keys_entry) children;
	struct keys keys;

	const struct node *root;
	size_t n_nodes;
	bool has_holes; /* something was refused that cannot be left out without changing the rest
			 */
};

/* A new scalar with a copy of the `length` bytes at `text`. The caller then attaches it. */
struct node *tree_new_scalar(struct tree *tree, struct span span, const void *text, size_t length);

/* The key whose value is next, or NULL. */
const struct node *tree_waiting_key(const struct tree *tree);

/*
 * Puts a finished node where it belongs, or NULL for one that was refused. `end` is where the next
 * token can begin, `length` the size of a scalar's text.
 */
void tree_attach(struct tree *tree, const struct node *node, uint32_t end, uint32_t length);

/* Opens a collection. There are fewer than PARSE_MAX_DEPTH open ones. */
void tree_open(struct tree *tree, enum node_kind kind, uint32_t begin);

/* Ends the innermost collection: at `end`, or, where that is 0, with its last child. */
void tree_close(struct tree *tree, uint32_t end);
