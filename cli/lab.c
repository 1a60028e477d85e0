/* SPDX-License-Identifier: MIT */

/* lab: rehearses a compiled network, or looks around in one that is kept up. */

#include "runtime/lab/lab.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/arguments.h"
#include "cli/output.h"

static int open_shell(const struct request *request)
{
	const char *directory = request_option(request, "dir");
	const char *host;
	int r;

	if (request->n_operands < 2)
		return usage_error(request->verb, "HOST is missing: `wgtopo lab shell HOST`");
	host = request->operands[1];
	/* The operands are the end of argv, which ends with NULL. */
	r = lab_shell(directory, host, request->operands + 2);
	switch (r) {
	case -ESRCH:
		return output_failure("no lab%s%s is kept up by this user; "
				      "start one with `wgtopo lab DIR --keep`",
				      directory == NULL ? "" : " of ",
				      directory == NULL ? "" : directory);
	case -ENOENT:
		return output_failure("there is no host '%s' in the lab", host);
	default:
		return r < 0 ? output_failure("cannot enter '%s': %s", host, strerror(-r)) : r;
	}
}

int run_lab(const struct request *request)
{
	struct lab_options options = {
		.directory = request->operands[0],
		.keep = request_has(request, "keep"),
		.is_json = request_says(request, "format", "json"),
		.is_thorough = request_has(request, "thorough"),
	};

	/* A folder of that name is reached as ./shell. */
	if (strcmp(request->operands[0], "shell") == 0)
		return open_shell(request);
	if (request->n_operands > 1) {
		return usage_error(request->verb, "'%s' is one operand too many",
				   request->operands[1]);
	}
	if (request_has(request, "dir"))
		return usage_error(request->verb, "--dir is for `wgtopo lab shell`");
	switch (lab_run(&options)) {
	case LAB_AGREES:
		return STATUS_CLEAN;
	case LAB_DISAGREES:
		return STATUS_FINDINGS;
	case LAB_FAILED:
	case LAB_SKIPPED:
		return STATUS_FAILED;
	}
	unreachable();
}
