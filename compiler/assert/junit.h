/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * JUnit: the assertions as a test report, in the XML that CI servers show: one suite, whose first
 * case is the topology itself, so that no report is green because nothing was looked at.
 */

#include <stdbool.h>

#include "compiler/assert/check.h"

struct diag_paths;
struct text;

struct junit {
	const char *topology;           /* its path, as the user wrote it */
	const struct diag_paths *paths; /* by which files are named; NULL: as they were given */
	const struct network *network;  /* NULL: the topology could not be read as one */
	const struct assert_result *results; /* NULL: errors before the assertions */
	const struct diag_bag *diags;        /* sorted */
	bool is_strict;                      /* warnings fail the topology's case */
};

/* Appends the document. */
void junit_write(const struct junit *junit, struct text *out);
