/* SPDX-License-Identifier: MIT */

/*
 * The bag. It stores so many diagnostics and no more, because a broken file can have a million of
 * them and nobody reads on; all are counted. What is not stored goes to one diagnostic that stands
 * aside, so that the passes that decorate it need not know.
 */

#include "base/diag/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/fold.h"
#include "base/diag/mask.h"

enum {
	MAX_STORED = 10000,
};

const struct diag_rule_entry diag_rules[DIAG_N_RULES] = {
#define RULE(constant, slug, severity, teaching) [DIAG_##constant] = {slug, severity, teaching},
#include "base/diag/rules.def"
#undef RULE
};

static size_t *count_of(struct diag_bag *bag, enum diag_severity severity)
{
	return severity == DIAG_ERROR ? &bag->n_errors : &bag->n_warnings;
}

/* The diagnostic that takes what is not stored. */
static struct diag *set_aside(struct diag_bag *bag, enum diag_rule rule)
{
	if (bag->overflow == NULL)
		bag->overflow = ARENA_NEW(bag->arena, struct diag);
	*bag->overflow = (struct diag){
		.rule = rule,
		.severity = diag_rules[rule].severity,
		.message = "",
	};
	return bag->overflow;
}

/* Formats a text, without anything that looks like a key. */
static const char *format_text(struct diag_bag *bag, const char *format, va_list arguments)
{
	char *text = arena_vprintf(bag->arena, format, arguments);

	mask_string(text);
	return text;
}

struct diag *diag_add(struct diag_bag *bag, enum diag_rule rule, struct span span,
		      const char *format, ...)
{
	struct diag *diag;
	va_list arguments;

	(*count_of(bag, diag_rules[rule].severity))++;
	if (bag->items.n_items >= MAX_STORED)
		return set_aside(bag, rule);
	diag = ARENA_NEW(bag->arena, struct diag);
	diag->rule = rule;
	diag->severity = diag_rules[rule].severity;
	diag->span = span;
	va_start(arguments, format);
	diag->message = format_text(bag, format, arguments);
	va_end(arguments);
	*vec_push(bag->arena, &bag->items) = diag;
	return diag;
}

void diag_soften(struct diag_bag *bag, struct diag *diag)
{
	if (diag->severity == DIAG_WARNING)
		return;
	bag->n_errors--;
	bag->n_warnings++;
	diag->severity = DIAG_WARNING;
}

void diag_related(struct diag_bag *bag, struct diag *diag, struct span span, const char *format,
		  ...)
{
	struct diag_label *label;
	va_list arguments;

	if (diag == bag->overflow)
		return;
	label = vec_push(bag->arena, &diag->related);
	label->span = span;
	va_start(arguments, format);
	label->message = format_text(bag, format, arguments);
	va_end(arguments);
}

bool diag_shows(const struct diag *diag, struct span span)
{
	vec_foreach(label, &diag->related) {
		if (label->span.source == span.source && label->span.begin == span.begin)
			return true;
	}
	return diag->span.source == span.source && diag->span.begin == span.begin;
}

void diag_note(struct diag_bag *bag, struct diag *diag, const char *format, ...)
{
	va_list arguments;

	if (diag == bag->overflow)
		return;
	va_start(arguments, format);
	*vec_push(bag->arena, &diag->notes) = format_text(bag, format, arguments);
	va_end(arguments);
}

void diag_help(struct diag_bag *bag, struct diag *diag, const char *format, ...)
{
	const char *before = diag->help;
	va_list arguments;

	if (diag == bag->overflow)
		return;
	va_start(arguments, format);
	diag->help = format_text(bag, format, arguments);
	va_end(arguments);
	if (before != NULL)
		diag->help = arena_printf(bag->arena, "%s\n%s", before, diag->help);
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* By place; what has none comes last. */
static int compare_spans(struct span a, struct span b)
{
	int r;

	if (!span_is_given(a) || !span_is_given(b))
		return span_is_given(b) - span_is_given(a);
	r = strcmp(a.source->path, b.source->path);
	if (r == 0)
		r = compare_numbers(a.begin, b.begin);
	return r != 0 ? r : compare_numbers(a.end, b.end);
}

static int compare(const struct diag *a, const struct diag *b)
{
	int r = compare_spans(a->span, b->span);

	if (r == 0)
		r = (int)a->rule - (int)b->rule;
	return r != 0 ? r : strcmp(a->message, b->message);
}

/* qsort(3) does not keep the order of equals, so the place in the bag decides between them. */
struct sort_entry {
	struct diag *diag;
	size_t index;
};

static int compare_entries(const void *a, const void *b)
{
	const struct sort_entry *left = a;
	const struct sort_entry *right = b;
	int r = compare(left->diag, right->diag);

	return r != 0 ? r : (left->index > right->index) - (left->index < right->index);
}

void diag_sort(struct diag_bag *bag)
{
	size_t n_items = bag->items.n_items;
	struct sort_entry *entries;

	if (n_items < 2)
		return;
	entries = ARENA_ARRAY(bag->arena, struct sort_entry, n_items);
	for (size_t i = 0; i < n_items; i++)
		entries[i] = (struct sort_entry){.diag = bag->items.items[i], .index = i};
	qsort(entries, n_items, sizeof(*entries), compare_entries);
	bag->items.n_items = 0;
	for (size_t i = 0; i < n_items; i++) {
		if (i > 0 && compare(entries[i - 1].diag, entries[i].diag) == 0) {
			(*count_of(bag, entries[i].diag->severity))--;
		} else {
			bag->items.items[bag->items.n_items++] = entries[i].diag;
		}
	}
	if (bag->folds.n_items > 0)
		fold_repeats(bag);
}

enum diag_rule diag_find_rule(const char *slug)
{
	for (enum diag_rule rule = 0; rule < DIAG_N_RULES; rule++) {
		if (strcmp(diag_rules[rule].slug, slug) == 0)
			return rule;
	}
	return DIAG_N_RULES;
}

const char *diag_severity_name(enum diag_severity severity)
{
	return severity == DIAG_ERROR ? "error" : "warning";
}

void diag_hide(struct diag_bag *bag, struct span span)
{
	*vec_push(bag->arena, &bag->secrets) = span;
}

void diag_fold(struct diag_bag *bag, struct span span)
{
	*vec_push(bag->arena, &bag->folds) = span;
}
