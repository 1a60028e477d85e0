/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Publish: artifacts to a folder, so that at every moment each file is either old or new.
 *
 * All files are staged first, in DIR/.wgtopo-stage (the same file system, so that a rename is
 * atomic); nothing in the target changes until every byte is written. Then each changed file is
 * replaced by one rename, files that no longer belong are removed, and the manifest goes last. The
 * new manifest lies in the stage while the renames run, so that the run after a kill can tell
 * its own half-done work from a file that somebody edited.
 *
 * A file that differs from what the manifest recorded was edited by hand: it is reported and the
 * whole run changes nothing, unless forced. Symbolic links in the target are never followed.
 *
 * A run without the keystore makes files without keys. Where such a one would take the place of a
 * file with keys, the run is refused as a whole: the keys might be nowhere else.
 *
 * A run with the keystore leaves a DIR/.gitignore that keeps all of it out of git, where there is
 * none. It is the owner's from then on.
 *
 * DIR/.wgtopo-state remembers the input fingerprint, size, mtime and inode of every file, so that a
 * run in which nothing changed neither renders nor reads one. It is a cache: it may be deleted.
 */

#include <stdbool.h>
#include <stddef.h>

#include "compiler/emit/artifact.h"

struct diag_bag;
struct publish;
struct text;

/* What a run does to one file. */
struct publish_change {
	const char *path;
	const char *host; /* NULL: the network */
	bool is_removed;  /* else it is new, or replaced */
};

struct publish_options {
	const char *directory; /* made where it does not exist, mode 0700 */
	bool is_partial; /* only some hosts or formats: files not staged, and their entries, stay */
	bool is_rehearsal; /* writes nothing, and finds and tells what a run would */

	/* Called for each change, by path, once nothing stands in the way. Or NULL. */
	void (*tell)(void *context, const struct publish_change *change);
	/* In a partial run, whether a host has left, so that its files go as well. Or NULL. */
	bool (*has_left)(void *context, const char *host);
	void *context; /* of the two */
	bool force;    /* replace and remove files that were edited by hand, or hold keys */
	bool has_keys; /* the keystore is open: what was made with its keys is made so again */
};

struct publish_result {
	size_t n_written; /* new or replaced */
	size_t n_unchanged;
	size_t n_removed;
};

/*
 * Opens and locks (flock) the target. Clears what a killed run left in the stage. Returns 0 or a
 * negative errno: -EWOULDBLOCK where another run holds the lock, -ELOOP where the target is a link.
 * The caller ends it with publish_close(). `diags` receives what publish_commit() finds.
 */
int publish_open(const struct publish_options *options, struct diag_bag *diags,
		 struct publish **ret_publish);

/*
 * Whether `artifact` (its bytes are not looked at and may be NULL) is already in place, judged by
 * fingerprint and stat alone. True also counts it as belonging: it need not be staged.
 */
bool publish_is_current(struct publish *publish, const struct artifact *artifact);

/*
 * Adds an artifact, whose bytes may be reused after the call. Identical to what lies in the target:
 * nothing is written. 0 or negative errno (-ENOSPC, -EROFS, ...): then the target is untouched.
 */
int publish_stage(struct publish *publish, const struct artifact *artifact);

/* Whether anything would change: a file that was staged, or the intent of the manifest. */
bool publish_has_changes(const struct publish *publish, const struct text *intent);

/*
 * Moves everything into place and writes the manifest: `intent`, the manifest's members before
 * "files" as JSON text without the outer braces (`"format": ..., "hosts": {...}`), and the list of
 * files. Edited files become diagnostics (rule artifact-edited), and then nothing is changed.
 * Returns 0 or negative errno; the caller looks at the diagnostics too.
 */
int publish_commit(struct publish *publish, const struct text *intent,
		   struct publish_result *ret_result);

/* The path, below the target, that the last failing call was about: for the error message. */
const char *publish_failed_path(const struct publish *publish);

/* Ends the run; what was staged and not committed is removed. Accepts NULL, returns NULL. */
struct publish *publish_close(struct publish *publish);
