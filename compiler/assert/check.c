/* SPDX-License-Identifier: MIT */

/* The assertions, one after the other. */

#include "compiler/assert/check.h"

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/assert/pairs.h"
#include "compiler/assert/survives.h"
#include "compiler/resolve/network.h"

static const struct diag *weigh(const struct assert_context *context, struct diag *finding,
				struct diag_bag *diags)
{
	if (finding != NULL && context->is_lenient)
		diag_soften(diags, finding);
	return finding;
}

static struct assert_result check(const struct assert_context *context,
				  const struct network_assertion *assertion, struct diag_bag *diags)
{
	struct assert_result result = {.assertion = assertion};
	struct pairs pairs;

	if (assertion->form == ASSERTION_SURVIVES) {
		result.finding = weigh(context, survives_check(context, assertion, diags), diags);
		return result;
	}
	for (size_t i = 0; i < 2; i++) {
		if (result.expired == NULL)
			result.expired = assertion->ends[i].expired;
	}
	if (result.expired != NULL)
		return result;
	pairs = pairs_look(context, assertion);
	if (pairs.n_failing > 0) {
		result.finding =
			weigh(context, pairs_report(context, assertion, &pairs, diags), diags);
	}
	return result;
}

const struct assert_result *assert_check(const struct assert_context *context,
					 struct diag_bag *diags)
{
	const struct network *network = context->network;
	struct assert_result *results =
		ARENA_ARRAY(context->arena, struct assert_result, network->assertions.n_items + 1);

	for (size_t i = 0; i < network->assertions.n_items; i++)
		results[i] = check(context, &network->assertions.items[i], diags);
	return results;
}
