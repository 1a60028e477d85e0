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

static int show_group(const char *word)
{
	cleanup_(text_finish) struct text help = {0};

	help_write_group(&help, word);
	output_write(&help);
	return STATUS_CLEAN;
}

/* The words of a verb that there is none of: one, or two. */
static int refuse_verb(char *const *words, size_t n_words)
{
	cleanup_(text_finish) struct text name = {0};
	const char *near;

	if (n_words == 1 && verb_is_group(words[0])) {
		return usage_error(NULL, "'%s' needs one more word; `wgtopo help %s` lists them",
				   words[0], words[0]);
	}
	text_puts(&name, words[0]);
	if (n_words > 1)
		text_join(&name, " ", words[1]);
	near = verb_suggest(name.data);
	if (near == NULL)
		return usage_error(NULL, "there is no verb '%s'", name.data);
	return usage_error(NULL, "there is no verb '%s'; did you mean '%s'?", name.data, near);
}

static bool asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int dispatch(int argc, char **argv)
{
	const struct verb *verb;
	size_t n_words;

	if (argc < 2)
		return usage_error(NULL, "a verb is missing");
	if (asks_for_help(argv[1]))
		return show_help();
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		(void)puts("wgtopo " WGTOPO_VERSION);
		return STATUS_CLEAN;
	}
	if (argc == 3 && verb_is_group(argv[1]) && asks_for_help(argv[2]))
		return show_group(argv[1]);
	verb = verb_match(argv + 1, (size_t)argc - 1, &n_words);
	if (verb == NULL)
		return refuse_verb(argv + 1, n_words);
	return run_verb(verb, argc - (int)n_words, argv + n_words);
}

int main(int argc, char **argv)
{
	return output_close(dispatch(argc, argv));
}
