/* SPDX-License-Identifier: MIT */

/*
 * Files are opened without waiting (a FIFO would block for ever), then asked what they are, then
 * read up to the limit, whatever their size claims to be: /proc says 0, and a file can grow.
 */

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/secret.h"
#include "base/text.h"

enum {
	READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
	READ_STEP = 16 * 1024,
	OPEN_TRIES = 32,
};

static int read_all(int fd, size_t limit, struct text *text)
{
	for (;;) {
		char *end = text_reserve(text, READ_STEP);
		ssize_t n_read = read(fd, end, text->capacity - text->length - 1);

		if (n_read < 0 && errno == EINTR)
			continue;
		if (n_read < 0)
			return -errno;
		if (n_read == 0)
			return 0;
		end[n_read] = '\0';
		text->length += (size_t)n_read;
		if (text->length > limit)
			return -EFBIG;
	}
}

/* Whether `fd` is open on a regular file that is not too large. */
static int check_regular(int fd, size_t limit, struct stat *ret_status)
{
	if (fstat(fd, ret_status) < 0)
		return -errno;
	if (S_ISDIR(ret_status->st_mode))
		return -EISDIR;
	if (!S_ISREG(ret_status->st_mode))
		return -EINVAL;
	return ret_status->st_size > 0 && (uintmax_t)ret_status->st_size > limit ? -EFBIG : 0;
}

/* Reads what `fd` is open on; on failure the text is empty. */
static int read_regular(int fd, size_t limit, struct text *ret_text)
{
	struct stat status;
	int r = check_regular(fd, limit, &status);

	text_clear(ret_text);
	if (r < 0)
		return r;
	(void)text_reserve(ret_text, (size_t)status.st_size + READ_STEP); /* one read, one more */
	r = read_all(fd, limit, ret_text);
	if (r < 0)
		text_clear(ret_text);
	return r;
}

int file_open_folder(const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int file_read(int directory, const char *path, size_t limit, struct text *ret_text)
{
	cleanup_(file_close) int fd = openat(directory, path, READ_FLAGS);

	if (fd < 0)
		return -errno;
	return read_regular(fd, limit, ret_text);
}

/* Where `fd` is open on, by the name that /proc has for it. */
static int path_of(int fd, char path[static PATH_MAX])
{
	char link[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
	ssize_t length;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, PATH_MAX - 1);
	if (length < 0)
		return -errno;
	path[length] = '\0';
	return 0;
}

/* 0 where the file is in or below the folder, else -EXDEV. */
static int is_beneath(int directory, int fd)
{
	char folder[PATH_MAX] = "";
	char file[PATH_MAX] = "";
	int r = path_of(directory, folder);
	size_t length;

	if (r == 0)
		r = path_of(fd, file);
	if (r < 0)
		return r;
	length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
	return strncmp(folder, file, length) == 0 && file[length] == '/' ? 0 : -EXDEV;
}

/*
 * Without openat2(2), as before Linux 5.6, in some containers and under valgrind: the file is
 * opened first and then asked where it is, so that nobody can move it in between.
 */
static int open_and_compare(int directory, const char *path)
{
	int fd = openat(directory, path, READ_FLAGS);
	int r;

	if (fd < 0)
		return -errno;
	r = path[0] == '/' ? -EXDEV : is_beneath(directory, fd);
	if (r < 0) {
		(void)file_close(fd);
		return r;
	}
	return fd;
}

/* openat2(2) has no wrapper in the C library of Debian 12. */
static int open_beneath(int directory, const char *path)
{
	struct open_how how = {
		.flags = READ_FLAGS,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	/* EAGAIN: a rename elsewhere kept the kernel from being sure of a ".."; see openat2(2). */
	for (int i = 0; i < OPEN_TRIES; i++) {
		fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return open_and_compare(directory, path);
	return fd < 0 ? -errno : (int)fd;
}

int file_read_beneath(int directory, const char *path, size_t limit, struct text *ret_text)
{
	cleanup_(file_close) int fd = open_beneath(directory, path);

	if (fd < 0)
		return fd;
	return read_regular(fd, limit, ret_text);
}

int file_read_secret_beneath(int directory, const char *path, size_t limit,
			     struct secret *ret_secret)
{
	cleanup_(file_close) int fd = open_beneath(directory, path);
	struct stat status;
	int r = fd < 0 ? fd : check_regular(fd, limit, &status);

	return r < 0 ? r : secret_read(fd, limit, ret_secret);
}

const char *file_error_text(int error)
{
	switch (error) {
	case -EXDEV:
		return "it leads out of the folder";
	case -ELOOP:
		return "it leads to itself";
	case -EFBIG:
		return "it is too large";
	case -EINVAL:
		return "it is no regular file";
	case -E2BIG:
		return "it holds too many files";
	default:
		return strerror(-error);
	}
}

int file_write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n_written = write(fd, bytes, size);

		if (n_written < 0 && errno == EINTR)
			continue;
		if (n_written < 0)
			return -errno;
		bytes += n_written;
		size -= (size_t)n_written;
	}
	return 0;
}

/* Fills the new file; after fsync() a crash cannot leave an empty file under the final name. */
static int fill(int fd, const char *bytes, size_t size, unsigned int mode)
{
	int r = file_write_all(fd, bytes, size);

	if (r < 0)
		return r;
	if (fchmod(fd, (mode_t)mode) < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

const char *file_real_path(const char *path, char buffer[static PATH_MAX])
{
	return realpath(path, buffer) == NULL ? path : buffer;
}

/* What root writes in place of somebody's file stays theirs. */
static void keep_owner(int fd, const char *path)
{
	struct stat status;

	if (geteuid() != 0 || stat(path, &status) < 0)
		return;
	if (fchown(fd, status.st_uid, status.st_gid) < 0)
		return; /* then it is root's */
}

int file_write_beside(const char *path, const char *bytes, size_t size, unsigned int mode,
		      struct text *ret_name)
{
	int fd;
	int r;

	text_printf(ret_name, "%s.XXXXXX", path);
	fd = mkostemp(ret_name->data, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	keep_owner(fd, path);
	r = fill(fd, bytes, size, mode);
	if (r < 0) {
		(void)unlink(ret_name->data); /* the first failure is the one to report */
		(void)file_close(fd);
		return r;
	}
	return fd;
}

unsigned int file_document_mode(const char *path)
{
	struct stat status;
	mode_t mask;

	if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
		return status.st_mode & 0777;
	mask = umask(077); /* there is no other way to read it */
	(void)umask(mask);
	return 0666 & ~mask;
}

int file_replace(const char *path, const char *bytes, size_t size, unsigned int mode)
{
	char real[PATH_MAX];
	const char *target = file_real_path(path, real);
	cleanup_(text_finish) struct text temporary = {0};
	cleanup_(file_close) int fd = file_write_beside(target, bytes, size, mode, &temporary);
	int r;

	if (fd < 0)
		return fd;
	if (rename(temporary.data, target) == 0)
		return 0;
	r = -errno;
	(void)unlink(temporary.data); /* as above */
	return r;
}
