/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Ranges: an entry whose name is a host list is loaded once for each of its names, and later passes
 * see single names only. What is wrong with it is said once.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/diag/diag.h"
#include "base/vec.h"

struct load_context;
struct node;
struct node_entry;
struct schema_row;

/* What ranges need during the whole load. Zero, but for the arena in `repeated`. */
struct load_ranges {
	struct diag_bag repeated;         /* takes what the first name of a range has reported */
	size_t n_names;                   /* that ranges made */
	size_t n_nodes;                   /* that they would have, written out */
	vec_of(struct load_list *) lists; /* of the range being loaded, in the order of their use */
	size_t next_list;
};

/* Adds the names of an entry, and what stands below them, to the vector of a map. */
void load_range(const struct load_context *context, const struct schema_row *row,
		const struct node_entry *entry, struct vec *vector);

/*
 * As load_value(). In a range, a value that every node needs for itself has to be a host list as
 * well, and the node's own part of it is loaded.
 */
bool load_range_value(const struct load_context *context, const struct schema_row *row,
		      const struct node *node, void *ret_value);
