/* SPDX-License-Identifier: MIT */
#pragma once

/* Bounded reading of files. With publish/ the only place that opens one. */

#include <limits.h>
#include <stddef.h>
#include <unistd.h>

#include "base/cleanup.h"

struct secret;
struct text;

/* Opens a folder, for the functions below only. The descriptor, or negative errno. */
int file_open_folder(const char *path);

/*
 * Reads the regular file `path`, relative to the folder `directory` (AT_FDCWD for the current one),
 * into `ret_text`, at most `limit` bytes. Returns 0, -EFBIG where the file is larger, -EISDIR or
 * -EINVAL where it is not a regular file, or the negative errno of the failing call.
 */
int file_read(int directory, const char *path, size_t limit, struct text *ret_text);

/*
 * As file_read(), but refuses (-EXDEV) every path that leaves `directory`, by "..", an absolute
 * path or a symbolic link (openat2(2), RESOLVE_BENEATH).
 */
int file_read_beneath(int directory, const char *path, size_t limit, struct text *ret_text);

/* As file_read_beneath(), of what may hold keys. */
int file_read_secret_beneath(int directory, const char *path, size_t limit,
			     struct secret *ret_secret);

/* What became of a file that was to be read, in words: negative errno of the functions above. */
const char *file_error_text(int error);

/* Writes all of the bytes, however many calls it takes. 0 or negative errno. */
int file_write_all(int fd, const char *bytes, size_t size);

/* Where the path leads when links are followed; the path itself where nothing is there. */
const char *file_real_path(const char *path, char buffer[static PATH_MAX]);

/*
 * The mode for a document that its user has no other wishes for: that of the file which is there,
 * or what the umask leaves to a new one.
 */
unsigned int file_document_mode(const char *path);

/*
 * Writes `path` by way of a temporary file beside it and one rename. Behind a symbolic link it is
 * the file that is replaced, not the link. 0 or negative errno.
 */
int file_replace(const char *path, const char *bytes, size_t size, unsigned int mode);

/*
 * Writes the bytes to a new file beside `path`, for rename(2) or link(2), and appends its name to
 * `ret_name`. The open descriptor, or negative errno; then there is no such file.
 */
int file_write_beside(const char *path, const char *bytes, size_t size, unsigned int mode,
		      struct text *ret_name);

/* Closes `fd` where it is one. Returns -1. */
static inline int file_close(int fd)
{
	if (fd >= 0)
		(void)close(fd); /* nothing was written through it that is not checked elsewhere */
	return -1;
}

CLEANUP_DEFINE(int, file_close)
