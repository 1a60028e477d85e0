/* SPDX-License-Identifier: MIT */

/*
 * Diagnostics that differ in nothing but the node's name: one rule, one span, and the same other
 * places. Where the other places differ, so does what the user has to do, and each is kept.
 */

#include "base/diag/fold.h"

#include "base/arena.h"
#include "base/diag/diag.h"

static bool is_same(struct span a, struct span b)
{
	return a.source == b.source && a.begin == b.begin && a.end == b.end;
}

static bool is_inside_fold(const struct diag_bag *bag, struct span span)
{
	vec_foreach(fold, &bag->folds) {
		if (fold->source == span.source && fold->begin <= span.begin &&
		    span.end <= fold->end)
			return true;
	}
	return false;
}

static bool have_same_places(const struct diag *a, const struct diag *b)
{
	if (a->related.n_items != b->related.n_items)
		return false;
	for (size_t i = 0; i < a->related.n_items; i++) {
		if (!is_same(a->related.items[i].span, b->related.items[i].span))
			return false;
	}
	return true;
}

/* Which of the items from `first` to before `end` the diagnostic repeats; `end`: none. */
static size_t find_like(const struct diag_bag *bag, size_t first, size_t end,
			const struct diag *diag)
{
	while (first < end && !have_same_places(bag->items.items[first], diag))
		first++;
	return first;
}

static void drop(struct diag_bag *bag, const struct diag *diag)
{
	(*(diag->severity == DIAG_ERROR ? &bag->n_errors : &bag->n_warnings))--;
}

void fold_repeats(struct diag_bag *bag)
{
	size_t n_items = bag->items.n_items;
	size_t *n_more = ARENA_ARRAY(bag->arena, size_t, n_items);
	size_t group = 0; /* the first that is kept of those of one rule at one span */
	size_t n_kept = 0;
	bool is_folded = false;

	for (size_t i = 0; i < n_items; i++) {
		struct diag *diag = bag->items.items[i];
		const struct diag *first = bag->items.items[group];
		size_t like = n_kept;

		if (i == 0 || diag->rule != first->rule || !is_same(diag->span, first->span)) {
			group = n_kept;
			is_folded = is_inside_fold(bag, diag->span);
		} else if (is_folded) {
			like = find_like(bag, group, n_kept, diag);
		}
		if (like < n_kept) {
			n_more[like]++;
			drop(bag, diag);
		} else {
			bag->items.items[n_kept++] = diag;
		}
	}
	bag->items.n_items = n_kept;
	for (size_t i = 0; i < n_kept; i++) {
		if (n_more[i] > 0) {
			diag_note(bag, bag->items.items[i],
				  "the same goes for %zu more of the range", n_more[i]);
		}
	}
}
