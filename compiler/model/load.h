/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Load: node trees to struct topology, row by row of the schema. A value that is wrong is
 * reported and left out, so that one run finds every mistake.
 */

#include <stddef.h>

struct arena;
struct diag_bag;
struct text;
struct topology;

/* Reads a file named relative to the topology's folder: 0 or negative errno. */
typedef int load_read(void *context, const char *path, size_t limit, struct text *ret_text);

struct load_options {
	const char *path; /* of the topology file, as the user wrote it */
	load_read *read;
	void *read_context;
};

/*
 * Parses and loads the topology and everything it includes. Returns 0 with the topology, which may
 * be incomplete where the diagnostics hold errors, or the negative errno of reading the topology
 * itself; an included file that cannot be read is a diagnostic.
 */
int load_topology(struct arena *arena, const struct load_options *options, struct diag_bag *diags,
		  struct topology **ret_topology);
