/* SPDX-License-Identifier: MIT */
#pragma once

/* Pairs: the forms of assertions that speak of two names, asked of every pair that they stand for.
 */

#include <stdbool.h>

#include "compiler/assert/check.h"
#include "compiler/plan/path.h"

enum {
	PAIRS_MOST_SHOWN = 3,
};

/* A pair that is not as it was asserted. */
struct pairs_example {
	struct path path;
	size_t cut; /* see path_find_cut() */
};

struct pairs {
	size_t n_all;
	size_t n_failing;
	struct pairs_example examples[PAIRS_MOST_SHOWN]; /* the first ones that fail */
	size_t n_examples;
};

/* Looks at all pairs of the assertion. */
struct pairs pairs_look(const struct assert_context *context,
			const struct network_assertion *assertion);

/* The finding for pairs of which some fail. */
struct diag *pairs_report(const struct assert_context *context,
			  const struct network_assertion *assertion, const struct pairs *pairs,
			  struct diag_bag *diags);
