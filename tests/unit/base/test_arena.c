/* SPDX-License-Identifier: MIT */

/* Arena and vector: zeroed, aligned, disjoint memory that stays where it is. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/vec.h"

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

static void test_arena_destroy_accepts_null(void **state)
{
	(void)state;
	assert_null(arena_destroy(NULL));
}

static void test_arena_alloc_is_zeroed_and_aligned(void **state)
{
	static const char zero[300000];

	for (size_t size = 0; size < sizeof(zero); size = 2 * size + 1) {
		char *memory = arena_alloc(*state, size);

		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		assert_memory_equal(memory, zero, size == 0 ? 1 : size);
		memset(memory, 0xff, size);
	}
}

/* Every object keeps its own bytes, across blocks and beside objects with a block of their own. */
static void test_arena_alloc_objects_are_disjoint(void **state)
{
	enum {
		N = 5000
	};
	unsigned char *objects[N];
	size_t sizes[N];

	for (size_t i = 0; i < N; i++) {
		sizes[i] = i % 500 == 499 ? 70000 : 1 + i * 7 % 200;
		objects[i] = arena_alloc(*state, sizes[i]);
		memset(objects[i], (int)(i % 251), sizes[i]);
	}
	for (size_t i = 0; i < N; i++) {
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(objects[i][j], i % 251);
	}
}

static void test_arena_size_counts_what_was_asked_for(void **state)
{
	assert_int_equal(arena_size(*state), 0);
	(void)arena_alloc(*state, 10);
	(void)arena_alloc(*state, 100000);
	assert_int_equal(arena_size(*state), 100010);
}

static void test_arena_copy_adds_a_nul(void **state)
{
	char *copy = arena_copy(*state, "abcdef", 3);

	assert_string_equal(copy, "abc");
	assert_string_equal(arena_copy(*state, NULL, 0), "");
	assert_memory_equal(arena_copy(*state, "a\0b", 3), "a\0b", 4);
}

static void test_arena_printf_short_and_long(void **state)
{
	char expected[2001];

	assert_string_equal(arena_printf(*state, "%s=%d", "mtu", 1420), "mtu=1420");
	for (size_t length = 505; length < 520; length++) { /* around the size of its buffer */
		memset(expected, 'x', length);
		expected[length] = '\0';
		assert_string_equal(arena_printf(*state, "%s", expected), expected);
	}
}

static void test_vec_push_keeps_items(void **state)
{
	vec_of(uint64_t) numbers = {0};

	for (uint64_t i = 0; i < 1000; i++) {
		uint64_t *number = vec_push(*state, &numbers);

		assert_int_equal(*number, 0);
		*number = i * i;
	}
	assert_int_equal(numbers.n_items, 1000);
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(numbers.items[i], i * i);
}

static void test_vec_foreach_visits_each_once(void **state)
{
	vec_of(int) empty = {0};
	vec_of(int) numbers = {0};
	int last = 0;

	vec_foreach(number, &empty) {
		fail_msg("an empty vector has the item %d", *number);
	}
	for (int i = 1; i <= 10; i++)
		*vec_push(*state, &numbers) = i;
	vec_foreach(number, &numbers) {
		assert_int_equal(*number, ++last);
	}
	assert_int_equal(last, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena_destroy_accepts_null),
		cmocka_unit_test_setup_teardown(test_arena_alloc_is_zeroed_and_aligned, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_arena_alloc_objects_are_disjoint, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_arena_size_counts_what_was_asked_for, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_arena_copy_adds_a_nul, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_arena_printf_short_and_long, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_vec_push_keeps_items, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_vec_foreach_visits_each_once, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
