/* SPDX-License-Identifier: MIT */

/*
 * Nearness is the Damerau-Levenshtein distance in its restricted form (insert, delete, replace,
 * swap neighbours). A third of the word may be wrong: with more, a suggestion is a guess.
 */

#include "base/suggest.h"

#include <string.h>

enum {
	MAX_LENGTH = 64, /* longer words are not compared: names end at 63 */
};

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t edit_distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	size_t rows[3][MAX_LENGTH + 1];

	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *above_that = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1]);

			row[j] = min_size(replaced, 1 + min_size(above[j], row[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min_size(row[j], above_that[j - 2] + 1);
		}
	}
	return rows[n_a % 3][n_b];
}

struct suggestion suggestion_for(const char *word)
{
	return (struct suggestion){.word = word, .distance = strlen(word) / 3 + 1};
}

void suggestion_offer(struct suggestion *suggestion, const char *candidate)
{
	size_t n_word = strlen(suggestion->word);
	size_t n_candidate = strlen(candidate);
	size_t distance;

	if (n_word > MAX_LENGTH || n_candidate > MAX_LENGTH)
		return;
	distance = edit_distance(suggestion->word, n_word, candidate, n_candidate);
	if (suggestion->best == NULL ? distance > suggestion->distance
				     : distance >= suggestion->distance)
		return;
	suggestion->best = candidate;
	suggestion->distance = distance;
}
