/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Inspection: what lies in the target. Both return 1 or 0, or the negative errno of reading; where
 * the file is absent, is no regular file, or cannot be walked to without a link, the answer is 0.
 * What may hold keys is read into secret memory only.
 */

#include <stdbool.h>
#include <stddef.h>

struct content;
struct stat;
struct tree;

struct inspect_bytes {
	const char *data;
	size_t size;
	bool is_secret; /* these, or those in place */
};

/* Whether the file `path` holds exactly these bytes. `ret_stat` is set where it does. */
int inspect_has_bytes(struct tree *tree, const char *path, const struct inspect_bytes *bytes,
		      struct stat *ret_stat);

/* Whether the file `path` has the size and the digest of `content`. */
int inspect_has_content(struct tree *tree, const char *path, const struct content *content);
