/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Finding: a diagnostic as a code hosting service knows it. It has a place in the repository in any
 * case, and a fingerprint by which the service knows it again in another revision.
 */

#include "base/source.h"

struct diag;
struct diag_bag;
struct diag_label;
struct diag_paths;
struct text;

struct finding_place {
	const char
		*path; /* relative to the root of the repository, or absolute where it is outside */
	struct position begin;
	struct position end; /* behind the last character */
};

struct finding {
	const struct diag *diag;
	struct finding_place place;
	/*
	 * Unique in the list. Made of the rule, the path, the text of the line without its indent,
	 * and the number of those alike above it: a line inserted elsewhere changes nothing. What
	 * the text output masks is masked before, so that nothing can be told of a key.
	 */
	const char *fingerprint;
};

/* The findings of the sorted bag, one for each of its items, in the bag's arena. */
const struct finding *finding_list(const struct diag_bag *bag, const struct diag_paths *paths);

/* The place of a span. What has none is put at the first line of the topology. */
struct finding_place finding_place(const struct diag_bag *bag, const struct diag_paths *paths,
				   struct span span);

/* Appends the message, then the notes and the help, in lines of their own. */
void finding_put_message(const struct diag *diag, struct text *out);
