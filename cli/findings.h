/* SPDX-License-Identifier: MIT */
#pragma once

/* Findings: the diagnostics in the formats for code hosting services. */

#include <stdbool.h>

struct diag_bag;
struct request;
struct text;

/*
 * Appends the diagnostics of `topology`, as the user wrote it, where the request's --format is one
 * of those: sarif, github, gitlab. False where it is another one: then nothing is appended.
 *
 * Files are named relative to the nearest folder above the topology that git keeps its own in, and
 * where there is none, to the working directory.
 */
bool findings_write(const struct request *request, const struct diag_bag *diags,
		    const char *topology, struct text *out);
