/* SPDX-License-Identifier: MIT */
#pragma once

/* The files below a folder. */

#include <stddef.h>

struct arena;

enum {
	FILE_LIST_MOST = 100000, /* files */
	FILE_LIST_DEPTH = 16,    /* folders in folders */
};

struct file_list {
	const char **items; /* paths below the folder, sorted */
	size_t n_items;
	size_t capacity;
};

/*
 * Appends the regular files below the open folder whose names end in `ending`; links are passed
 * over, and what is hidden. 0; -E2BIG where there are more than FILE_LIST_MOST; or negative errno.
 */
int file_list(struct arena *arena, int directory, const char *ending, struct file_list *list);
