/* SPDX-License-Identifier: MIT */

/* explain: why a pair of nodes is connected as it is, or what a rule of the diagnostics means. */

#include "compiler/explain.h"

#include <string.h>

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/examine.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/strict.h"

static int teach_rule(const char *slug)
{
	cleanup_(text_finish) struct text out = {0};
	enum diag_rule rule = strict_find_rule(slug);

	if (rule == DIAG_N_RULES)
		return STATUS_FAILED;
	text_printf(&out, "%s (%s)\n\n", diag_rules[rule].slug,
		    diag_rules[rule].severity == DIAG_ERROR ? "error" : "warning");
	help_wrap(&out, diag_rules[rule].teaching, 2);
	output_write(&out);
	return STATUS_CLEAN;
}

static int explain(const struct request *request, struct compilation *compilation)
{
	cleanup_(text_finish) struct text out = {0};
	bool as_json = request_says(request, "format", "json");
	const char *lost = request_option(request, "without");
	const char *operands[3] = {0};
	bool is_ready =
		lost != NULL ? compilation->assertions != NULL : compilation->planner != NULL;
	struct diag_bag found = compilation->diags;
	struct diag_bag asked;
	int r;

	for (size_t i = 0; i < request->n_operands; i++)
		operands[i] = request->operands[i];
	if (!is_ready) {
		output_diagnostics(request, &found);
		return STATUS_FINDINGS;
	}
	/* What was asked wrong is told alone: else it would be lost among what the topology has. */
	compilation->diags = (struct diag_bag){
		.arena = found.arena, .secrets = found.secrets, .folds = found.folds};
	if (lost != NULL) {
		r = explain_without(compilation, lost, operands[1], operands[2], as_json, &out);
	} else if (request->n_operands == 2) {
		r = explain_node(compilation, request->operands[1], as_json, &out);
	} else {
		r = explain_pair(compilation, request->operands[1], request->operands[2], as_json,
				 &out);
	}
	asked = compilation->diags;
	compilation->diags = found;
	if (r < 0) {
		return output_failure("cannot explain '%s': %s", request->operands[1],
				      strerror(-r));
	}
	if (asked.n_errors > 0) {
		diag_sort(&asked);
		output_diagnostics(request, &asked);
		return STATUS_FINDINGS;
	}
	if (found.n_errors > 0 && !as_json)
		output_diagnostics(request, &found);
	output_write(&out);
	return found.n_errors > 0 ? STATUS_FINDINGS : STATUS_CLEAN;
}

int run_explain(const struct request *request)
{
	const char *slug = request_option(request, "rule");
	struct compilation compilation;
	int status;

	if (slug != NULL && request->n_operands > 0) {
		return usage_error(request->verb, "--rule takes no operands, but '%s' is given",
				   request->operands[0]);
	}
	if (slug != NULL)
		return teach_rule(slug);
	if (request->n_operands < 2 &&
	    !(request->n_operands == 1 && request_has(request, "without"))) {
		return usage_error(
			request->verb,
			"a topology and one or two nodes are needed, or --without, or --rule");
	}

	compile_init(&compilation);
	status = examine_topology(request, &compilation, request->operands[0]);
	if (status == STATUS_CLEAN)
		status = explain(request, &compilation);
	compile_finish(&compilation);
	return status;
}
