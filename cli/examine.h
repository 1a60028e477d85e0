/* SPDX-License-Identifier: MIT */
#pragma once

/* Examine: what the verbs that read a topology have in common. */

#include <stdbool.h>

#include "compiler/compile.h"

struct request;

/*
 * Checks the topology at `path` into `compilation`, which the caller has made ready and ends.
 * Returns STATUS_CLEAN, whatever the diagnostics hold, or STATUS_FAILED where the file cannot be
 * read: that has been said on stderr.
 */
int examine_topology(struct compilation *compilation, const char *path);

/* Whether the diagnostics stand in the way: errors, or warnings under --strict. */
bool examine_has_findings(const struct request *request, const struct compilation *compilation);
