/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Diagnostics: a user's mistake is collected here, not returned as an error code, so that one run
 * reports them all. Collecting and rendering are apart: no pass knows how its findings are shown.
 */

#include "base/diag/rule.h"
#include "base/source.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct text;

struct diag_label {
	struct span span;
	const char *message;
};

struct diag {
	enum diag_rule rule;
	enum diag_severity severity;
	struct span span;
	const char *message;
	vec_of(struct diag_label) related; /* other places that take part, shown with `~` */
	vec_of(const char *) notes;        /* evidence */
	const char *help;                  /* the fixes, a line each, the cheapest first; or NULL */
};

struct diag_bag {
	struct arena *arena;
	vec_of(struct diag *) items;
	struct diag *overflow; /* takes what comes after the first 10,000; counted, never shown */
	vec_of(struct span) secrets; /* never shown, whatever they look like */
	vec_of(struct span) folds;   /* what stands here stands for several nodes */
	size_t n_errors;
	size_t n_warnings;
};

/*
 * Adds a diagnostic of the rule's own severity. The message is lower case without a final period,
 * has the user's values in single quotes, and never holds a key. The result may be decorated with
 * the functions below until the bag is rendered.
 */
struct diag *diag_add(struct diag_bag *bag, enum diag_rule rule, struct span span,
		      const char *format, ...) __attribute__((format(printf, 4, 5)));

void diag_related(struct diag_bag *bag, struct diag *diag, struct span span, const char *format,
		  ...) __attribute__((format(printf, 4, 5)));
/* Whether the place is shown already: where the span begins. */
bool diag_shows(const struct diag *diag, struct span span);
void diag_note(struct diag_bag *bag, struct diag *diag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The fix; called again, one more. */
void diag_help(struct diag_bag *bag, struct diag *diag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Makes a warning of an error. */
void diag_soften(struct diag_bag *bag, struct diag *diag);

/* Keeps the bytes of the span out of every source line that is shown. */
void diag_hide(struct diag_bag *bag, struct span span);

/*
 * One text in the span stands for several nodes. What a rule says of each of them at the same
 * places becomes one diagnostic when the bag is sorted, with a note that counts the others.
 */
void diag_fold(struct diag_bag *bag, struct span span);

/* Sorts by file, position, rule and message, drops exact repeats, and folds. */
void diag_sort(struct diag_bag *bag);

/* Renderers: append the sorted bag to `out`. Text ends in a line that counts the findings. */
void diag_render_text(const struct diag_bag *bag, bool with_colour, struct text *out);
void diag_render_json(const struct diag_bag *bag, struct text *out);
