/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Tree: the folders below the target. Every path is walked component by component from the target's
 * descriptor, and no component may be a symbolic link, so nothing outside the target is ever
 * touched. The folders of the path walked last stay open, since the next one mostly shares them.
 */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct stat;

#define TREE_MAX_DEPTH 32

struct tree {
	int root; /* of the target; not owned */
	size_t depth;
	struct {
		int fd;
		size_t end; /* of the folder's path */
	} levels[TREE_MAX_DEPTH];
	char path[PATH_MAX]; /* of the deepest folder that is open */
	size_t n_walked; /* how much of the path the last call reached: where it stopped, if so */
	int near;        /* the folder that tree_glance() looked into last, */
	size_t near_length;       /* the length of its path, or zero, */
	char near_path[PATH_MAX]; /* and the path */
};

/* Whether a path may be walked: relative, no empty part, "." or "..", no control characters. */
bool tree_path_is_valid(const char *path);

void tree_init(struct tree *tree, int root);
void tree_finish(struct tree *tree);

/*
 * Enters the folder that holds the (valid) `path`; with `make`, makes the missing ones, mode 0700.
 * Returns the folder's descriptor, which the tree owns, or -ENOENT, -ELOOP (a symbolic link is in
 * the way), -ENOTDIR (something else is) or another negative errno. `ret_name` is the last part.
 */
int tree_enter(struct tree *tree, const char *path, bool make, const char **ret_name);

/* lstat(2) of `path`. 0, or negative errno as tree_enter(). */
int tree_stat(struct tree *tree, const char *path, struct stat *ret_stat);

/*
 * As tree_stat(), but quicker for many files that are all there: leaves it to the kernel to walk
 * without links (openat2(2)), in one call for all folders.
 */
int tree_glance(struct tree *tree, const char *path, struct stat *ret_stat);

/* Opens the regular file `path` for reading. Returns the descriptor; -EINVAL where it is none. */
int tree_open_file(struct tree *tree, const char *path, struct stat *ret_stat);

/* Moves the file `from` of the folder `directory` to `path`, making folders. */
int tree_move_in(struct tree *tree, int directory, const char *from, const char *path);

/*
 * Removes the file `path`, then its folders while they are empty. Returns 1, 0 where there was no
 * such file (its empty folders go all the same), or negative errno.
 */
int tree_remove(struct tree *tree, const char *path);

/* Removes the folders on the way to the absent file `path` while they are empty. */
int tree_prune(struct tree *tree, const char *path);

static inline void tree_finishp(struct tree *tree)
{
	tree_finish(tree);
}
