/* SPDX-License-Identifier: MIT */

/* Verbs by their words, of which some have two: `user add`. */

#include "cli/verb.h"

#include <string.h>

#include "base/suggest.h"

/* Whether `name` is `word`, or begins with it and a space. */
static bool begins_with(const char *name, const char *word)
{
	size_t length = strlen(word);

	return strncmp(name, word, length) == 0 && (name[length] == '\0' || name[length] == ' ');
}

bool verb_is_group(const char *word)
{
	for (size_t i = 0; i < n_verbs; i++) {
		if (begins_with(verbs[i].name, word) && strcmp(verbs[i].name, word) != 0)
			return true;
	}
	return false;
}

const char *verb_first_word(size_t i, size_t *ret_length)
{
	size_t length = strcspn(verbs[i].name, " ");

	*ret_length = length;
	if (i > 0 && strncmp(verbs[i - 1].name, verbs[i].name, length) == 0 &&
	    verbs[i - 1].name[length] == ' ')
		return NULL;
	return verbs[i].name;
}

const struct verb *verb_match(char *const *words, size_t n_words, size_t *ret_n_words)
{
	bool is_pair = n_words > 1 && verb_is_group(words[0]);

	*ret_n_words = is_pair ? 2 : 1;
	for (size_t i = 0; i < n_verbs; i++) {
		const char *name = verbs[i].name;

		if (!begins_with(name, words[0]))
			continue;
		name += strlen(words[0]);
		if (is_pair ? name[0] == ' ' && strcmp(name + 1, words[1]) == 0 : name[0] == '\0')
			return &verbs[i];
	}
	return NULL;
}

const char *verb_suggest(const char *name)
{
	struct suggestion suggestion = suggestion_for(name);

	for (size_t i = 0; i < n_verbs; i++)
		suggestion_offer(&suggestion, verbs[i].name);
	return suggestion.best;
}
