/* SPDX-License-Identifier: MIT */

/*
 * Warnings that somebody has read and lives with are allowed by rule, as compilers have it: a DNS
 * name as an endpoint stays doubtful, and a pipeline that can never pass is turned off.
 */

#include "cli/strict.h"

#include <stdio.h>
#include <string.h>

#include "base/diag/diag.h"
#include "base/suggest.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/verb.h"

enum diag_rule strict_find_rule(const char *slug)
{
	cleanup_(text_finish) struct text slugs = {0};
	struct suggestion suggestion = suggestion_for(slug);
	enum diag_rule rule = diag_find_rule(slug);

	if (rule != DIAG_N_RULES)
		return rule;
	for (size_t i = 0; i < DIAG_N_RULES; i++) {
		text_printf(&slugs, "  %s\n", diag_rules[i].slug);
		suggestion_offer(&suggestion, diag_rules[i].slug);
	}
	if (suggestion.best != NULL) {
		(void)output_failure("there is no rule '%s'; did you mean '%s'?", slug,
				     suggestion.best);
	} else {
		(void)output_failure("there is no rule '%s'; the rules are:", slug);
		(void)fputs(slugs.data, stderr);
	}
	return rule;
}

/* The next word of a list with commas, into `word`. False at its end. */
static bool next_word(const char **list, struct text *word)
{
	size_t length = strcspn(*list, ",");

	if (**list == '\0')
		return false;
	text_clear(word);
	text_append(word, *list, length);
	*list += length + ((*list)[length] == ',');
	return true;
}

int strict_check(const struct request *request)
{
	cleanup_(text_finish) struct text word = {0};
	const char *list = request_option(request, "allow");

	if (list != NULL && !request_has(request, "strict"))
		return usage_error(request->verb, "--allow means nothing without --strict");
	while (list != NULL && next_word(&list, &word)) {
		enum diag_rule rule = strict_find_rule(word.data);

		if (rule == DIAG_N_RULES)
			return STATUS_FAILED;
		if (diag_rules[rule].severity == DIAG_ERROR) {
			return output_failure("'%s' is an error, and no option allows one",
					      word.data);
		}
	}
	return STATUS_CLEAN;
}

static bool is_allowed(const struct request *request, const char *slug)
{
	cleanup_(text_finish) struct text word = {0};
	const char *list = request_option(request, "allow");

	while (list != NULL && next_word(&list, &word)) {
		if (strcmp(word.data, slug) == 0)
			return true;
	}
	return false;
}

bool strict_fails(const struct request *request, const struct diag_bag *diags)
{
	size_t n_allowed = 0;

	if (diags->n_errors > 0 || !request_has(request, "strict"))
		return diags->n_errors > 0;
	vec_foreach(diag, &diags->items)
		n_allowed += is_allowed(request, diag_rules[(*diag)->rule].slug);
	return diags->n_warnings > n_allowed;
}
