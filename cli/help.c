/* SPDX-License-Identifier: MIT */

/* help: the program, or one verb. */

#include "cli/help.h"

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"

static int refuse_verb(const struct request *request)
{
	cleanup_(text_finish) struct text name = {0};
	const char *near;

	text_puts(&name, request->operands[0]);
	if (request->n_operands > 1)
		text_join(&name, " ", request->operands[1]);
	near = verb_suggest(name.data);
	if (near == NULL)
		return usage_error(request->verb, "there is no verb '%s'", name.data);
	return usage_error(request->verb, "there is no verb '%s'; did you mean '%s'?", name.data,
			   near);
}

int run_help(const struct request *request)
{
	cleanup_(text_finish) struct text out = {0};
	const struct verb *verb = NULL;
	bool is_group = request->n_operands == 1 && verb_is_group(request->operands[0]);
	size_t n_words;

	if (request->n_operands > 0) {
		verb = verb_match(request->operands, request->n_operands, &n_words);
		if (verb == NULL && !is_group)
			return refuse_verb(request);
		if (verb != NULL && request->n_operands > n_words)
			return refuse_verb(request);
	}
	if (request_says(request, "format", "mdoc")) {
		help_write_mdoc(&out);
	} else if (request_says(request, "format", "bash")) {
		help_write_bash(&out);
	} else if (verb != NULL) {
		help_write_verb(&out, verb);
	} else if (is_group) {
		help_write_group(&out, request->operands[0]);
	} else {
		help_write_program(&out);
	}
	output_write(&out);
	return STATUS_CLEAN;
}
