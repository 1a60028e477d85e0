/* SPDX-License-Identifier: MIT */
#pragma once

/* Loading of sections: a mapping node to the struct that the section's rows describe. */

struct arena;
struct diag_bag;
struct node;
struct schema_section;

struct load_context {
	struct arena *arena;
	struct diag_bag *diags;
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
