/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Comparison: what a compilation changes, against what was published or against another
 * compilation. Host by host, so that the files of one are in memory and not those of all.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct compilation;
struct diff;
struct manifest;

/* The intent of a compilation without errors, as its manifest will have it. */
const struct manifest *compare_intent(struct compilation *compilation);

/* A published folder, and which files a publication would write there or remove. */
struct compare_folder {
	const char *path;
	const struct manifest *manifest; /* NULL: there is nothing yet */

	/* The paths of the host's files that differ; `ret_n` of them. */
	const char *const *(*files)(void *context, const char *host, size_t *ret_n);
	void *context;
};

/*
 * What `after` changes in the folder, or of `before`; everything in the arena. 0; or the negative
 * errno of reading the folder, and `ret_failed_path` says which file it is about.
 */
int compare_with_folder(struct arena *arena, const struct compare_folder *before,
			struct compilation *after, struct diff **ret_diff,
			const char **ret_failed_path);

/* `before` is NULL where there was nothing. Neither may have a keystore. */
struct diff *compare_with_compilation(struct arena *arena, struct compilation *before,
				      struct compilation *after);
