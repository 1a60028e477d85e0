/* SPDX-License-Identifier: MIT */

/* Secret: as a text, in memory that is left out of core dumps and wiped. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/secret.h"

static void test_secret_append_any_bytes(void **state)
{
	cleanup_(secret_finish) struct secret secret = {0};

	(void)state;
	secret_append(&secret, "a\0b", 3);
	secret_append(&secret, NULL, 0);
	secret_append(&secret, "cd", 2);
	assert_int_equal(secret.length, 5);
	assert_memory_equal(secret.data, "a\0bcd", 6);
}

/* One byte at a time over several growths; the terminator never lies outside the memory. */
static void test_secret_append_grows(void **state)
{
	cleanup_(secret_finish) struct secret secret = {0};

	(void)state;
	for (size_t i = 0; i < 9000; i++) {
		secret_append(&secret, &"0123456789"[i % 10], 1);
		assert_true(secret.length < secret.capacity);
	}
	assert_int_equal(strlen(secret.data), 9000);
	for (size_t i = 0; i < 9000; i++)
		assert_int_equal(secret.data[i], '0' + (int)(i % 10));
}

static void test_secret_reserve_keeps_the_length(void **state)
{
	cleanup_(secret_finish) struct secret secret = {0};
	char *end;

	(void)state;
	secret_append(&secret, "abc", 3);
	end = secret_reserve(&secret, 10000);
	assert_ptr_equal(end, secret.data + 3);
	assert_int_equal(secret.length, 3);
	assert_true(secret.capacity > 10003);
	assert_string_equal(secret.data, "abc");
	assert_int_equal((uintptr_t)secret.data % _Alignof(max_align_t), 0);
}

static void test_secret_clear_wipes_and_keeps_the_memory(void **state)
{
	static const char zeros[7];
	cleanup_(secret_finish) struct secret secret = {0};
	const char *data;

	(void)state;
	secret_clear(&secret); /* of nothing */
	assert_null(secret.data);
	secret_append(&secret, "abcdefg", 7);
	data = secret.data;
	secret_clear(&secret);
	assert_int_equal(secret.length, 0);
	assert_ptr_equal(secret.data, data);
	assert_memory_equal(secret.data, zeros, sizeof(zeros));
}

static void test_secret_finish_leaves_an_empty_secret(void **state)
{
	struct secret secret = {0};

	(void)state;
	secret_finish(&secret); /* of nothing */
	secret_append(&secret, "abc", 3);
	secret_finish(&secret);
	assert_null(secret.data);
	assert_int_equal(secret.length + secret.capacity, 0);
}

/* A file without a name that holds `size` bytes. */
static int file_of(size_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(write(fd, &"0123456789"[i % 10], 1), 1);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void test_secret_read_within_the_limit(void **state)
{
	static const struct {
		size_t size;
		size_t limit;
		int r;
	} cases[] = {
		{0, 0, 0},       {1, 0, -EFBIG},  {10, 10, 0},          {11, 10, -EFBIG},
		{1024, 1024, 0}, {3000, 3000, 0}, {3001, 3000, -EFBIG}, {3000, 100, -EFBIG},
	};
	cleanup_(secret_finish) struct secret secret = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_(file_close) int fd = file_of(cases[i].size);

		assert_int_equal(secret_read(fd, cases[i].limit, &secret), cases[i].r);
		assert_int_equal(secret.length, cases[i].r == 0 ? cases[i].size : 0);
		assert_int_equal(strlen(secret.data), secret.length);
	}
}

static void test_secret_read_of_what_cannot_be_read(void **state)
{
	cleanup_(secret_finish) struct secret secret = {0};
	cleanup_(file_close) int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	secret_append(&secret, "old", 3);
	assert_int_equal(secret_read(fd, 10, &secret), -EISDIR);
	assert_int_equal(secret.length, 0);
	assert_int_equal(secret_read(-1, 10, &secret), -EBADF);
}

/* The kernel's flags of the mapping that holds `address`, as /proc/self/smaps has them. */
static void flags_of(const void *address, char *flags, size_t size)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	bool is_it = false;
	char line[512];

	assert_non_null(maps);
	flags[0] = '\0';
	while (fgets(line, sizeof(line), maps) != NULL) {
		uintptr_t begin;
		uintptr_t end;

		if (sscanf(line, "%lx-%lx ", &begin, &end) == 2)
			is_it = begin <= (uintptr_t)address && (uintptr_t)address < end;
		if (is_it && strncmp(line, "VmFlags:", 8) == 0)
			(void)snprintf(flags, size, "%s", line);
	}
	(void)fclose(maps);
}

static void test_secret_memory_is_left_out_of_core_dumps(void **state)
{
	cleanup_(secret_finish) struct secret secret = {0};
	char flags[512];
	int here = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++) { /* also what it grows into */
		(void)secret_reserve(&secret, (size_t)1000 << (4 * i));
		flags_of(secret.data, flags, sizeof(flags));
		assert_non_null(strstr(flags, " dd "));
	}
	flags_of(&here, flags, sizeof(flags));
	assert_non_null(strstr(flags, "VmFlags:"));
	assert_null(strstr(flags, " dd "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secret_append_any_bytes),
		cmocka_unit_test(test_secret_append_grows),
		cmocka_unit_test(test_secret_reserve_keeps_the_length),
		cmocka_unit_test(test_secret_clear_wipes_and_keeps_the_memory),
		cmocka_unit_test(test_secret_finish_leaves_an_empty_secret),
		cmocka_unit_test(test_secret_read_within_the_limit),
		cmocka_unit_test(test_secret_read_of_what_cannot_be_read),
		cmocka_unit_test(test_secret_memory_is_left_out_of_core_dumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
