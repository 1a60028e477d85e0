/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Check: whether what the author asserts holds, told of the plans that would be published. Access
 * filters do not exist yet: whatever is reached is reached on every port.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diag;
struct diag_bag;
struct network;
struct network_assertion;
struct network_expiry;
struct planner;
struct reach;

/* What assertions are checked against: a network without errors. */
struct assert_context {
	struct arena *arena;
	const struct network *network;
	const struct reach *reach;
	const struct planner *planner;
	bool is_lenient; /* what fails is a warning, not an error */
};

/* What became of an assertion. It holds where neither of the two is set. */
struct assert_result {
	const struct network_assertion *assertion;
	const struct diag *finding;           /* because it fails */
	const struct network_expiry *expired; /* nobody is left whom it speaks of */
};

/* A result for each of the network's assertions, in their order. Those that fail are errors, unless
 * the context is lenient. */
const struct assert_result *assert_check(const struct assert_context *context,
					 struct diag_bag *diags);
