/* SPDX-License-Identifier: MIT */

/* Stage: a flat folder, mode 0700, in which staged files have numbers as names. */

#include "compiler/publish/stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/file.h"
#include "compiler/publish/lines.h"
#include "compiler/publish/names.h"

#define STAGE_MODE 0700
#define FOLDER     (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

int stage_open(struct stage *stage, int root)
{
	struct stat status;

	*stage = (struct stage){.root = root, .fd = -1};
	if (fstatat(root, PUBLISH_STAGE, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISLNK(status.st_mode))
		return -ELOOP;
	/* A run killed between mkdir and chmod, under a strange umask, left it unreadable. */
	if (S_ISDIR(status.st_mode) && (status.st_mode & STAGE_MODE) != STAGE_MODE &&
	    fchmodat(root, PUBLISH_STAGE, STAGE_MODE, 0) < 0)
		return -errno;
	stage->fd = openat(root, PUBLISH_STAGE, FOLDER);
	return stage->fd < 0 ? -errno : 0;
}

int stage_make(struct stage *stage)
{
	int r;

	if (stage->fd >= 0)
		return 0;
	if (mkdirat(stage->root, PUBLISH_STAGE, STAGE_MODE) < 0)
		return -errno;
	r = stage_open(stage, stage->root);
	if (r < 0)
		(void)unlinkat(stage->root, PUBLISH_STAGE, AT_REMOVEDIR); /* else the next run */
	return r;
}

/* Removes one file of the folder. Returns 1, 0 where none is left, or negative errno. */
static int remove_next(int fd, DIR *directory)
{
	const struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(directory);
		if (entry == NULL)
			return -errno;
	} while (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
	if (unlinkat(fd, entry->d_name, 0) < 0 && errno != ENOENT)
		return -errno;
	return 1;
}

static int remove_files(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *directory;
	int r;

	if (copy < 0)
		return -errno;
	directory = fdopendir(copy);
	if (directory == NULL) {
		r = -errno;
		(void)file_close(copy);
		return r;
	}
	do {
		r = remove_next(fd, directory);
	} while (r > 0);
	(void)closedir(directory); /* only read */
	return r;
}

int stage_clear(struct stage *stage)
{
	int r;

	if (stage->fd < 0)
		return 0;
	r = remove_files(stage->fd);
	stage_finish(stage);
	if (unlinkat(stage->root, PUBLISH_STAGE, AT_REMOVEDIR) < 0 && errno != ENOENT && r == 0)
		r = -errno;
	return r;
}

void stage_finish(struct stage *stage)
{
	stage->fd = file_close(stage->fd);
}

void stage_name(unsigned int number, char ret_name[static STAGE_NAME_SIZE])
{
	char name[DECIMAL_TEXT];

	/* 10 digits at most. */
	memcpy(ret_name, name, (size_t)(decimal_write(number, name) + 1 - name));
}

int stage_create(struct stage *stage, const char *name)
{
	int fd;
	int r = stage_make(stage);

	if (r < 0)
		return r;
	fd = openat(stage->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

/*
 * The time of a file just written is the clock's current tick, milliseconds long: an edit within
 * the same tick would leave size, mtime and inode as we remember them ("racy clean" in git's
 * index format). So the file is dated a nanosecond back (to the granule before, on file systems
 * with coarse times). No later write can give it that time again.
 */
static int date_back(int fd, const struct stat *status)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, status->st_mtim};

	if (times[1].tv_nsec-- == 0) {
		times[1].tv_nsec = 999999999;
		times[1].tv_sec--;
	}
	return futimens(fd, times) < 0 ? -errno : 0;
}

static int seal(int fd, unsigned int mode, struct stat *ret_stat)
{
	struct stat status;
	int r;

	if (fstat(fd, &status) < 0)
		return -errno;
	if ((status.st_mode & 07777) != mode && fchmod(fd, mode) < 0)
		return -errno;
	r = date_back(fd, &status);
	if (r < 0)
		return r;
	return fstat(fd, ret_stat) < 0 ? -errno : 0; /* the time as the file system keeps it */
}

int stage_seal(int fd, unsigned int mode, struct stat *ret_stat)
{
	int r = seal(fd, mode, ret_stat);

	/* NFS and quotas may report a failed write only here. */
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

int stage_write(struct stage *stage, const char *name, const char *bytes, size_t size,
		unsigned int mode, struct stat *ret_stat)
{
	int fd = stage_create(stage, name);
	int r;

	if (fd < 0)
		return fd;
	r = file_write_all(fd, bytes, size);
	if (r < 0) {
		(void)file_close(fd);
		return r;
	}
	return stage_seal(fd, mode, ret_stat);
}
