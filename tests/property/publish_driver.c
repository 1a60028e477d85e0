/* SPDX-License-Identifier: MIT */

/*
 * Publishes a list of files, for publish_faults.py:
 *
 *	publish_driver [--force] [--partial] DIRECTORY LIST
 *
 * Each line of LIST is `PATH MODE CONTENT-FILE`; a PATH `hosts/NAME/...` belongs to the host NAME.
 * Exit status as wgtopo's: 0 published, 1 the diagnostics hold errors, 2 the environment failed.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/file.h"
#include "base/text.h"
#include "compiler/publish/digest.h"
#include "compiler/publish/publish.h"

#define LIMIT ((size_t)64 << 20)

CLEANUP_DEFINE(struct publish *, publish_close)

/* NAME out of `hosts/NAME/...`, or NULL. */
static const char *host_of(struct arena *arena, const char *path)
{
	static const char prefix[] = "hosts/";
	const char *name = path + strlen(prefix);

	if (strncmp(path, prefix, strlen(prefix)) != 0)
		return NULL;
	return arena_copy(arena, name, strcspn(name, "/"));
}

static int publish_line(struct publish *publish, struct arena *arena, char *line)
{
	cleanup_(text_finish) struct text bytes = {0};
	struct artifact artifact = {0};
	struct digest digest;
	char *rest = NULL;
	const char *path = strtok_r(line, " ", &rest);
	const char *mode = strtok_r(NULL, " ", &rest);
	const char *content = strtok_r(NULL, " ", &rest);
	int r;

	if (content == NULL)
		return -EINVAL;
	r = file_read(AT_FDCWD, content, LIMIT, &bytes);
	if (r < 0)
		return r;
	digest = digest_of(bytes.data, bytes.length);
	artifact.host = host_of(arena, path);
	artifact.path = path;
	artifact.mode = (unsigned int)strtoul(mode, NULL, 8);
	artifact.fingerprint = (struct fingerprint){{digest.words[0], digest.words[1]}};
	if (publish_is_current(publish, &artifact))
		return 0;
	artifact.bytes = bytes.data;
	artifact.size = bytes.length;
	return publish_stage(publish, &artifact);
}

static int publish_list(struct publish *publish, struct arena *arena, char *lines)
{
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		int r = publish_line(publish, arena, line);

		if (r < 0)
			return r;
	}
	return 0;
}

static int publish_all(const struct publish_options *options, char *lines, struct diag_bag *diags)
{
	cleanup_(publish_close) struct publish *publish = NULL;
	cleanup_(text_finish) struct text intent = {0};
	struct publish_result result = {0};
	int r = publish_open(options, diags, &publish);

	if (r < 0) {
		(void)fprintf(stderr, "%s: %s\n", options->directory, strerror(-r));
		return r;
	}
	text_puts(&intent, "\"format\": 1");
	r = publish_list(publish, diags->arena, lines);
	if (r == 0)
		r = publish_commit(publish, &intent, &result);
	if (r < 0) {
		(void)fprintf(stderr, "%s/%s: %s\n", options->directory,
			      publish_failed_path(publish), strerror(-r));
		return r;
	}
	(void)printf("%zu written, %zu unchanged, %zu removed\n", result.n_written,
		     result.n_unchanged, result.n_removed);
	return 0;
}

static int run(struct publish_options *options, const char *list)
{
	cleanup_(text_finish) struct text lines = {0};
	cleanup_(text_finish) struct text rendered = {0};
	struct diag_bag diags = {.arena = arena_create()};
	int status = 2;

	if (file_read(AT_FDCWD, list, LIMIT, &lines) == 0 &&
	    publish_all(options, lines.data, &diags) == 0)
		status = diags.n_errors > 0 ? 1 : 0;
	diag_sort(&diags);
	if (diags.items.n_items > 0) {
		diag_render_text(&diags, false, &rendered);
		(void)fputs(rendered.data, stderr);
	}
	(void)arena_destroy(diags.arena);
	return status;
}

int main(int argc, char **argv)
{
	struct publish_options options = {0};
	int i = 1;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		options.force |= strcmp(argv[i], "--force") == 0;
		options.is_partial |= strcmp(argv[i], "--partial") == 0;
	}
	if (argc - i != 2) {
		(void)fputs("usage: publish_driver [--force] [--partial] DIRECTORY LIST\n", stderr);
		return 2;
	}
	options.directory = argv[i];
	return run(&options, argv[i + 1]);
}
