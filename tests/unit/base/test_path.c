/* SPDX-License-Identifier: MIT */

/* Names of files, taken apart and put together. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/path.h"

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

static void test_path_absolute_cases(void **state)
{
	static const struct {
		const char *folder, *path, *absolute;
	} cases[] = {
		{"/", "", "/"},
		{"/", "a", "/a"},
		{"/", "..", "/"},
		{"/w", "", "/w"},
		{"/w", ".", "/w"},
		{"/w/", "a/b", "/w/a/b"},
		{"/w", "./a//b/", "/w/a/b"},
		{"/w/x", "../a", "/w/a"},
		{"/w/x", "../../../a/../b", "/b"},
		{"/w", "/", "/"},
		{"/w", "/a/./b/..", "/a"},
		{"/w", "...", "/w/..."},
		{"/w", ".git", "/w/.git"},
		{"/w", "..a", "/w/..a"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(path_absolute(*state, cases[i].folder, cases[i].path),
				    cases[i].absolute);
	}
}

static void test_path_below_cases(void **state)
{
	static const struct {
		const char *folder, *path, *below;
	} cases[] = {
		{"/w", "/w/a/b", "a/b"}, {"/", "/a", "a"},       {"/w", "/w", NULL},
		{"/w", "/wa/b", NULL},   {"/w/a", "/w/b", NULL}, {"/", "/", NULL},
		{"/w", "/w/", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *below = path_below(cases[i].folder, cases[i].path);

		if (cases[i].below == NULL) {
			assert_null(below);
		} else {
			assert_string_equal(below, cases[i].below);
		}
	}
}

static void test_path_parent_cases(void **state)
{
	assert_string_equal(path_parent(*state, "/a/b"), "/a");
	assert_string_equal(path_parent(*state, "/a"), "/");
	assert_string_equal(path_parent(*state, "/"), "/");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_absolute_cases),
		cmocka_unit_test(test_path_below_cases),
		cmocka_unit_test(test_path_parent_cases),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
