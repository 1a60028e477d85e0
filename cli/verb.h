/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Verbs: ONE table says what the program can do. Dispatch, option parsing, usage errors, `help`,
 * the bash completion and the man page are all made from its rows: a verb is added by adding a row
 * and one file with its function.
 */

#include <stdbool.h>
#include <stddef.h>

struct request;

/* What main() returns. */
enum exit_status {
	STATUS_CLEAN = 0,
	STATUS_FINDINGS = 1, /* the topology has errors, or warnings under --strict */
	STATUS_FAILED = 2,   /* usage or environment */
	STATUS_CHANGES = 3,  /* plan --exit-code: there is something to do */
};

enum {
	VERB_MAX_OPTIONS = 16,
};

struct verb_option {
	const char *name;          /* long, without the hyphens */
	const char *argument;      /* what it takes, in capitals; NULL: nothing */
	const char *const *values; /* all that it takes, ends with NULL; or NULL: anything */
	const char *help;
	char letter;  /* short, or 0 */
	bool is_list; /* `values` may be joined by commas, and are not checked here */
	bool is_required;
	bool is_alternative; /* stands in place of the operands */
};

struct verb {
	const char *name;      /* one word; or two, the first of which is a group's: "user add" */
	const char *arguments; /* operands in order, optional ones in brackets */
	const char *summary;   /* one line, a verb phrase */
	const char *description;
	const struct verb_option *options;
	size_t n_options;
	size_t n_operands_min;
	size_t n_operands_max;
	int (*run)(const struct request *request); /* returns an enum exit_status */
};

extern const struct verb verbs[];
extern const size_t n_verbs;

/*
 * The verb that the words begin with, one or two of them, and how many; or NULL. `ret_n_words` is
 * the number of those that were looked at.
 */
const struct verb *verb_match(char *const *words, size_t n_words, size_t *ret_n_words);

/* Whether `word` is the first of several verbs' two: "user". */
bool verb_is_group(const char *word);

/* The word of verb `i` that comes first; NULL where the verb before it begins with the same. */
const char *verb_first_word(size_t i, size_t *ret_length);

/* The verb whose name looks most like `name`, or NULL. */
const char *verb_suggest(const char *name);

int run_check(const struct request *request);
int run_compile(const struct request *request);
int run_explain(const struct request *request);
int run_fmt(const struct request *request);
int run_help(const struct request *request);
int run_import(const struct request *request);
int run_init(const struct request *request);
int run_key_check(const struct request *request);
int run_key_export(const struct request *request);
int run_key_gen(const struct request *request);
int run_key_host(const struct request *request);
int run_key_import(const struct request *request);
int run_key_list(const struct request *request);
int run_key_reseal(const struct request *request);
int run_key_rotate(const struct request *request);
int run_lab(const struct request *request);
int run_plan(const struct request *request);
int run_prove(const struct request *request);
int run_report(const struct request *request);
int run_schema(const struct request *request);
int run_user_add(const struct request *request);
int run_user_list(const struct request *request);
int run_user_qr(const struct request *request);
int run_user_revoke(const struct request *request);
int run_user_rotate(const struct request *request);
int run_user_show(const struct request *request);
