/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Compilation: topology text in, plans out; deliver.h makes artifacts of them. compile.c is the
 * pipeline on one screen.
 *
 * Pure but for its edges: sources come in through `read`, artifacts go out through publish/ or a
 * sink of the caller's. No clock, no randomness, no environment, no network.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/diag/diag.h"
#include "compiler/resolve/resolve.h"

struct arena;
struct assert_result;
struct keystore;
struct lock;
struct network;
struct planner;
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
	struct resolve_options resolve;
	const struct keystore *keystore; /* open, until the end of the compilation; or NULL */
	bool assertions_warn;            /* one that fails is no error */
};

struct compilation {
	struct arena *arena;
	struct diag_bag diags;
	const struct topology *topology; /* as written; NULL where parse or model found none */
	const struct network *network;   /* resolved; incomplete while there are errors */
	const struct reach *reach; /* who can open a tunnel to whom; NULL: errors before that */
	const struct keystore *keystore; /* the open one, or NULL: artifacts have no keys */
	struct planner *planner; /* makes the hosts' plans; NULL: the same. Nothing of it is to be
				    published while there are errors */
	const struct assert_result *assertions; /* by the network's; NULL: errors before them */
	struct lock *lock;       /* after resolve: its lines may be changed and written anew */
	const char *lock_path;   /* beside the topology: FILE.yaml has FILE.lock */
	const char *lock_text;   /* what the lock has to hold after this compilation */
	const char *lock_change; /* how it differs from what it holds, in words */
	bool lock_is_changed;    /* whether that differs from what it holds */
};

/* Makes the compilation ready. The caller ends it with compile_finish(). */
void compile_init(struct compilation *compilation);
void compile_finish(struct compilation *compilation);

/* The paths of the lock and the keystore that belong to a topology: FILE.yaml has FILE.lock. */
const char *compile_lock_path(struct arena *arena, const char *topology);
const char *compile_keystore_path(struct arena *arena, const char *topology);

/* The two halves of compile_check(): parse and model; and the rest. */
int compile_load(struct compilation *compilation, const struct compile_options *options);
void compile_resolve(struct compilation *compilation, const struct compile_options *options);

/*
 * parse, model, resolve, reach, the checks of plan, and what the topology asserts: everything a
 * user can have got wrong.
 * Returns 0, also where the diagnostics hold errors, or a negative errno of reading the topology.
 */
int compile_check(struct compilation *compilation, const struct compile_options *options);

/* Writes the lock where it changed. Call after a compile_check() without errors. 0 or negative
 * errno.
 */
int compile_write_lock(const struct compilation *compilation);

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
