/* SPDX-License-Identifier: MIT */
#pragma once

/* Pairs: the forms of assertions that speak of two names, asked of every pair that they stand for.
 */

#include <stdbool.h>

#include "compiler/assert/check.h"
#include "compiler/plan/path.h"

enum {
	PAIRS_MOST_SHOWN = 3,
	PAIRS_MOST_OBSTACLES = 3,
};

/* A pair that is not as it was asserted. */
struct pairs_example {
	struct path path;
	size_t cut; /* see path_find_cut() */
};

/* Two classes of servers and gateways that are apart, and are not to be. */
struct pairs_obstacle {
	size_t classes[2];
	const struct network_host *ends[2]; /* an example */
	size_t n_hosts[2];                  /* of either class, in such pairs */
	bool *is_counted[2];                /* by kind */
};

struct pairs {
	size_t n_all;
	size_t n_failing;
	struct pairs_example examples[PAIRS_MOST_SHOWN]; /* the first ones that fail */
	size_t n_examples;
	struct pairs_obstacle obstacles[PAIRS_MOST_OBSTACLES]; /* the first ones */
	size_t n_obstacles;
	size_t n_unexplained; /* pairs that are apart, for none of these */
	size_t n_links;       /* pairs that `links` has relayed */
	size_t n_of_devices;
};

/* Looks at all pairs of the assertion. */
struct pairs pairs_look(const struct assert_context *context,
			const struct network_assertion *assertion);

/* The finding for pairs of which some fail. */
struct diag *pairs_report(const struct assert_context *context,
			  const struct network_assertion *assertion, const struct pairs *pairs,
			  struct diag_bag *diags);
