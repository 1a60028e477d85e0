/* SPDX-License-Identifier: MIT */

/* Grids are read back as they were written, however their rows are alike; damaged ones are not. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/report/grid.h"

static void expect_round_trip(struct arena *arena, const struct grid *grid, const char *expected)
{
	cleanup_(text_finish) struct text out = {0};
	json_t *json;
	struct grid read;

	grid_write(grid, &out);
	if (expected != NULL)
		assert_string_equal(out.data, expected);
	json = json_loads(out.data, 0, NULL);
	assert_true(grid_read(arena, json, &read));
	assert_int_equal(read.n, grid->n);
	assert_memory_equal(read.numbers, grid->numbers, grid->n * grid->n * sizeof(int32_t));
	json_decref(json);
}

static void test_rows_by_difference(void **state)
{
	struct arena *arena = arena_create();
	struct grid grid = grid_create(arena, 3);

	(void)state;
	*grid_at(&grid, 1, 1) = -1;
	*grid_at(&grid, 2, 0) = 7;
	expect_round_trip(arena, &grid, "[\n[-1,0,3],\n[0,1,-1],\n[0,0,7]]");
	grid = grid_create(arena, 0);
	expect_round_trip(arena, &grid, "[]");
	(void)arena_destroy(arena);
}

static void test_rows_of_all_kinds(void **state)
{
	struct arena *arena = arena_create();
	uint32_t number = 1;

	(void)state;
	for (size_t n = 1; n < 80; n += 13) {
		struct grid grid = grid_create(arena, n);

		for (size_t i = 0; i < n * n; i++) {
			number = number * 1103515245 + 12345;
			grid.numbers[i] = i / n % 3 == 0 ? (int32_t)(number >> 16) % 4 - 1
							 : (int32_t)(i % n / 9);
		}
		expect_round_trip(arena, &grid, NULL);
	}
	(void)arena_destroy(arena);
}

static void test_damaged(void **state)
{
	static const char *const texts[] = {
		"{}",
		"null",
		"[1]",
		"[[]]",
		"[[-1]]",
		"[[-1,0]]",
		"[[-1,0,2]]",
		"[[-1,0,0]]",
		"[[0]]",
		"[[-1,0,2],[1,0,1]]",
		"[[-1,0,2],[0,2,1]]",
		"[[-1,0,2],[0,-1,1]]",
		"[[-1,0,2],[0,1]]",
		"[[-1,0,1],[0]]",
		"[[-1,0,9000000000],[0]]",
		"[\"-1\"]",
	};
	struct arena *arena = arena_create();

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);
		struct grid grid;

		assert_non_null(json);
		if (grid_read(arena, json, &grid))
			fail_msg("%s is taken for a grid", texts[i]);
		json_decref(json);
	}
	(void)arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_by_difference),
		cmocka_unit_test(test_rows_of_all_kinds),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
