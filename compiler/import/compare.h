/* SPDX-License-Identifier: MIT */
#pragma once

/* Comparison: the compiled network beside the files that it was imported from, host by host. */

#include "base/map.h"
#include "compiler/import/parts.h"

struct network;
struct planner;

struct comparison {
	struct import *import;
	const struct network *network;
	struct planner *planner;
	struct map hosts; /* name -> struct import_host */
	void (*pair)(void *context, const struct import_host *before,
		     const struct import_host *after);
	void *context;
};

/*
 * Calls `pair` for every host that has a file: as it was read, and as it is compiled, in the same
 * terms. The latter is valid during the call only.
 */
void comparison_walk(struct comparison *comparison);

/* The view that a compiled host has of `to`, or NULL. */
const struct import_view *comparison_find_view(const struct import_host *after,
					       const struct import_host *to);
