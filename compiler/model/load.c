/* SPDX-License-Identifier: MIT */

/*
 * The files of a topology: the one that the user named, and those that it includes. Sections of an
 * included file are added to those of the topology file; `network` stands in that one only, so that
 * a reader knows where to look.
 */

#include "compiler/model/load.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/map.h"
#include "base/text.h"
#include "compiler/model/load_range.h"
#include "compiler/model/load_section.h"
#include "compiler/model/schema.h"
#include "compiler/model/topology.h"
#include "compiler/parse/node.h"
#include "compiler/parse/parse.h"

struct loader {
	struct load_context context;
	struct load_ranges ranges;
	const struct load_options *options;
	struct topology *topology;
	struct map files; /* path to struct load_file: every file that was begun */
};

/* A file being loaded, and the chain of files that included it. */
struct load_file {
	const char *path; /* relative to the topology's folder */
	const struct load_file *parent;
};

static int load_file(struct loader *loader, const struct load_file *file, const char *shown_path);

/* `name` beside `path`: "teams/ml.yaml" includes "gpu.yaml" as "teams/gpu.yaml". */
static const char *path_beside(struct arena *arena, const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return name;
	return arena_printf(arena, "%.*s/%s", (int)(slash - path), path, name);
}

/* Whether a path has "..", "." or empty parts, or starts at the root. */
static bool leaves_folder(const char *path)
{
	size_t length;

	for (const char *part = path;; part += length + 1) {
		length = strcspn(part, "/");
		if (length == 0 || (length <= 2 && strspn(part, ".") >= length))
			return true;
		if (part[length] == '\0')
			return false;
	}
}

static const char *fault_of_include(struct loader *loader, struct load_file *file)
{
	if (leaves_folder(file->path))
		return "it leaves the topology's folder, or is not written plainly";
	for (const struct load_file *above = file->parent; above != NULL; above = above->parent) {
		if (strcmp(above->path, file->path) == 0)
			return "it includes itself";
	}
	if (map_put(loader->context.arena, &loader->files, file->path, file) != NULL)
		return "it is included already";
	return NULL;
}

static const char *fault_of_read(int error)
{
	return error == -EXDEV ? "it leaves the topology's folder" : strerror(-error);
}

static void load_includes(struct loader *loader, const struct load_file *file, size_t first)
{
	struct arena *arena = loader->context.arena;
	size_t end = loader->topology->include.n_items;

	for (size_t i = first; i < end; i++) {
		struct given_text given = loader->topology->include.items[i];
		struct load_file *included = ARENA_NEW(arena, struct load_file);
		const char *fault;
		int r = 0;

		included->path = path_beside(arena, file->path, given.value);
		included->parent = file;
		fault = fault_of_include(loader, included);
		if (fault == NULL) {
			r = load_file(loader, included,
				      path_beside(arena, loader->options->path, included->path));
		}
		if (r < 0)
			fault = fault_of_read(r);
		if (fault != NULL) {
			struct diag *diag =
				diag_add(loader->context.diags, DIAG_INCLUDE_FAILED, given.span,
					 "cannot include '%s': %s", given.value, fault);

			diag_help(loader->context.diags, diag,
				  "name a file in or below the topology's folder, once");
		}
	}
}

static bool refuse_network(struct loader *loader, const struct node *root)
{
	vec_foreach(entry, &root->entries) {
		if (strcmp(entry->key->text, "network") != 0)
			continue;
		diag_add(loader->context.diags, DIAG_INCLUDE_FAILED, entry->key->span,
			 "an included file cannot hold 'network': it belongs to '%s'",
			 loader->options->path);
		return true;
	}
	return false;
}

static void load_root(struct loader *loader, const struct load_file *file, const struct node *root)
{
	if (file->parent == NULL) {
		load_section(&loader->context, &schema_topology, root, loader->topology);
		return;
	}
	if (node_is_null(root))
		return;
	if (root->kind != NODE_MAPPING) {
		diag_add(loader->context.diags, DIAG_WRONG_TYPE, root->span,
			 "an included file holds sections, such as `users:`");
	} else if (!refuse_network(loader, root)) {
		load_keys(&loader->context, &schema_topology, root, loader->topology);
	}
}

static int load_file(struct loader *loader, const struct load_file *file, const char *shown_path)
{
	cleanup_(text_finish) struct text text = {0};
	size_t first_include = loader->topology->include.n_items;
	const struct source *source;
	const struct node *root;
	int r;

	/* One byte more than parse takes, so that parse says what is wrong with a larger file. */
	r = loader->options->read(loader->options->read_context, file->path, PARSE_MAX_BYTES + 1,
				  &text);
	if (r < 0)
		return r;
	source = source_create(loader->context.arena, shown_path, text.length == 0 ? "" : text.data,
			       text.length);
	text_finish(&text); /* the source has a copy */
	if (file->parent == NULL)
		loader->topology->source = source;
	root = parse_source(loader->context.arena, source, loader->context.diags);
	*vec_push(loader->context.arena, &loader->topology->files) =
		(struct topology_file){file->path, source, root};
	if (root == NULL)
		return 0;
	load_root(loader, file, root);
	load_includes(loader, file, first_include);
	return 0;
}

int load_topology(struct arena *arena, const struct load_options *options, struct diag_bag *diags,
		  struct topology **ret_topology)
{
	const char *slash = strrchr(options->path, '/');
	struct loader loader = {
		.context = {.arena = arena, .diags = diags},
		.options = options,
		.topology = ARENA_NEW(arena, struct topology),
	};
	struct load_file file = {.path = slash == NULL ? options->path : slash + 1};
	int r;

	loader.ranges.repeated.arena = arena;
	loader.context.ranges = &loader.ranges;
	(void)map_put(arena, &loader.files, file.path, &file); /* the first, so it is new */
	r = load_file(&loader, &file, options->path);

	if (r < 0)
		return r;
	*ret_topology = loader.topology;
	return 0;
}
