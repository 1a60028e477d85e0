/* SPDX-License-Identifier: MIT */

/* help: the program, or one verb. */

#include "cli/help.h"

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"

static int refuse_verb(const struct request *request, const char *name)
{
	const char *near = verb_suggest(name);

	if (near == NULL)
		return usage_error(request->verb, "there is no verb '%s'", name);
	return usage_error(request->verb, "there is no verb '%s'; did you mean '%s'?", name, near);
}

int run_help(const struct request *request)
{
	cleanup_(text_finish) struct text out = {0};
	const struct verb *verb = NULL;

	if (request->n_operands > 0) {
		verb = verb_find(request->operands[0]);
		if (verb == NULL)
			return refuse_verb(request, request->operands[0]);
	}
	if (request_says(request, "format", "mdoc")) {
		help_write_mdoc(&out);
	} else if (request_says(request, "format", "bash")) {
		help_write_bash(&out);
	} else if (verb != NULL) {
		help_write_verb(&out, verb);
	} else {
		help_write_program(&out);
	}
	output_write(&out);
	return STATUS_CLEAN;
}
