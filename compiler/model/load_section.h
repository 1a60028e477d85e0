/* SPDX-License-Identifier: MIT */
#pragma once

/* Loading of sections: a mapping node to the struct that the section's rows describe. */

#include "compiler/model/given.h"

#include <stdbool.h>

struct arena;
struct diag_bag;
struct load_range;
struct load_ranges;
struct node;
struct schema_row;
struct schema_section;
struct vec;

struct load_context {
	struct arena *arena;
	struct diag_bag *diags;
	struct load_ranges *ranges;     /* of the whole load */
	const struct load_range *range; /* that the section belongs to; NULL: to one name */
};

/*
 * Loads every key of `node` into the struct at `target` and reports the required ones that are
 * absent. What is wrong is a diagnostic, and its field stays as it was.
 */
void load_section(const struct load_context *context, const struct schema_section *section,
		  const struct node *node, void *target);

/* As load_section() for a node that is known to be a mapping, without asking for required keys. */
void load_keys(const struct load_context *context, const struct schema_section *section,
	       const struct node *mapping, void *target);

/* Adds to a map's vector the section of one name, of which the mapping may be null. */
void load_named(const struct load_context *context, const struct schema_row *row,
		struct given_text name, const struct node *value, struct vec *vector);

/* Reports a text that is not a name for a `what`. */
bool load_expect_name(const struct load_context *context, const struct node *key, const char *what);
