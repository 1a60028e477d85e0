/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Name lists: many names in few words, as the ranges of the topology: gpu01, gpu02, gpu03 and gw
 * are "gpu[01-03]" and "gw". The last number of a name is what counts. Every item can stand in a
 * topology and means exactly its names: numbers with zeros in front are of one width.
 */

#include <stddef.h>

#include "base/vec.h"

struct arena;
struct text;

struct namelist_item {
	const char *text;
	size_t n_names;
};

struct namelist {
	vec_of(struct namelist_item) items;
};

/* Folds the names, whatever their order; each is there once. The items are in natural order. */
struct namelist namelist_fold(struct arena *arena, const char *const *names, size_t n_names);

/*
 * Appends the items as in a sentence: "gpu[01-03], gw and store". Where there are more than `most`,
 * the names in the last ones are only counted.
 */
void namelist_say(const struct namelist *list, size_t most, struct text *out);
