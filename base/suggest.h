/* SPDX-License-Identifier: MIT */
#pragma once

/* "Did you mean": the candidate that is nearest to a misspelled word. */

#include <stddef.h>

struct suggestion {
	const char *word;
	const char *best; /* NULL while no candidate is near */
	size_t distance;
};

/* Begins a search for the word. */
struct suggestion suggestion_for(const char *word);

/* Offers a candidate, kept by reference. The nearest wins, the first of equals. */
void suggestion_offer(struct suggestion *suggestion, const char *candidate);
