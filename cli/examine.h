/* SPDX-License-Identifier: MIT */
#pragma once

/* Examine: what the verbs that read a topology have in common. */

#include <stdbool.h>

#include "compiler/compile.h"

struct arena;
struct request;

/* What compile_read_files() needs for the topology at `path`. */
struct compile_files examine_files(struct arena *arena, const char *path);

/*
 * The day by which users expire: --as-of; else today, in the arena, but in CI NULL, because there a
 * run has to give the same result tomorrow. STATUS_CLEAN, or STATUS_FAILED where it is no date.
 */
int examine_as_of(const struct request *request, struct arena *arena, const char **ret_as_of);

/*
 * Whether the day was needed and is not known: somebody expires. STATUS_FAILED then, and said.
 */
int examine_day(const struct compilation *compilation, const char *as_of);

/* STATUS_FAILED, and said, where there is no topology at `path`: before anybody is asked anything.
 */
int examine_look(const char *path);

/* Parses and models the topology at `path`: as examine_topology(), which does all the rest. */
int examine_load(struct compilation *compilation, const char *path);

/*
 * Checks the topology at `path`, on the day of the request, into `compilation`, which the caller
 * has made ready and ends. Returns STATUS_CLEAN, whatever the diagnostics hold, or STATUS_FAILED
 * where the file cannot be read: that has been said on stderr.
 */
int examine_topology(const struct request *request, struct compilation *compilation,
		     const char *path);

/* Whether the diagnostics stand in the way: errors, or warnings under --strict. */
bool examine_has_findings(const struct request *request, const struct compilation *compilation);
