/* SPDX-License-Identifier: MIT */

/* File: reading within limits and within a folder, and replacing whole. In a folder of its own. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"

struct place {
	char path[64]; /* holds top/ with the files; what lies beside it is outside */
	int folder;
	int top;
};

static void write_file(int folder, const char *name, const char *bytes, size_t size)
{
	cleanup_(file_close) int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
}

static int set_up(void **state)
{
	static struct place place;

	place = (struct place){.path = "/tmp/wgtopo-test-file-XXXXXX"};
	assert_non_null(mkdtemp(place.path));
	place.folder = open(place.path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(place.folder, "top", 0700), 0);
	place.top = openat(place.folder, "top", O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(place.top, "sub", 0700), 0);
	write_file(place.folder, "outside", "outside", 7);
	write_file(place.top, "ten", "0123456789", 10);
	write_file(place.top, "empty", "", 0);
	write_file(place.top, "sub/inner", "inner", 5);
	assert_int_equal(symlinkat("../outside", place.top, "way-out"), 0);
	assert_int_equal(symlinkat("sub/inner", place.top, "way-in"), 0);
	assert_int_equal(symlinkat("/proc/self/fd/0", place.top, "magic"), 0);
	assert_int_equal(mkfifoat(place.top, "fifo", 0600), 0);
	*state = &place;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"sub/inner", "ten",   "empty", "way-out",
					    "way-in",    "magic", "fifo",  "new"};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlinkat(place->top, names[i], 0); /* not every test makes all of them */
	assert_int_equal(unlinkat(place->top, "sub", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(place->folder, "top", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(place->folder, "outside", 0), 0);
	(void)file_close(place->top);
	(void)file_close(place->folder);
	return rmdir(place->path);
}

struct read_case {
	const char *path;
	size_t limit;
	int r;
	const char *content; /* NULL: must fail */
};

static void check_reads(int (*read_file)(int, const char *, size_t, struct text *), int top,
			const struct read_case *cases, size_t n_cases)
{
	cleanup_(text_finish) struct text text = {0};

	for (size_t i = 0; i < n_cases; i++) {
		int r = read_file(top, cases[i].path, cases[i].limit, &text);

		if (r != cases[i].r)
			fail_msg("'%s': %d instead of %d", cases[i].path, r, cases[i].r);
		if (cases[i].content != NULL) {
			assert_string_equal(text.data, cases[i].content);
		} else {
			assert_int_equal(text.length, 0);
		}
	}
}

static void test_file_read_cases(void **state)
{
	static const struct read_case cases[] = {
		{"ten", 100, 0, "0123456789"},  {"ten", 10, 0, "0123456789"},
		{"ten", 9, -EFBIG, NULL},       {"empty", 0, 0, ""},
		{"sub/inner", 100, 0, "inner"}, {"way-out", 100, 0, "outside"},
		{"sub", 100, -EISDIR, NULL},    {"fifo", 100, -EINVAL, NULL},
		{"absent", 100, -ENOENT, NULL}, {"/dev/zero", 100, -EINVAL, NULL},
	};
	const struct place *place = *state;

	check_reads(file_read, place->top, cases, sizeof(cases) / sizeof(cases[0]));
}

static void test_file_read_beneath_cases(void **state)
{
	static const struct read_case cases[] = {
		{"ten", 10, 0, "0123456789"},
		{"sub/inner", 100, 0, "inner"},
		{"sub/../ten", 100, 0, "0123456789"},
		{"way-in", 100, 0, "inner"},
		{"ten", 9, -EFBIG, NULL},
		{"sub", 100, -EISDIR, NULL},
		{"absent", 100, -ENOENT, NULL},
		{"../outside", 100, -EXDEV, NULL},
		{"../top/ten", 100, -EXDEV, NULL},
		{"/etc/passwd", 100, -EXDEV, NULL},
		{"way-out", 100, -EXDEV, NULL},
		{"magic", 100, -EXDEV, NULL},
	};
	const struct place *place = *state;

	check_reads(file_read_beneath, place->top, cases, sizeof(cases) / sizeof(cases[0]));
}

/* The size is not known in advance there: fstat(2) says 0. */
static void test_file_read_of_proc(void **state)
{
	cleanup_(text_finish) struct text text = {0};
	size_t length;

	(void)state;
	assert_int_equal(file_read(AT_FDCWD, "/proc/version", 1 << 20, &text), 0);
	assert_non_null(strstr(text.data, "version"));
	length = text.length;
	assert_int_equal(file_read(AT_FDCWD, "/proc/version", length, &text), 0);
	assert_int_equal(text.length, length);
	assert_int_equal(file_read(AT_FDCWD, "/proc/version", length - 1, &text), -EFBIG);
	assert_int_equal(text.length, 0);
}

static void test_file_read_of_a_large_file(void **state)
{
	enum {
		SIZE = 100000
	};
	static char bytes[SIZE];
	cleanup_(text_finish) struct text text = {0};
	const struct place *place = *state;

	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (char)(i * 31);
	write_file(place->top, "new", bytes, SIZE);
	assert_int_equal(file_read(place->top, "new", SIZE, &text), 0);
	assert_int_equal(text.length, SIZE);
	assert_memory_equal(text.data, bytes, SIZE);
	assert_int_equal(file_read(place->top, "new", SIZE - 1, &text), -EFBIG);
}

static void test_file_replace_new_and_old(void **state)
{
	cleanup_(text_finish) struct text text = {0};
	cleanup_(text_finish) struct text path = {0};
	const struct place *place = *state;
	struct stat status;

	text_printf(&path, "%s/top/new", place->path);
	assert_int_equal(file_replace(path.data, "one", 3, 0600), 0);
	assert_int_equal(file_replace(path.data, "two!", 4, 0640), 0);
	assert_int_equal(file_read(place->top, "new", 100, &text), 0);
	assert_string_equal(text.data, "two!");
	assert_int_equal(fstatat(place->top, "new", &status, 0), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
}

/* The folder can be removed afterwards, so no temporary file is left. */
static void test_file_replace_failing_leaves_nothing(void **state)
{
	cleanup_(text_finish) struct text path = {0};
	const struct place *place = *state;

	text_printf(&path, "%s/top/sub", place->path); /* a folder cannot be replaced by a file */
	assert_int_equal(file_replace(path.data, "x", 1, 0600), -EISDIR);
	text_puts(&path, "/absent/file");
	assert_int_equal(file_replace(path.data, "x", 1, 0600), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_file_read_cases, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_file_read_beneath_cases, set_up, tear_down),
		cmocka_unit_test(test_file_read_of_proc),
		cmocka_unit_test_setup_teardown(test_file_read_of_a_large_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_file_replace_new_and_old, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_file_replace_failing_leaves_nothing, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
