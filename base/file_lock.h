/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Updates of one file by several processes, one after the other: whoever holds the lock reads the
 * file, replaces it as often as it likes, and closes the lock. Readers need none, since a file is
 * only ever replaced whole. A lock is a descriptor, and is gone with the process that held it.
 */

#include <stddef.h>

/*
 * Waits until nobody else updates the file. Returns the lock, -EINVAL where `path` is not a regular
 * file, -EINTR where a signal ended the waiting, or the negative errno of the failing call.
 */
int file_lock(const char *path);

/*
 * As file_replace(), for the holder of `lock`, which then is that of the new file. After a failure
 * the old file is as it was, and still locked. 0 or negative errno.
 */
int file_replace_locked(const char *path, const char *bytes, size_t size, unsigned int mode,
			int *lock);

/* A new file, locked from the start. Returns the lock, -EEXIST, or another negative errno. */
int file_make_locked(const char *path, const char *bytes, size_t size, unsigned int mode);
