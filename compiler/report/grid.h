/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Grids in the page's data: a number for every ordered pair of classes or groups. Most rows are
 * like one before them but for a few places, so that is how they are written; else as runs:
 *
 *    [-1, number, how many times, ...]    or    [like which row, place, number, ...]
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct text;

/* `n` rows of `n` numbers. A row that others are written by is never written by another one. */
struct grid {
	int32_t *numbers;
	size_t n;
};

struct grid grid_create(struct arena *arena, size_t n);

static inline int32_t *grid_at(const struct grid *grid, size_t row, size_t column)
{
	return &grid->numbers[row * grid->n + column];
}

/* Appends the grid as a JSON array of rows. */
void grid_write(const struct grid *grid, struct text *out);

/* Reads one back. False: it is no grid of ours. */
bool grid_read(struct arena *arena, const json_t *json, struct grid *ret_grid);
