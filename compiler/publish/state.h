/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The state: what the last run knew about each file beyond the manifest, in a form that is quick to
 * read. It is a cache, so a missing, damaged or outdated one is no error; only a slower run.
 */

struct content;
struct digest;
struct records;
struct stage;

/*
 * Reads the state of the target `root` into the empty `records`. `manifest` has the size, mtime and
 * inode of the manifest in place, and gets its digest. Returns 0, or a negative number where there
 * is no state that fits; `records` may have been filled in part then.
 */
int state_read(int root, struct records *records, struct content *manifest,
	       struct digest *ret_intent);

/* Writes the state, by way of the stage. 0 or negative errno. */
int state_write(struct stage *stage, const struct records *records, const struct content *manifest,
		const struct digest *intent);
