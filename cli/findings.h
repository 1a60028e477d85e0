/* SPDX-License-Identifier: MIT */
#pragma once

/* Findings: the diagnostics in the formats for code hosting services. */

#include <stdbool.h>

#include "base/diag/services.h"

struct arena;
struct diag_bag;
struct request;
struct text;

/*
 * How the files of `topology`, as the user wrote it, are named by what code hosting services read:
 * relative to the nearest folder above the topology that git keeps its own in, and where there is
 * none, to the working directory.
 */
struct diag_paths findings_paths(struct arena *arena, const char *topology);

/*
 * Appends the diagnostics of `topology`, as the user wrote it, where the request's --format is one
 * of those: sarif, github, gitlab. False where it is another one: then nothing is appended.
 */
bool findings_write(const struct request *request, const struct diag_bag *diags,
		    const char *topology, struct text *out);
