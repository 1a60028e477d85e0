/* SPDX-License-Identifier: MIT */

/* Folders are read one inside the other, each by its descriptor, so that no path is looked up
 * twice. */

#include "base/file_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/vec.h"

struct walker {
	struct arena *arena;
	const char *ending;
	struct file_list *list;
};

static int list_folder(const struct walker *walker, int folder, const char *path, int depth);

static bool has_ending(const char *name, const char *ending)
{
	size_t length = strlen(name);
	size_t n = strlen(ending);

	return length > n && strcmp(name + length - n, ending) == 0;
}

static void note_failure(const struct walker *walker, const char *path, int error)
{
	*vec_push(walker->arena, &walker->list->failures) =
		(struct file_list_failure){.path = path, .error = error};
}

static int list_inner(const struct walker *walker, int folder, const char *name, const char *path,
		      int depth)
{
	cleanup_(file_close) int inner =
		openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (inner < 0) {
		note_failure(walker, path, -errno);
		return 0;
	}
	return list_folder(walker, inner, path, depth + 1);
}

static int list_entry(const struct walker *walker, int folder, const char *name, const char *path,
		      int depth)
{
	const char *inner = path[0] == '\0' ? arena_printf(walker->arena, "%s", name)
					    : arena_printf(walker->arena, "%s/%s", path, name);
	struct stat status;

	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* gone since its name was read */
	if (S_ISDIR(status.st_mode))
		return depth < FILE_LIST_DEPTH ? list_inner(walker, folder, name, inner, depth) : 0;
	if (!has_ending(name, walker->ending))
		return 0;
	if (walker->list->paths.n_items >= FILE_LIST_MOST)
		return -E2BIG;
	*vec_push(walker->arena, &walker->list->paths) = inner;
	return 0;
}

static int list_folder(const struct walker *walker, int folder, const char *path, int depth)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	int r = 0;

	if (directory == NULL) {
		note_failure(walker, path, -errno);
		(void)file_close(copy);
		return 0;
	}
	while (r == 0 && (entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] != '.')
			r = list_entry(walker, folder, entry->d_name, path, depth);
	}
	(void)closedir(directory); /* only read */
	return r;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int file_list(struct arena *arena, int directory, const char *ending, struct file_list *list)
{
	const struct walker walker = {arena, ending, list};
	int r = list_folder(&walker, directory, "", 0);

	if (r == 0 && list->paths.n_items > 1) {
		qsort(list->paths.items, list->paths.n_items, sizeof(*list->paths.items),
		      compare_paths);
	}
	return r;
}
