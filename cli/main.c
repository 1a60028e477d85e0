/* SPDX-License-Identifier: MIT */

/*
 * wgtopo: one topology in, every host's WireGuard configuration out.
 *
 * The first argument is a verb of the table in verbs.c, which says the rest. Exit status: 0 clean,
 * 1 the topology has errors, 2 usage or environment.
 */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/output.h"

static int run_verb(const struct verb *verb, int argc, char **argv)
{
	cleanup_(text_finish) struct text help = {0};
	struct request request;

	if (!arguments_parse(verb, argc, argv, &request))
		return STATUS_FAILED;
	if (!request.wants_help)
		return verb->run(&request);
	help_write_verb(&help, verb);
	output_write(&help);
	return STATUS_CLEAN;
}

static int show_help(void)
{
	cleanup_(text_finish) struct text help = {0};

	help_write_program(&help);
	output_write(&help);
	return STATUS_CLEAN;
}

static int refuse_verb(const char *name)
{
	const char *near = verb_suggest(name);

	if (near == NULL)
		return usage_error(NULL, "there is no verb '%s'", name);
	return usage_error(NULL, "there is no verb '%s'; did you mean '%s'?", name, near);
}

static int dispatch(int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2)
		return usage_error(NULL, "a verb is missing");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return show_help();
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		(void)puts("wgtopo " WGTOPO_VERSION);
		return STATUS_CLEAN;
	}
	verb = verb_find(argv[1]);
	if (verb == NULL)
		return refuse_verb(argv[1]);
	return run_verb(verb, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	return output_close(dispatch(argc, argv));
}
