/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Compilation: topology text in, artifacts out. compile.c is the pipeline on one screen.
 *
 * Pure but for its edges: sources come in through `read`, artifacts go out through publish/ or a
 * sink of the caller's. No clock, no randomness, no environment, no network.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/diag/diag.h"

struct arena;
struct artifact;
struct lock;
struct network;
struct planner;
struct publish_options;
struct publish_result;
struct reach;
struct text;
struct topology;

struct compile_options {
	const char *topology; /* path of the topology file */

	/*
	 * Reads a source file, named relative to the topology's folder, into `ret_text`: 0 or
	 * negative errno. -ENOENT for the lock means that there is none yet. compile_read_files()
	 * is the real one; tests and the fuzzer bring their own.
	 */
	int (*read)(void *context, const char *path, size_t limit, struct text *ret_text);
	void *read_context;
	const char *as_of; /* YYYY-MM-DD, a day that there is; NULL: nobody has expired */
};

struct compilation {
	struct arena *arena;
	struct diag_bag diags;
	const struct topology *topology; /* as written; NULL where parse or model found none */
	const struct network *network;   /* resolved; incomplete while there are errors */
	const struct reach *reach; /* who can open a tunnel to whom; NULL: errors before that */
	struct planner *planner;   /* makes the hosts' plans; NULL: the same. Nothing of it is to be
				      published while there are errors */
	struct lock *lock;         /* after resolve: its lines may be changed and written anew */
	const char *lock_path;     /* beside the topology: FILE.yaml has FILE.lock */
	const char *lock_text;     /* what the lock has to hold after this compilation */
	const char *lock_change;   /* how it differs from what it holds, in words */
	bool lock_is_changed;      /* whether that differs from what it holds */
};

/* A receiver of artifacts, called once per artifact, host by host in no promised order. 0 or
 * negative errno. */
typedef int compile_sink(void *context, const struct artifact *artifact);

/* Makes the compilation ready. The caller ends it with compile_finish(). */
void compile_init(struct compilation *compilation);
void compile_finish(struct compilation *compilation);

/*
 * parse, model, resolve, reach and the checks of plan: everything a user can have got wrong.
 * Returns 0, also where the diagnostics hold errors, or a negative errno of reading the topology.
 */
int compile_check(struct compilation *compilation, const struct compile_options *options);

/* What compile_emit() and compile_publish() make. */
struct compile_selection {
	const char *host;    /* only this host's artifacts, or NULL */
	const char *formats; /* comma-separated names of formats, or NULL for all */
};

/*
 * Hands every selected artifact to `sink`. Call after a compile_check() without errors. An unknown
 * host or format is a diagnostic. 0 or the sink's negative errno.
 */
int compile_emit(struct compilation *compilation, const struct compile_selection *selection,
		 compile_sink *sink, void *context);

/*
 * Publishes the selected artifacts to a folder, and the lock beside the topology where it changed.
 * On failure `ret_failed_path` names what the errno is about. 0 or negative errno.
 */
int compile_publish(struct compilation *compilation, const struct compile_selection *selection,
		    const struct publish_options *options, struct publish_result *ret_result,
		    const char **ret_failed_path);

/* What compile_read_files() needs to know: its context. */
struct compile_files {
	const char *folder;   /* of the topology */
	const char *topology; /* its name there */
};

/*
 * The `read` of real files. Everything but the topology itself, which the user named, has to lie in
 * or below the folder, also when symbolic links are followed: else -EXDEV.
 */
int compile_read_files(void *context, const char *path, size_t limit, struct text *ret_text);
