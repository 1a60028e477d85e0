/* SPDX-License-Identifier: MIT */

/*
 * Fuzz: a folder of files to its proof. The parts are separated by form feeds: the manifest, then
 * each file behind a line with its path. The same files are examined without the manifest as well.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"
#include "compiler/prove/found.h"
#include "compiler/prove/prove.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum {
	MOST_PARTS = 64,
};

struct part {
	const char *path;
	const char *bytes; /* with a NUL byte behind them */
	size_t size;
};

struct parts {
	struct part items[MOST_PARTS];
	size_t n_items;
};

static void split(struct arena *arena, const char *bytes, size_t size, struct parts *parts)
{
	const char *end = bytes + size;

	while (bytes < end && parts->n_items < MOST_PARTS) {
		const char *feed = memchr(bytes, '\f', (size_t)(end - bytes));
		const char *stop = feed == NULL ? end : feed;
		const char *line = memchr(bytes, '\n', (size_t)(stop - bytes));
		struct part *part = &parts->items[parts->n_items];

		if (line != NULL) {
			part->path = arena_copy(arena, bytes, (size_t)(line - bytes));
			part->size = (size_t)(stop - line - 1);
			part->bytes = arena_copy(arena, line + 1, part->size);
			parts->n_items++;
		}
		bytes = feed == NULL ? end : feed + 1;
	}
}

/* The host's part whose path ends so; or NULL. */
static const struct part *find(const struct parts *parts, const struct manifest_host *host,
			       const char *ending)
{
	for (size_t i = 0; i < parts->n_items; i++) {
		const char *path = parts->items[i].path;
		size_t n = strlen(host->folder);
		const char *dot = strrchr(path, '.');

		if (strncmp(path, host->folder, n) == 0 && path[n] == '/' && dot != NULL &&
		    strcmp(dot, ending) == 0)
			return &parts->items[i];
	}
	return NULL;
}

static int reread(void *context, struct arena *arena, const struct manifest_host *host,
		  struct prove_files *ret_files)
{
	const struct part *conf = find(context, host, ".conf");
	const struct part *routes = find(context, host, ".routes");

	*ret_files = (struct prove_files){0};
	if (conf != NULL)
		ret_files->conf = conf_parse(arena, conf->path, conf->bytes, conf->size);
	if (routes != NULL) {
		ret_files->routes =
			conf_routes_parse(arena, routes->path, routes->bytes, routes->size);
	}
	return 0;
}

static void render(struct diag_bag *diags)
{
	cleanup_(text_finish) struct text text = {0};

	diag_sort(diags);
	diag_render_text(diags, false, &text);
}

static void prove_parts(struct arena *arena, const struct manifest *manifest, struct parts *parts)
{
	struct diag_bag diags = {.arena = arena};
	struct prove *prove = prove_create(manifest);
	struct prove_summary summary;

	for (size_t h = 0; h < manifest->n_hosts; h++) {
		for (size_t i = 0; i < parts->n_items; i++) {
			const struct part *part = &parts->items[i];

			prove_take(prove, &manifest->hosts[h], part->path, part->bytes, part->size);
		}
	}
	assert(prove_finish(prove, reread, parts, &diags, &summary) == 0);
	render(&diags);
	prove_destroy(prove);
}

static void examine_parts(struct arena *arena, const struct parts *parts)
{
	struct diag_bag diags = {.arena = arena};
	struct found found = {.arena = arena};
	struct found_summary summary;

	for (size_t i = 0; i < parts->n_items; i++) {
		const struct part *part = &parts->items[i];
		struct conf *conf = conf_parse(arena, part->path, part->bytes, part->size);

		if (span_is_given(conf->span))
			found_add(&found, part->path, conf);
	}
	found_examine(&found, &diags, &summary);
	render(&diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_create();
	const char *text = (const char *)bytes;
	const char *feed = memchr(text, '\f', size);
	struct parts parts = {0};
	struct manifest *manifest;
	const char *fault;

	if (feed != NULL) {
		split(arena, feed + 1, size - (size_t)(feed - text) - 1, &parts);
		if (manifest_parse(arena, text, (size_t)(feed - text), &manifest, &fault) == 0)
			prove_parts(arena, manifest, &parts);
		examine_parts(arena, &parts);
	}
	arena_destroy(arena);
	return 0;
}
