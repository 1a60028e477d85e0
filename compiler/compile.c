/* SPDX-License-Identifier: MIT */

/* The pipeline, from top to bottom. What each pass does is in the header of its folder. */

#include "compiler/compile.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "compiler/assert/check.h"
#include "compiler/model/load.h"
#include "compiler/parse/parse.h"
#include "compiler/plan/planner.h"
#include "compiler/reach/reach.h"
#include "compiler/resolve/lock.h"
#include "compiler/resolve/network.h"
#include "compiler/resolve/resolve.h"

void compile_init(struct compilation *compilation)
{
	*compilation = (struct compilation){.arena = arena_create()};
	compilation->diags.arena = compilation->arena;
}

void compile_finish(struct compilation *compilation)
{
	compilation->arena = arena_destroy(compilation->arena);
}

/* "lab/topology.yaml" with ".lock" is "lab/topology.lock". */
static const char *path_beside(struct arena *arena, const char *topology, const char *extension)
{
	const char *name = strrchr(topology, '/') == NULL ? topology : strrchr(topology, '/') + 1;
	const char *dot = strrchr(name, '.');
	bool is_yaml = dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
	size_t length = is_yaml ? (size_t)(dot - topology) : strlen(topology);

	return arena_printf(arena, "%.*s%s", (int)length, topology, extension);
}

const char *compile_lock_path(struct arena *arena, const char *topology)
{
	return path_beside(arena, topology, ".lock");
}

const char *compile_keystore_path(struct arena *arena, const char *topology)
{
	return path_beside(arena, topology, ".keys");
}

/* Reads the lock, where there is one, into `text`. */
static struct lock *read_lock(struct compilation *c, const struct compile_options *options,
			      struct text *text)
{
	const char *slash = strrchr(c->lock_path, '/');
	int r = options->read(options->read_context, slash == NULL ? c->lock_path : slash + 1,
			      PARSE_MAX_BYTES, text);

	if (r < 0 && r != -ENOENT) {
		struct diag *diag =
			diag_add(&c->diags, DIAG_LOCK_CORRUPT, (struct span){0},
				 "cannot read the lock '%s': %s", c->lock_path, strerror(-r));

		diag_help(&c->diags, diag, "it is a file beside the topology: restore it from git");
	}
	return lock_parse(c->arena,
			  source_create(c->arena, c->lock_path, text->length == 0 ? "" : text->data,
					text->length),
			  &c->diags);
}

static void note_lock(struct compilation *c, const struct text *before)
{
	cleanup_(text_finish) struct text after = {0};
	cleanup_(text_finish) struct text change = {0};

	lock_write(c->lock, &after);
	c->lock_text = arena_copy(c->arena, after.data, after.length);
	lock_describe_changes(c->lock, &change);
	c->lock_change = before->length == 0  ? "there is none yet"
			 : change.length == 0 ? "its lines are not as wgtopo writes them"
					      : arena_copy(c->arena, change.data, change.length);
	c->lock_is_changed = !lock_is_same(before, &after);
}

int compile_load(struct compilation *c, const struct compile_options *options)
{
	const struct load_options load_options = {options->topology, options->read,
						  options->read_context};
	struct topology *topology;
	int r = load_topology(c->arena, &load_options, &c->diags, &topology);

	if (r == 0)
		c->topology = topology;
	return r;
}

static void check_assertions(struct compilation *c, bool is_lenient)
{
	const struct assert_context context = {
		.arena = c->arena,
		.network = c->network,
		.reach = c->reach,
		.planner = c->planner,
		.is_lenient = is_lenient,
	};

	c->assertions = assert_check(&context, &c->diags);
}

void compile_resolve(struct compilation *c, const struct compile_options *options)
{
	cleanup_(text_finish) struct text lock_before = {0};

	c->keystore = options->keystore;
	c->lock_path = compile_lock_path(c->arena, options->topology);
	c->lock = read_lock(c, options, &lock_before);
	c->network = resolve_topology(c->arena, c->topology, c->lock, &options->resolve, &c->diags);
	if (c->diags.n_errors == 0) {
		note_lock(c, &lock_before);
		c->reach = reach_create(c->arena, c->network);
		reach_check(c->reach, &c->diags);
		c->planner = planner_create(c->arena, c->reach, c->keystore);
	}
	if (c->diags.n_errors == 0)
		planner_check(c->planner, &c->diags);
	if (c->diags.n_errors == 0)
		check_assertions(c, options->assertions_warn);
	diag_sort(&c->diags);
}

int compile_check(struct compilation *c, const struct compile_options *options)
{
	int r = compile_load(c, options);

	if (r == 0)
		compile_resolve(c, options);
	return r;
}

int compile_write_lock(const struct compilation *c)
{
	if (!c->lock_is_changed)
		return 0;
	return file_replace(c->lock_path, c->lock_text, strlen(c->lock_text), 0644);
}

int compile_read_files(void *context, const char *path, size_t limit, struct text *ret_text)
{
	const struct compile_files *files = context;
	cleanup_(file_close) int folder = file_open_folder(files->folder);

	if (folder < 0)
		return folder;
	if (strcmp(path, files->topology) == 0)
		return file_read(folder, path, limit, ret_text);
	return file_read_beneath(folder, path, limit, ret_text);
}
