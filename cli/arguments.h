/* SPDX-License-Identifier: MIT */
#pragma once

/* Arguments: one call of the program, understood by the table of verbs. */

#include "cli/verb.h"

struct request {
	const struct verb *verb;
	char *const *operands;
	size_t n_operands;
	const char
		*values[VERB_MAX_OPTIONS]; /* in the order of the verb's options; NULL: not given */
	bool wants_help;
};

/*
 * Reads the arguments of `verb`, whose name is argv[0]; argv is reordered. False where they are
 * wrong: that has been said on stderr.
 */
bool arguments_parse(const struct verb *verb, int argc, char **argv, struct request *ret_request);

/* The value of the option named `name`, which the verb has; "" for a flag; NULL: not given. */
const char *request_option(const struct request *request, const char *name);

/* Whether the option named `name` is given, and whether it has the value `value`. */
bool request_has(const struct request *request, const char *name);
bool request_says(const struct request *request, const char *name, const char *value);

/* Says on stderr what is wrong with the call, and how it goes. Returns STATUS_FAILED. */
int usage_error(const struct verb *verb, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
