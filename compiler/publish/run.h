/* SPDX-License-Identifier: MIT */
#pragma once

/* What one run of publish knows, shared by publish.c, commit.c and recover.c. */

#include "compiler/publish/publish.h"
#include "compiler/publish/record.h"
#include "compiler/publish/stage.h"
#include "compiler/publish/tree.h"

struct arena;
struct diag_bag;

struct publish {
	struct arena *arena;
	struct diag_bag *diags;
	struct publish_options options;
	const char *directory; /* without slashes at its end */
	int root;              /* the target, locked */
	struct tree tree;
	struct stage stage;
	struct records records;
	struct content manifest; /* in place; its inode is zero where there is none */
	struct digest intent;    /* of the manifest in place */
	bool has_intent;         /* whether that is known */
	bool is_made;            /* the target is new */
	bool is_dirty;           /* some file's line of the manifest changes */
	bool is_state_stale;
	bool is_torn; /* something was moved, but not all: the next run needs the journal */
	unsigned int n_staged;
	const char *failed_path;
};

/* Remembers `path` where `r` is an error. Returns `r`. */
int publish_fail(struct publish *publish, const char *path, int r);

/*
 * Brings the manifest up to what lies in the target after a run that was killed between two
 * renames, as far as its journal tells, and clears the stage. 0 or negative errno.
 */
int publish_recover(struct publish *publish);

/* Writes the manifest of the sorted records into the stage, as `name`. 0 or negative errno. */
int publish_write_manifest(struct publish *publish, const char *name, const struct text *intent,
			   struct content *ret_manifest);

/* Reports the files whose keys would be lost. */
void publish_check_keys(struct publish *publish, size_t *ret_n_problems);

/* Reports, sorted by path, every file in the way that is not as we left it. 0 or negative errno. */
int publish_check(struct publish *publish, size_t *ret_n_problems);
