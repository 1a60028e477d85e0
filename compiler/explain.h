/* SPDX-License-Identifier: MIT */
#pragma once

/* Explain: for a pair of nodes the path, each tunnel on it, and why it is as it is; for a single
 * node how it reaches each of the others. */

#include <stdbool.h>

struct compilation;
struct text;

/*
 * Appends the explanation of how `a` reaches `b`, as text or as one JSON document. Call after a
 * compile_check() that got as far as the planner. An unknown name is a diagnostic, and nothing is
 * appended. Returns 0.
 */
int explain_pair(struct compilation *compilation, const char *a, const char *b, bool as_json,
		 struct text *out);

/* Appends all pairs of `name`, by verdict. The rest is as above. */
int explain_node(struct compilation *compilation, const char *name, bool as_json, struct text *out);

/*
 * What is left without the gateway, server or site `lost`: who loses whom and who keeps whom; what
 * `a` alone loses and keeps; or whether `a` still reaches `b`. NULL: not asked. Call after a
 * compile_check() that got as far as the assertions. The rest is as above.
 */
int explain_without(struct compilation *compilation, const char *lost, const char *a, const char *b,
		    bool as_json, struct text *out);
