/* SPDX-License-Identifier: MIT */

/* Map: what is put is found, what is not is not, and the first value of a key stays. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/map.h"

static int set_up(void **state)
{
	*state = arena_create();
	return 0;
}

static int tear_down(void **state)
{
	*state = arena_destroy(*state);
	return 0;
}

static void test_map_get_from_empty(void **state)
{
	struct map map = {0};

	(void)state;
	assert_null(map_get(&map, "gpu01"));
	assert_null(map_get(&map, ""));
}

static void test_map_put_new_and_known(void **state)
{
	struct map map = {0};
	char key[] = "gpu01"; /* other bytes, same text */
	int first = 1;
	int second = 2;

	assert_null(map_put(*state, &map, "gpu01", &first));
	assert_ptr_equal(map_put(*state, &map, key, &second), &first);
	assert_ptr_equal(map_get(&map, key), &first);
	assert_int_equal(map.n_entries, 1);
}

static void test_map_put_similar_keys(void **state)
{
	static const char *const keys[] = {"", "a", "A", "aa", "a ", "gpu1", "gpu01"};
	enum {
		N = sizeof(keys) / sizeof(keys[0])
	};
	struct map map = {0};
	int values[N];

	for (size_t i = 0; i < N; i++)
		assert_null(map_put(*state, &map, keys[i], &values[i]));
	for (size_t i = 0; i < N; i++)
		assert_ptr_equal(map_get(&map, keys[i]), &values[i]);
	assert_null(map_get(&map, "gpu001"));
}

static void test_map_put_many(void **state)
{
	enum {
		N = 20000
	};
	struct map map = {0};
	char **keys = ARENA_ARRAY(*state, char *, N);

	for (size_t i = 0; i < N; i++) {
		keys[i] = arena_printf(*state, "host-%zu", i);
		assert_null(map_put(*state, &map, keys[i], keys[i]));
	}
	assert_int_equal(map.n_entries, N);
	for (size_t i = 0; i < N; i++) {
		assert_ptr_equal(map_get(&map, arena_printf(*state, "host-%zu", i)), keys[i]);
		assert_null(map_get(&map, arena_printf(*state, "host-%zu", N + i)));
	}
}

/* An empty slot always remains, or the search for a key that is not there would not end. */
static void test_map_put_never_fills_the_table(void **state)
{
	struct map map = {0};

	for (int i = 0; i < 1000; i++) {
		char *key = arena_printf(*state, "%d", i);

		assert_null(map_put(*state, &map, key, key));
		assert_true(map.n_entries <= map.n_slots / 4 * 3);
		assert_null(map_get(&map, "absent"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map_get_from_empty),
		cmocka_unit_test_setup_teardown(test_map_put_new_and_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_map_put_similar_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_map_put_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_map_put_never_fills_the_table, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
