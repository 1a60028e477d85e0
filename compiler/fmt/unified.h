/* SPDX-License-Identifier: MIT */
#pragma once

/* Unified: the lines in which two texts differ, as `diff -u`, `patch` and `git apply` have them. */

#include <stddef.h>

struct arena;
struct text;

struct fmt_side {
	const char *bytes;
	size_t length;
};

/*
 * Appends the difference between the two sides of the file `path`, or nothing where they are equal.
 * The names of the files begin with `a/` and `b/`, as in git. Time and memory grow with the number
 * of lines; a difference may be longer than the shortest, where many lines are alike.
 */
void fmt_unified(struct arena *arena, const char *path, struct fmt_side old, struct fmt_side new,
		 struct text *out);
