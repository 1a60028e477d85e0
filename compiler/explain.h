/* SPDX-License-Identifier: MIT */
#pragma once

/* Explain: for a pair of nodes the path, each tunnel on it, and why it is as it is. */

#include <stdbool.h>

struct compilation;
struct text;

/*
 * Appends the explanation of how `a` reaches `b`, as text or as one JSON document. Call after a
 * compile_check() without errors. An unknown name is a diagnostic, and nothing is
 * appended. Returns 0.
 */
int explain_pair(struct compilation *compilation, const char *a, const char *b, bool as_json,
		 struct text *out);
