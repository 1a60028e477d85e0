/* SPDX-License-Identifier: MIT */
#pragma once

/* Revisions: the topology, what it includes, and its lock, as git(1) has them. */

#include <stddef.h>

struct arena;
struct text;

struct revision {
	const char *name;   /* as the user wrote it */
	const char *commit; /* its hash */
	const char *folder; /* of the topology: git runs there */
	struct arena *arena;
	const char *lost; /* the first path that was read in vain, because git lacks its object */
};

/*
 * Looks the revision up in the repository that the folder belongs to. STATUS_CLEAN; or
 * STATUS_FAILED, which has been said on stderr.
 */
int revision_find(struct arena *arena, const char *name, const char *folder,
		  struct revision *ret_revision);

/*
 * The `read` of a compilation, with a struct revision as its context: a file below the folder, as
 * the commit has it; -EIO with `lost` set where git lacks the object. Links in the repository are
 * followed, and none of them out of it (-EXDEV).
 */
int revision_read(void *context, const char *path, size_t limit, struct text *ret_text);
