/* SPDX-License-Identifier: MIT */

/* Files below a folder: which of them, in which order, and what could not be looked into. */

#include "base/file_list.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/file.h"

enum {
	NOBODY = 65534,
};

struct target {
	char path[32];
	int folder;
	struct arena *arena;
};

static void write_file(const struct target *target, const char *path)
{
	int fd = openat(target->folder, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	(void)file_close(fd);
}

static int set_up(void **state)
{
	static struct target target;

	(void)snprintf(target.path, sizeof(target.path), "/tmp/file-list-XXXXXX");
	assert_non_null(mkdtemp(target.path));
	target.folder = file_open_folder(target.path);
	target.arena = arena_create();
	*state = &target;
	return target.folder < 0;
}

static int tear_down(void **state)
{
	struct target *target = *state;
	static const char *const files[] = {"b/wg0.conf", "a.conf",    "c.conf", "d.txt",
					    "b/up",       "link.conf", ".conf",  ".hidden.conf"};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlinkat(target->folder, files[i], 0); /* not every test made all */
	(void)unlinkat(target->folder, "b", AT_REMOVEDIR);
	(void)rmdir(target->path);
	target->folder = file_close(target->folder);
	target->arena = arena_destroy(target->arena);
	return 0;
}

static void test_file_list_sorted(void **state)
{
	static const char *const expected[] = {"a.conf", "b/wg0.conf", "c.conf", "link.conf"};
	struct target *target = *state;
	struct file_list list = {0};

	assert_int_equal(mkdirat(target->folder, "b", 0700), 0);
	write_file(target, "c.conf");
	write_file(target, "b/wg0.conf");
	write_file(target, "a.conf");
	write_file(target, "d.txt");
	write_file(target, ".conf");
	write_file(target, ".hidden.conf");
	assert_int_equal(symlinkat("..", target->folder, "b/up"), 0);
	assert_int_equal(symlinkat("nowhere", target->folder, "link.conf"), 0);

	assert_int_equal(file_list(target->arena, target->folder, ".conf", &list), 0);
	assert_int_equal(list.failures.n_items, 0);
	assert_int_equal(list.paths.n_items, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(list.paths.items[i], expected[i]);
}

static void test_file_list_empty(void **state)
{
	struct target *target = *state;
	struct file_list list = {0};

	assert_int_equal(file_list(target->arena, target->folder, ".conf", &list), 0);
	assert_int_equal(list.paths.n_items + list.failures.n_items, 0);
}

static void test_file_list_closed_folder(void **state)
{
	struct target *target = *state;
	struct file_list list = {0};
	bool is_root = geteuid() == 0; /* for whom every folder is open */

	if (is_root) {
		assert_int_equal(chown(target->path, NOBODY, NOBODY), 0);
		assert_int_equal(seteuid(NOBODY), 0);
	}
	assert_int_equal(mkdirat(target->folder, "b", 0), 0);
	write_file(target, "a.conf");
	assert_int_equal(file_list(target->arena, target->folder, ".conf", &list), 0);
	if (is_root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(list.paths.n_items, 1);
	assert_int_equal(list.failures.n_items, 1);
	assert_string_equal(list.failures.items[0].path, "b");
	assert_int_equal(list.failures.items[0].error, -EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_file_list_sorted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_file_list_empty, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_file_list_closed_folder, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
