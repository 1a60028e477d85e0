/* SPDX-License-Identifier: MIT */

/*
 * Who reaches whom in another way than before. Hosts that have the same class and share on both
 * sides reach everybody in the same way, so that pairs of such cells are asked and not pairs of
 * hosts; one with links of its own is a cell of its own. What shifts alike is then put together:
 * cells that shift against the same other cells are one side of it.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/diff/parts.h"

struct cell {
	vec_of(const char *) names;
	const struct manifest_host *hosts[2][DIFF_N_SIDES]; /* the first two */
};

struct shifting {
	struct diff *diff;
	struct arena *arena; /* for what is not kept */
	vec_of(struct cell) cells;
	struct map by_key; /* -> the number of a cell */
	struct map kinds;  /* -> struct kind */
	vec_of(struct kind *) order;
};

/* One way to shift, and the pairs of cells that do: a row of them for each. */
struct kind {
	struct diff_path from;
	struct diff_path to;
	unsigned char *rows; /* n_cells * n_cells */
};

static const char *cell_key(const struct shifting *shifting, const struct manifest_host *before,
			    const struct manifest_host *after)
{
	const struct diff *diff = shifting->diff;
	bool is_linked = manifest_has_link(diff->sides[DIFF_BEFORE], before) ||
			 manifest_has_link(diff->sides[DIFF_AFTER], after);

	if (is_linked)
		return after->name;
	return arena_printf(shifting->arena, "%zu %u %zu %u", before->class, before->share,
			    after->class, after->share);
}

/* Servers and gateways that are on both sides. */
static void make_cells(struct shifting *shifting)
{
	const struct manifest *manifest = shifting->diff->sides[DIFF_AFTER];

	for (size_t i = 0; i < manifest->n_hosts; i++) {
		const struct manifest_host *after = &manifest->hosts[i];
		const struct manifest_host *before =
			diff_find(shifting->diff, DIFF_BEFORE, after->name);
		const char *key;
		size_t *number;
		struct cell *cell;

		if (before == NULL || before->kind == MANIFEST_DEVICE ||
		    after->kind == MANIFEST_DEVICE)
			continue;
		key = cell_key(shifting, before, after);
		number = map_get(&shifting->by_key, key);
		if (number == NULL) {
			number = ARENA_NEW(shifting->arena, size_t);
			*number = shifting->cells.n_items;
			(void)map_put(shifting->arena, &shifting->by_key, key, number);
			(void)vec_push(shifting->arena, &shifting->cells);
		}
		assert(shifting->cells.items != NULL);
		cell = &shifting->cells.items[*number];
		if (cell->names.n_items < 2) {
			cell->hosts[cell->names.n_items][DIFF_BEFORE] = before;
			cell->hosts[cell->names.n_items][DIFF_AFTER] = after;
		}
		*vec_push(shifting->arena, &cell->names) = after->name;
	}
}

static struct diff_path path_between(const struct diff *diff, enum diff_side side,
				     const struct cell *a, const struct cell *b)
{
	const struct manifest_host *via;
	enum manifest_verdict verdict = manifest_verdict(diff->sides[side], a->hosts[0][side],
							 b->hosts[a == b][side], &via);

	return (struct diff_path){verdict, via == NULL ? NULL : via->name};
}

static bool is_same_path(const struct diff_path *a, const struct diff_path *b)
{
	return a->verdict == b->verdict &&
	       (a->via == NULL || b->via == NULL ? a->via == b->via : strcmp(a->via, b->via) == 0);
}

static struct kind *kind_of(struct shifting *shifting, const struct diff_path *from,
			    const struct diff_path *to)
{
	size_t n = shifting->cells.n_items;
	const char *key = arena_printf(shifting->arena, "%d %s %d %s", (int)from->verdict,
				       from->via == NULL ? "-" : from->via, (int)to->verdict,
				       to->via == NULL ? "-" : to->via);
	struct kind *kind = map_get(&shifting->kinds, key);

	if (kind != NULL)
		return kind;
	kind = ARENA_NEW(shifting->arena, struct kind);
	*kind = (struct kind){*from, *to, ARENA_ARRAY(shifting->arena, unsigned char, n *n)};
	(void)map_put(shifting->arena, &shifting->kinds, key, kind);
	*vec_push(shifting->arena, &shifting->order) = kind;
	return kind;
}

static void compare_cells(struct shifting *shifting)
{
	const struct diff *diff = shifting->diff;
	size_t n = shifting->cells.n_items;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = i; k < n; k++) {
			const struct cell *a = &shifting->cells.items[i];
			const struct cell *b = &shifting->cells.items[k];
			struct diff_path from;
			struct diff_path to;
			struct kind *kind;

			if (i == k && a->names.n_items < 2)
				continue;
			from = path_between(diff, DIFF_BEFORE, a, b);
			to = path_between(diff, DIFF_AFTER, a, b);
			if (is_same_path(&from, &to))
				continue;
			kind = kind_of(shifting, &from, &to);
			kind->rows[i * n + k] = kind->rows[k * n + i] = 1;
		}
	}
}

static void put_names(const struct shifting *shifting, size_t cell, struct diff_names *names)
{
	vec_foreach(name, &shifting->cells.items[cell].names) {
		*vec_push(shifting->diff->arena, &names->items) =
			arena_copy(shifting->diff->arena, *name, strlen(*name));
	}
}

/* Takes the pairs of two cells out of the kind. Returns their number. */
static size_t take_pairs(const struct shifting *shifting, struct kind *kind, size_t a, size_t b)
{
	size_t n = shifting->cells.n_items;
	size_t n_names = shifting->cells.items[a].names.n_items;

	kind->rows[a * n + b] = kind->rows[b * n + a] = 0;
	return a == b ? n_names * (n_names - 1) / 2
		      : n_names * shifting->cells.items[b].names.n_items;
}

/* Whether all pairs within the cell shift. */
static bool is_whole(const struct shifting *shifting, const struct kind *kind, size_t cell)
{
	return kind->rows[cell * shifting->cells.n_items + cell] != 0 ||
	       shifting->cells.items[cell].names.n_items == 1;
}

/* The cells, `row` being the first, that all shift against each other: told as one. */
static void put_knot(struct shifting *shifting, struct kind *kind, size_t row)
{
	struct diff_shift shift = {.from = kind->from, .to = kind->to};
	size_t n = shifting->cells.n_items;
	vec_of(size_t) knot = {0};

	for (size_t k = row; k < n; k++) {
		bool fits = is_whole(shifting, kind, k);

		vec_foreach(member, &knot)
			fits = fits && kind->rows[*member * n + k] != 0;
		if (fits)
			*vec_push(shifting->arena, &knot) = k;
		if (knot.n_items == 0)
			return; /* `row` itself does not */
	}
	/* Two single hosts are a pair like any other. */
	if (kind->rows[row * n + row] == 0 && knot.n_items < 3)
		return;
	vec_foreach(member, &knot) {
		put_names(shifting, *member, &shift.a);
		vec_foreach(other, &knot) {
			if (kind->rows[*member * n + *other] != 0)
				shift.n_pairs += take_pairs(shifting, kind, *member, *other);
		}
	}
	*vec_push(shifting->diff->arena, &shifting->diff->shifts) = shift;
}

/* The cells that shift against the same others as `row` does, and those others. */
static void put_sides(struct shifting *shifting, struct kind *kind, size_t row)
{
	struct diff_shift shift = {.from = kind->from, .to = kind->to};
	size_t n = shifting->cells.n_items;
	vec_of(size_t) alike = {0};
	vec_of(size_t) others = {0};

	for (size_t k = row; k < n; k++) {
		if (memcmp(kind->rows + row * n, kind->rows + k * n, n) == 0)
			*vec_push(shifting->arena, &alike) = k;
	}
	for (size_t k = 0; k < n; k++) {
		if (kind->rows[row * n + k] != 0)
			*vec_push(shifting->arena, &others) = k;
	}
	vec_foreach(cell, &alike) {
		put_names(shifting, *cell, &shift.a);
		vec_foreach(other, &others)
			shift.n_pairs += take_pairs(shifting, kind, *cell, *other);
	}
	vec_foreach(other, &others)
		put_names(shifting, *other, &shift.b);
	*vec_push(shifting->diff->arena, &shifting->diff->shifts) = shift;
}

/* What is worst for the pair comes first: no way at all, then a relay. */
static int badness(const struct diff_shift *shift)
{
	if (shift->to.verdict == MANIFEST_NONE)
		return 0;
	if (shift->to.verdict == MANIFEST_RELAY)
		return shift->from.verdict == MANIFEST_NONE ? 3 : 1;
	return shift->to.verdict == MANIFEST_PUNCH ? 2 : 4;
}

static int compare_shifts(const void *a, const void *b)
{
	const struct diff_shift *first = a;
	const struct diff_shift *second = b;

	if (badness(first) != badness(second))
		return badness(first) - badness(second);
	if (first->n_pairs != second->n_pairs)
		return first->n_pairs < second->n_pairs ? 1 : -1;
	return strcmp(first->a.items.items[0], second->a.items.items[0]);
}

void shift_find(struct diff *diff)
{
	struct shifting shifting = {.diff = diff};

	if (diff->sides[DIFF_BEFORE] == NULL || diff->sides[DIFF_AFTER] == NULL)
		return;
	shifting.arena = arena_create();
	make_cells(&shifting);
	compare_cells(&shifting);
	vec_foreach(kind, &shifting.order) {
		size_t n = shifting.cells.n_items;

		for (size_t row = 0; row < n; row++) {
			if (memchr((*kind)->rows + row * n, 1, n) != NULL)
				put_knot(&shifting, *kind, row);
			if (memchr((*kind)->rows + row * n, 1, n) != NULL)
				put_sides(&shifting, *kind, row);
		}
	}
	if (diff->shifts.n_items > 1) {
		qsort(diff->shifts.items, diff->shifts.n_items, sizeof(diff->shifts.items[0]),
		      compare_shifts);
	}
	(void)arena_destroy(shifting.arena);
}
