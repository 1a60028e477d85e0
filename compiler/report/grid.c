/* SPDX-License-Identifier: MIT */

/* Rows by their difference from others. */

#include "compiler/report/grid.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum {
	MAX_DIFFERENCES = 16,
	MAX_READ = 20000, /* rows of somebody's file */
};

struct grid grid_create(struct arena *arena, size_t n)
{
	return (struct grid){ARENA_ARRAY(arena, int32_t, n * n), n};
}

static bool are_alike(const struct grid *grid, size_t a, size_t b)
{
	size_t n_differences = 0;

	for (size_t i = 0; i < grid->n && n_differences <= MAX_DIFFERENCES; i++)
		n_differences += *grid_at(grid, a, i) != *grid_at(grid, b, i);
	return n_differences <= MAX_DIFFERENCES;
}

static void write_differences(const struct grid *grid, size_t row, size_t base, struct text *out)
{
	text_printf(out, "[%zu", base);
	for (size_t i = 0; i < grid->n; i++) {
		if (*grid_at(grid, row, i) != *grid_at(grid, base, i))
			text_printf(out, ",%zu,%d", i, *grid_at(grid, row, i));
	}
	text_puts(out, "]");
}

static void write_runs(const struct grid *grid, size_t row, struct text *out)
{
	text_puts(out, "[-1");
	for (size_t begin = 0, end; begin < grid->n; begin = end) {
		for (end = begin + 1; end < grid->n; end++) {
			if (*grid_at(grid, row, end) != *grid_at(grid, row, begin))
				break;
		}
		text_printf(out, ",%d,%zu", *grid_at(grid, row, begin), end - begin);
	}
	text_puts(out, "]");
}

void grid_write(const struct grid *grid, struct text *out)
{
	struct arena *scratch = arena_create();
	size_t *bases = ARENA_ARRAY(scratch, size_t, grid->n);
	size_t n_bases = 0;

	text_puts(out, "[");
	for (size_t row = 0; row < grid->n; row++) {
		size_t k = 0;

		while (k < n_bases && !are_alike(grid, row, bases[k]))
			k++;
		text_puts(out, row == 0 ? "\n" : ",\n");
		if (k < n_bases) {
			write_differences(grid, row, bases[k], out);
		} else {
			write_runs(grid, row, out);
			bases[n_bases++] = row;
		}
	}
	text_puts(out, "]");
	(void)arena_destroy(scratch);
}

static bool read_runs(const json_t *json, size_t row, struct grid *grid)
{
	size_t at = 0;

	for (size_t i = 1; i + 1 < json_array_size(json); i += 2) {
		int32_t number = (int32_t)json_integer_value(json_array_get(json, i));
		json_int_t n = json_integer_value(json_array_get(json, i + 1));

		if (n < 1 || (size_t)n > grid->n - at)
			return false;
		for (json_int_t k = 0; k < n; k++)
			*grid_at(grid, row, at++) = number;
	}
	return at == grid->n;
}

static bool read_row(const json_t *json, size_t row, struct grid *grid)
{
	json_int_t base = json_integer_value(json_array_get(json, 0));

	if (json_array_size(json) % 2 != 1 || base >= (json_int_t)row)
		return false;
	if (base < 0)
		return read_runs(json, row, grid);
	memcpy(grid_at(grid, row, 0), grid_at(grid, (size_t)base, 0),
	       grid->n * sizeof(*grid->numbers));
	for (size_t i = 1; i + 1 < json_array_size(json); i += 2) {
		json_int_t column = json_integer_value(json_array_get(json, i));

		if (column < 0 || (size_t)column >= grid->n)
			return false;
		*grid_at(grid, row, (size_t)column) =
			(int32_t)json_integer_value(json_array_get(json, i + 1));
	}
	return true;
}

bool grid_read(struct arena *arena, const json_t *json, struct grid *ret_grid)
{
	struct grid grid;
	const json_t *row;
	size_t i;

	if (!json_is_array(json) || json_array_size(json) > MAX_READ)
		return false;
	grid = grid_create(arena, json_array_size(json));
	json_array_foreach(json, i, row)
	{
		if (!read_row(row, i, &grid))
			return false;
	}
	*ret_grid = grid;
	return true;
}
