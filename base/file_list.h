/* SPDX-License-Identifier: MIT */
#pragma once

/* The files below a folder. */

#include <stddef.h>

#include "base/vec.h"

struct arena;

enum {
	FILE_LIST_MOST = 100000, /* files */
	FILE_LIST_DEPTH = 16,    /* folders in folders */
};

/* A folder that could not be looked into. */
struct file_list_failure {
	const char *path;
	int error; /* a negative errno */
};

struct file_list {
	vec_of(const char *) paths; /* below the folder, sorted */
	vec_of(struct file_list_failure) failures;
};

/*
 * Appends what lies below the open folder and has a name that ends in `ending`: files, and whatever
 * a link of that name leads to. Links to folders are not followed, because they may lead in
 * circles; what is hidden is passed over. 0, or -E2BIG where there is more than FILE_LIST_MOST.
 */
int file_list(struct arena *arena, int directory, const char *ending, struct file_list *list);
