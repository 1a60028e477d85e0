/* SPDX-License-Identifier: MIT */

/* Gives an import what a folder holds, and says what could not be read. */

#include "cli/import_folder.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/file.h"
#include "base/file_list.h"
#include "base/manifest/manifest.h"
#include "base/text.h"
#include "base/vec.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"
#include "compiler/import/import.h"

struct walk {
	struct arena *arena;
	struct diag_bag *diags;
	const char *folder;
	int root;
};

static void report(struct walk *walk, const char *path, int error)
{
	struct diag *diag =
		diag_add(walk->diags, DIAG_IMPORT_INVALID, (struct span){0},
			 "'%s/%s' is left out: %s", walk->folder, path, file_error_text(error));

	diag_help(walk->diags, diag,
		  error == -EXDEV ? "copy the file itself into the folder"
				  : "make it readable, or move it away");
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

	struct file_list list = {0};
	int r;

	if (walk.root < 0)
		return walk.root;
	r = file_list(walk.arena, walk.root, ".conf", &list);
	vec_foreach(failure, &list.failures)
		report(&walk, failure->path, failure->error);
	read_manifest(&walk, import);
	vec_foreach(path, &list.paths)
		read_conf(&walk, import, *path);
	(void)file_close(walk.root);
	return r;
}
