/* SPDX-License-Identifier: MIT */

/* Options in the manner of GNU: long and short, before or behind the operands, "--" ends them. */

#include "cli/arguments.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "base/text.h"
#include "cli/help.h"
#include "cli/output.h"

enum {
	FIRST_OPTION = 256, /* getopt_long(3) returns this plus the option's place in the table */
	HELP_OPTION = 'h',
};

/* What getopt_long(3) needs, made from the verb's rows. */
struct getopt_tables {
	char letters[2 * VERB_MAX_OPTIONS + 3];
	struct option options[VERB_MAX_OPTIONS + 2];
};

int usage_error(const struct verb *verb, const char *format, ...)
{
	cleanup_(text_finish) struct text usage = {0};
	va_list arguments;

	(void)fprintf(stderr, "wgtopo%s%s: ", verb == NULL ? "" : " ",
		      verb == NULL ? "" : verb->name);
	va_start(arguments, format);
	output_complaint(format, arguments);
	va_end(arguments);
	if (verb == NULL) {
		help_write_usage(&usage);
	} else {
		help_write_synopsis(&usage, verb);
	}
	(void)fprintf(stderr, "\n%stry `wgtopo help%s%s`\n", usage.data, verb == NULL ? "" : " ",
		      verb == NULL ? "" : verb->name);
	return STATUS_FAILED;
}

static void make_tables(const struct verb *verb, struct getopt_tables *tables)
{
	char *letter = tables->letters;

	assert(verb->n_options <= VERB_MAX_OPTIONS);
	*letter++ = ':'; /* tells a missing value from an unknown option */
	*letter++ = HELP_OPTION;
	for (size_t i = 0; i < verb->n_options; i++) {
		const struct verb_option *option = &verb->options[i];

		tables->options[i].name = option->name;
		tables->options[i].has_arg =
			option->argument == NULL ? no_argument : required_argument;
		tables->options[i].val = FIRST_OPTION + (int)i;
		if (option->letter == 0)
			continue;
		*letter++ = option->letter;
		if (option->argument != NULL)
			*letter++ = ':';
	}
	tables->options[verb->n_options] = (struct option){"help", no_argument, NULL, HELP_OPTION};
}

static const struct verb_option *find_letter(const struct verb *verb, int letter)
{
	for (size_t i = 0; i < verb->n_options; i++) {
		if (verb->options[i].letter != 0 && verb->options[i].letter == letter)
			return &verb->options[i];
	}
	return NULL;
}

/* What getopt_long(3) refused is in `code`, optopt and the argument that it looked at last. */
static void report_option(const struct verb *verb, int code, const char *argument)
{
	const struct verb_option *option = find_letter(verb, optopt);
	struct suggestion suggestion;

	if (optopt >= FIRST_OPTION)
		option = &verb->options[optopt - FIRST_OPTION];
	if (code == ':' && option != NULL) {
		usage_error(verb, "--%s needs %s", option->name, option->argument);
		return;
	}
	if (option != NULL || optopt == HELP_OPTION) {
		usage_error(verb, "--%s takes no value", option == NULL ? "help" : option->name);
		return;
	}
	if (strncmp(argument, "--", 2) != 0) {
		usage_error(verb, "there is no option '-%c'", optopt);
		return;
	}
	suggestion = suggestion_for(argument + 2);
	for (size_t i = 0; i < verb->n_options; i++)
		suggestion_offer(&suggestion, verb->options[i].name);
	if (suggestion.best == NULL) {
		usage_error(verb, "there is no option '%s'", argument);
	} else {
		usage_error(verb, "there is no option '%s'; did you mean '--%s'?", argument,
			    suggestion.best);
	}
}

static bool check_value(const struct verb *verb, const struct verb_option *option,
			const char *value)
{
	cleanup_(text_finish) struct text values = {0};

	if (option->values == NULL || option->is_list)
		return true;
	for (const char *const *known = option->values; *known != NULL; known++) {
		if (strcmp(*known, value) == 0)
			return true;
		text_printf(&values, "%s%s",
			    known == option->values ? ""
			    : known[1] == NULL      ? " or "
						    : ", ",
			    *known);
	}
	usage_error(verb, "--%s takes %s, not '%s'", option->name, values.data, value);
	return false;
}

static bool read_options(const struct verb *verb, int argc, char **argv, struct request *request)
{
	struct getopt_tables tables = {0};
	int code;

	make_tables(verb, &tables);
	opterr = 0;
	while ((code = getopt_long(argc, argv, tables.letters, tables.options, NULL)) != -1) {
		const struct verb_option *option = find_letter(verb, code);

		if (code == '?' || code == ':') {
			report_option(verb, code, argv[optind - 1]);
			return false;
		}
		if (code == HELP_OPTION) {
			request->wants_help = true;
			return true;
		}
		if (option == NULL)
			option = &verb->options[code - FIRST_OPTION];
		if (optarg != NULL && !check_value(verb, option, optarg))
			return false;
		request->values[option - verb->options] = optarg == NULL ? "" : optarg;
	}
	return true;
}

/* The operand at `place` of the verb's arguments, as the help names it. */
static void report_missing_operand(const struct verb *verb, size_t place)
{
	const char *word = verb->arguments;

	while (place-- > 0)
		word += strcspn(word, " ") + 1;
	usage_error(verb, "%.*s is missing", (int)strcspn(word, " "), word);
}

static bool check_counts(const struct request *request)
{
	const struct verb *verb = request->verb;

	if (request->n_operands > verb->n_operands_max) {
		usage_error(verb, "'%s' is one operand too many",
			    request->operands[verb->n_operands_max]);
		return false;
	}
	if (request->n_operands < verb->n_operands_min) {
		report_missing_operand(verb, request->n_operands);
		return false;
	}
	for (size_t i = 0; i < verb->n_options; i++) {
		const struct verb_option *option = &verb->options[i];

		if (!option->is_required || request->values[i] != NULL)
			continue;
		usage_error(verb, "--%s is missing: add `-%c %s`", option->name, option->letter,
			    option->argument);
		return false;
	}
	return true;
}

bool arguments_parse(const struct verb *verb, int argc, char **argv, struct request *ret_request)
{
	struct request request = {.verb = verb};

	if (!read_options(verb, argc, argv, &request))
		return false;
	request.operands = argv + optind;
	request.n_operands = (size_t)(argc - optind);
	if (!request.wants_help && !check_counts(&request))
		return false;
	*ret_request = request;
	return true;
}

const char *request_option(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->verb->n_options; i++) {
		if (strcmp(request->verb->options[i].name, name) == 0)
			return request->values[i];
	}
	unreachable(); /* a verb asks for options of its own rows only */
}

bool request_has(const struct request *request, const char *name)
{
	return request_option(request, name) != NULL;
}

bool request_says(const struct request *request, const char *name, const char *value)
{
	const char *given = request_option(request, name);

	return given != NULL && strcmp(given, value) == 0;
}
