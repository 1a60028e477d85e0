/* SPDX-License-Identifier: MIT */

/* A path is taken apart at its slashes; ".." takes the name before it away (POSIX 4.13, less
 * links). */

#include "base/path.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"

/* Appends the names of `path` to the absolute one of `length` bytes. Returns the new length. */
static size_t add_names(char *absolute, size_t length, const char *path)
{
	while (*path != '\0') {
		size_t n = strcspn(path, "/");

		if (n == 2 && memcmp(path, "..", 2) == 0) {
			while (length > 0 && absolute[--length] != '/')
				continue;
		} else if (n > 0 && !(n == 1 && *path == '.')) {
			absolute[length++] = '/';
			memcpy(absolute + length, path, n);
			length += n;
		}
		path += n + (path[n] == '/');
	}
	return length;
}

char *path_absolute(struct arena *arena, const char *folder, const char *path)
{
	/* A slash before each name at most, of which there may be none in "" or "a". */
	char *absolute = arena_alloc(arena, strlen(folder) + strlen(path) + 4);
	size_t length = 0;

	if (path[0] != '/')
		length = add_names(absolute, length, folder);
	length = add_names(absolute, length, path);
	if (length == 0)
		absolute[length++] = '/';
	absolute[length] = '\0';
	return absolute;
}

const char *path_below(const char *folder, const char *path)
{
	size_t length = strlen(folder);

	if (length == 1) /* "/", which every path begins with */
		length = 0;
	if (strncmp(folder, path, length) != 0 || path[length] != '/' || path[length + 1] == '\0')
		return NULL;
	return path + length + 1;
}

char *path_parent(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return arena_printf(arena, "/");
	return arena_copy(arena, path, (size_t)(slash - path));
}
