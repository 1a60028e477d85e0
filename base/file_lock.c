/* SPDX-License-Identifier: MIT */

/*
 * flock(2) on the file itself: a lock file would lie in git's way, and the folder may be locked by
 * whoever publishes into it. A lock belongs to a file and not to its name, hence two rules. Who
 * waited asks whether the name still is that file, and else begins again; and the new file is
 * locked before it gets the name, so that nobody comes in between. Open for writing, because NFS
 * gives no other an exclusive lock.
 */

#include "base/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"

/* 1 where `path` is what `fd` is open on, 0 where it is another file by now, or negative errno. */
static int is_named(int fd, const char *path)
{
	struct stat ours;
	struct stat named;

	if (fstat(fd, &ours) < 0 || stat(path, &named) < 0)
		return -errno;
	if (!S_ISREG(named.st_mode))
		return S_ISDIR(named.st_mode) ? -EISDIR : -EINVAL;
	return ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

int file_lock(const char *path)
{
	for (;;) {
		int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		int r;

		if (fd < 0)
			return -errno;
		r = flock(fd, LOCK_EX) < 0 ? -errno : is_named(fd, path);
		if (r == 1)
			return fd;
		(void)file_close(fd);
		if (r < 0)
			return r;
	}
}

/* As file_write_beside(), and locks the file, which nobody else knows yet. */
static int write_locked(const char *path, const char *bytes, size_t size, unsigned int mode,
			struct text *ret_name)
{
	int fd = file_write_beside(path, bytes, size, mode, ret_name);
	int r;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	r = -errno;
	(void)unlink(ret_name->data); /* the first failure is the one to report */
	(void)file_close(fd);
	return r;
}

int file_replace_locked(const char *path, const char *bytes, size_t size, unsigned int mode,
			int *lock)
{
	char real[PATH_MAX];
	const char *target = file_real_path(path, real);
	cleanup_(text_finish) struct text temporary = {0};
	int fd = write_locked(target, bytes, size, mode, &temporary);
	int r;

	if (fd < 0)
		return fd;
	if (rename(temporary.data, target) < 0) {
		r = -errno;
		(void)unlink(temporary.data); /* as above */
		(void)file_close(fd);
		return r;
	}
	(void)file_close(*lock); /* whoever waits for it begins again */
	*lock = fd;
	return 0;
}

/* link(2) and not rename(2), which would replace what another process made meanwhile. */
int file_make_locked(const char *path, const char *bytes, size_t size, unsigned int mode)
{
	cleanup_(text_finish) struct text temporary = {0};
	int fd = write_locked(path, bytes, size, mode, &temporary);
	int r;

	if (fd < 0)
		return fd;
	r = link(temporary.data, path) < 0 ? -errno : 0;
	(void)unlink(temporary.data); /* the file has its name, or the failure has its cause */
	if (r == 0)
		return fd;
	(void)file_close(fd);
	return r;
}
