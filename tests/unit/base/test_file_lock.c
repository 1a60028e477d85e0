/* SPDX-License-Identifier: MIT */

/* File lock: several processes count up in one file, and no count is lost. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/file_lock.h"
#include "base/text.h"

enum {
	N_PROCESSES = 8,
	N_ROUNDS = 25,
};

struct place {
	char folder[64];
	char path[80];
};

static int set_up(void **state)
{
	static struct place place;

	place = (struct place){.folder = "/tmp/wgtopo-test-lock-XXXXXX"};
	assert_non_null(mkdtemp(place.folder));
	(void)snprintf(place.path, sizeof(place.path), "%s/count", place.folder);
	*state = &place;
	return 0;
}

/* Fails where a temporary file was left. */
static int tear_down(void **state)
{
	struct place *place = *state;

	(void)unlink(place->path); /* not every test leaves it */
	return rmdir(place->folder);
}

static void expect_content(const char *path, const char *content)
{
	cleanup_(text_finish) struct text text = {0};

	assert_int_equal(file_read(AT_FDCWD, path, 100, &text), 0);
	assert_string_equal(text.data, content);
}

/* Whether somebody holds the lock of the file that has the name now. */
static bool is_locked(const char *path)
{
	cleanup_(file_close) int fd = open(path, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return flock(fd, LOCK_EX | LOCK_NB) < 0;
}

static void test_file_make_locked_is_the_first(void **state)
{
	const struct place *place = *state;
	cleanup_(file_close) int lock = file_make_locked(place->path, "one", 3, 0640);
	struct stat status;

	assert_true(lock >= 0);
	assert_true(is_locked(place->path));
	expect_content(place->path, "one");
	assert_int_equal(stat(place->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	assert_int_equal(status.st_nlink, 1);
	assert_int_equal(file_make_locked(place->path, "two", 3, 0600), -EEXIST);
	expect_content(place->path, "one");
	lock = file_close(lock);
	assert_false(is_locked(place->path));
}

static void test_file_replace_locked_keeps_the_lock(void **state)
{
	const struct place *place = *state;
	cleanup_(file_close) int lock = file_make_locked(place->path, "one", 3, 0600);

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(file_replace_locked(place->path, "next", 4, 0600, &lock), 0);
		assert_true(is_locked(place->path));
		expect_content(place->path, "next");
	}
	lock = file_close(lock);
	lock = file_lock(place->path);
	assert_true(lock >= 0);
	assert_true(is_locked(place->path));
}

static void test_file_lock_of_what_cannot_be_locked(void **state)
{
	const struct place *place = *state;
	int lock = -1;

	assert_int_equal(file_lock(place->path), -ENOENT);
	assert_int_equal(file_lock(place->folder), -EISDIR);
	assert_int_equal(mkfifo(place->path, 0600), 0);
	assert_int_equal(file_lock(place->path), -EINVAL);
	assert_int_equal(file_make_locked("/nowhere/x", "", 0, 0600), -ENOENT);
	assert_int_equal(file_replace_locked("/nowhere/x", "", 0, 0600, &lock), -ENOENT);
	assert_int_equal(lock, -1);
}

/* Adds one to the number in the file, in two replacements under one lock. */
static void count_up(const char *path)
{
	cleanup_(file_close) int lock = file_lock(path);
	cleanup_(text_finish) struct text text = {0};
	long number;

	assert_true(lock >= 0);
	assert_int_equal(file_read(AT_FDCWD, path, 100, &text), 0);
	number = strtol(text.data, NULL, 10) + 1;
	assert_int_equal(file_replace_locked(path, "busy", 4, 0600, &lock), 0);
	text_clear(&text);
	text_printf(&text, "%ld", number);
	assert_int_equal(file_replace_locked(path, text.data, text.length, 0600, &lock), 0);
}

/* Lets processes count; whoever is first makes the file. */
static void run_processes(const char *path, size_t n_rounds)
{
	pid_t children[N_PROCESSES];

	for (size_t i = 0; i < N_PROCESSES; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] > 0)
			continue;
		(void)file_close(file_make_locked(path, "0", 1, 0600));
		for (size_t round = 0; round < n_rounds; round++)
			count_up(path);
		_exit(0);
	}
	for (size_t i = 0; i < N_PROCESSES; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
}

static void test_file_lock_loses_no_update(void **state)
{
	const struct place *place = *state;

	run_processes(place->path, N_ROUNDS);
	expect_content(place->path, "200");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_file_make_locked_is_the_first, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_file_replace_locked_keeps_the_lock, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_file_lock_of_what_cannot_be_locked, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_file_lock_loses_no_update, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
