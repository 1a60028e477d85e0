/* SPDX-License-Identifier: MIT */

/* Walks a folder for wg-quick files. Links to folders are not followed: they may lead in circles.
 */

#include "cli/import_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/file.h"
#include "base/manifest/manifest.h"
#include "base/text.h"
#include "base/vec.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"
#include "compiler/import/import.h"

enum {
	DEEPEST = 16,
	MOST_FILES = 200000,
};

struct walk {
	struct arena *arena;
	struct diag_bag *diags;
	const char *folder;
	int root;
	vec_of(const char *) paths; /* below the folder */
};

static bool ends_with(const char *name, const char *ending)
{
	size_t length = strlen(name);
	size_t n = strlen(ending);

	return length > n && strcmp(name + length - n, ending) == 0;
}

static void report(struct walk *walk, const char *path, int error)
{
	struct diag *diag = diag_add(walk->diags, DIAG_IMPORT_INVALID, (struct span){0},
				     "'%s/%s' is left out: %s", walk->folder, path,
				     error == -EXDEV   ? "it leads out of the folder"
				     : error == -ELOOP ? "it leads to itself"
						       : strerror(-error));

	diag_help(walk->diags, diag,
		  error == -EXDEV ? "copy the file itself into the folder"
				  : "make it readable, or move it away");
}

static void walk_folder(struct walk *walk, const char *path, size_t depth)
{
	int fd = openat(walk->root, path[0] == '\0' ? "." : path,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (folder == NULL) {
		report(walk, path, -errno);
		(void)file_close(fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL && walk->paths.n_items < MOST_FILES) {
		const char *name = arena_printf(walk->arena, "%s%s%s", path,
						path[0] == '\0' ? "" : "/", entry->d_name);
		struct stat status;

		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISDIR(status.st_mode) && depth < DEEPEST) {
			walk_folder(walk, name, depth + 1);
		} else if (!S_ISDIR(status.st_mode) && ends_with(entry->d_name, ".conf")) {
			*vec_push(walk->arena, &walk->paths) = name;
		}
	}
	(void)closedir(folder); /* it was only read */
}

static int compare_paths(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

/* The batch of routes beside "lab.conf": "lab.routes". NULL: there is none. */
static struct conf_routes *read_routes(struct walk *walk, struct arena *arena, const char *path)
{
	const char *name =
		arena_printf(arena, "%.*s.routes", (int)(strlen(path) - strlen(".conf")), path);
	cleanup_(text_finish) struct text text = {0};

	if (file_read_beneath(walk->root, name, CONF_MAX_BYTES, &text) < 0)
		return NULL;
	return conf_routes_parse(arena, name, text.length == 0 ? "" : text.data, text.length);
}

static void read_conf(struct walk *walk, struct import *import, const char *path)
{
	struct arena *arena = arena_create();
	size_t length = strlen(walk->folder);
	struct conf *conf;
	const char *name;
	int r;

	while (length > 1 && walk->folder[length - 1] == '/')
		length--;
	name = arena_printf(arena, "%.*s/%s", (int)length, walk->folder, path);
	r = conf_read(arena, walk->root, path, name, &conf);
	if (r < 0) {
		report(walk, path, r);
	} else {
		import_add_conf(import, conf, read_routes(walk, arena, path));
	}
	arena_destroy(arena);
}

static void read_manifest(struct walk *walk, struct import *import)
{
	struct manifest *manifest;
	const char *fault = NULL;
	int r = manifest_read(walk->arena, walk->folder, &manifest, &fault);

	if (r == 0) {
		import_use_manifest(import, manifest);
	} else if (r == MANIFEST_E_CONTENT) {
		diag_help(walk->diags,
			  diag_add(walk->diags, DIAG_IMPORT_INVALID, (struct span){0},
				   "'%s/manifest.json' is left out: %s", walk->folder, fault),
			  "without it, sites and NATs are guessed from the files");
	} else if (r != -ENOENT) {
		report(walk, "manifest.json", r);
	}
}

int import_read_folder(struct import *import, const char *folder, struct diag_bag *diags)
{
	struct walk walk = {
		.arena = diags->arena,
		.diags = diags,
		.folder = folder,
		.root = file_open_folder(folder),
	};

	if (walk.root < 0)
		return walk.root;
	walk_folder(&walk, "", 0);
	if (walk.paths.n_items > 0) {
		qsort(walk.paths.items, walk.paths.n_items, sizeof(*walk.paths.items),
		      compare_paths);
	}
	read_manifest(&walk, import);
	vec_foreach(path, &walk.paths)
		read_conf(&walk, import, *path);
	(void)file_close(walk.root);
	return 0;
}
