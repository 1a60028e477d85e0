/* SPDX-License-Identifier: MIT */
#pragma once

/* Causes in words, and where in the topology they stand. */

#include "base/source.h"
#include "compiler/reach/reach.h"

struct arena;

struct cause {
	struct span span;
	const char *text; /* "'home' gives 'home01' an outer port that cannot be foretold" */
};

/* Why `host`, an end of the verdict (0: first, 1: second), cannot be reached as it would have to.
 */
struct cause cause_of(const struct reach *reach, const struct network_host *host,
		      const struct reach_verdict *verdict, size_t end);

/* Whether that end is what keeps them apart: not so where the rule is about the other one alone. */
bool cause_is_at(const struct reach_verdict *verdict, size_t end);
