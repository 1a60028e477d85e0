/* SPDX-License-Identifier: MIT */

/*
 * plan: what a compilation would change: of what was published, which is known from its manifest
 * and its files; or of what a revision of the topology would give. A revision is read with the
 * keystore closed on both sides: keys that are nowhere else are no part of what is reviewed.
 */

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/manifest/manifest.h"
#include "base/map.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/delivery.h"
#include "cli/examine.h"
#include "cli/output.h"
#include "cli/plan_story.h"
#include "cli/revision.h"
#include "cli/unlock.h"
#include "compiler/compare.h"
#include "compiler/deliver.h"
#include "compiler/diff/story.h"
#include "compiler/publish/publish.h"

struct paths {
	vec_of(const char *) items;
};

/* The changes that a publication would make, by host. */
struct changes {
	struct arena *arena;
	struct map by_host; /* -> struct paths */
	struct paths network;
};

static void note_change(void *context, const struct publish_change *change)
{
	struct changes *changes = context;
	struct paths *paths = &changes->network;

	if (change->host != NULL) {
		paths = map_get(&changes->by_host, change->host);
		if (paths == NULL) {
			paths = ARENA_NEW(changes->arena, struct paths);
			(void)map_put(changes->arena, &changes->by_host,
				      arena_printf(changes->arena, "%s", change->host), paths);
		}
	}
	*vec_push(changes->arena, &paths->items) = arena_printf(changes->arena, "%s", change->path);
}

static const char *const *files_of(void *context, const char *host, size_t *ret_n)
{
	const struct changes *changes = context;
	const struct paths *paths =
		host == NULL ? &changes->network : map_get(&changes->by_host, host);

	*ret_n = paths == NULL ? 0 : paths->items.n_items;
	return paths == NULL ? NULL : paths->items.items;
}

/* What was published, where something was. */
static int read_manifest(struct arena *arena, const char *directory, struct manifest **ret_manifest)
{
	const char *fault;
	int r = manifest_read(arena, directory, ret_manifest, &fault);

	if (r == MANIFEST_E_CONTENT) {
		return output_failure("'%s/manifest.json' is damaged: %s; `wgtopo compile --force` "
				      "writes it anew",
				      directory, fault);
	}
	if (r < 0 && r != -ENOENT)
		return output_failure("cannot read '%s': %s", directory, strerror(-r));
	return STATUS_CLEAN;
}

/* Against a published folder: rehearses the publication, and compares the files it would write. */
static int compare_folder(struct compilation *after, const char *directory,
			  struct diff_story *story)
{
	struct changes changes = {.arena = after->arena};
	const struct compile_selection everything = {0};
	const struct publish_options options = {
		.directory = directory,
		.is_rehearsal = true,
		.tell = note_change,
		.context = &changes,
	};
	struct publish_result result = {0};
	struct manifest *manifest = NULL;
	const char *failed_path;
	struct diff *diff;
	int status = read_manifest(after->arena, directory, &manifest);
	int r;

	if (status == STATUS_CLEAN)
		status = delivery_publish(after, &everything, &options, &result);
	if (status != STATUS_CLEAN)
		return status;
	r = compare_with_folder(after->arena,
				&(struct compare_folder){directory, manifest, files_of, &changes},
				after, &diff, &failed_path);
	if (r < 0) {
		return output_failure("cannot read '%s/%s': %s", directory, failed_path,
				      strerror(-r));
	}
	story->diff = diff;
	return STATUS_CLEAN;
}

/* The topology of a revision. STATUS_CLEAN with `ret_is_there` unset: it had none yet. */
static int compile_revision(const struct request *request, struct revision *revision,
			    struct compilation *before, bool *ret_is_there)
{
	const char *path = request->operands[0];
	struct compile_options options = {
		.topology = arena_printf(before->arena, "%s:%s%s", revision->name,
					 strchr(path, '/') == NULL ? "./" : "", path),
		.read = revision_read,
		.read_context = revision,
	};
	int status = examine_as_of(request, before->arena, &options.resolve.as_of);
	int r;

	if (status != STATUS_CLEAN)
		return status;
	r = compile_check(before, &options);
	if (revision->lost != NULL) {
		return output_failure("cannot read '%s' in %s: the object is missing (a partial or "
				      "shallow clone? fetch it: `git fetch --refetch`)",
				      revision->lost, revision->name);
	}
	*ret_is_there = r != -ENOENT;
	if (r < 0 && r != -ENOENT)
		return output_failure("cannot read '%s': %s", options.topology, strerror(-r));
	if (before->diags.n_errors > 0) {
		output_diagnostics(request, &before->diags);
		return output_failure("there is nothing to compare with: the topology of '%s' has "
				      "errors; name a revision that compiles",
				      revision->name);
	}
	return r < 0 ? STATUS_CLEAN : examine_day(before, options.resolve.as_of);
}

static int compare_revision(const struct request *request, struct compilation *after,
			    struct compilation *before, struct diff_story *story)
{
	struct revision revision;
	struct compile_files files = examine_files(after->arena, request->operands[0]);
	bool is_there = false;
	int status = revision_find(after->arena, story->against, files.folder, &revision);

	if (status == STATUS_CLEAN)
		status = compile_revision(request, &revision, before, &is_there);
	if (status != STATUS_CLEAN)
		return status;
	story->commit = revision.commit;
	story->diff = compare_with_compilation(after->arena, is_there ? before : NULL, after);
	if (is_there)
		plan_story_compare(story, before, after);
	return STATUS_CLEAN;
}

static void render(const struct request *request, const struct diff_story *story)
{
	cleanup_(text_finish) struct text out = {0};

	if (request_says(request, "format", "json")) {
		diff_render_plan_json(story, &out);
	} else if (request_says(request, "format", "markdown")) {
		diff_render_plan_markdown(story, &out);
	} else {
		diff_render_plan_text(story, &out);
	}
	output_write(&out);
}

/* A comment that says nothing of errors would stay as it was, and be taken for true. */
static void render_errors(const struct request *request, const struct compilation *after,
			  struct diff_story *story)
{
	cleanup_(text_finish) struct text out = {0};

	if (!request_says(request, "format", "markdown"))
		return;
	plan_story_take_errors(story, after);
	diff_render_errors_markdown(story, &out);
	output_write(&out);
}

/*
 * A path that begins with a dot or a slash can be no name of git's (git-check-ref-format(1)).
 * Anything else is a folder where there is a manifest in it.
 */
static bool is_folder(struct arena *arena, const char *against)
{
	if (against[0] == '/' || strncmp(against, "./", 2) == 0 || strncmp(against, "../", 3) == 0)
		return true;
	return access(arena_printf(arena, "%s/manifest.json", against), F_OK) == 0;
}

/* What the call compares with; and what has to be known before that. */
static int prepare(const struct request *request, struct compilation *after,
		   struct keystore_file **ret_keys, struct diff_story *story, bool *ret_is_revision)
{
	const char *against = request_option(request, "against");
	const char *output = request_option(request, "output");

	if ((against == NULL) == (output == NULL)) {
		return usage_error(
			request->verb,
			against == NULL ? "there is nothing to compare with: add `-o DIR`, or "
					  "--against with a folder or a revision"
					: "-o and --against both say what to compare with: leave "
					  "one out");
	}
	story->topology = request->operands[0];
	story->against = against == NULL ? output : against;
	*ret_is_revision = against != NULL && !is_folder(after->arena, against);
	if (*ret_is_revision && unlock_is_named(request)) {
		return usage_error(request->verb, "with a revision the keystore stays closed: "
						  "leave its passphrase or key file out");
	}
	return *ret_is_revision
		       ? STATUS_CLEAN
		       : unlock_compilation(request, request->operands[0], after, ret_keys);
}

static int plan(const struct request *request, struct compilation *after,
		struct compilation *before, struct diff_story *story, bool is_revision)
{
	int status = STATUS_FINDINGS;

	if (after->diags.n_errors == 0) {
		status = is_revision ? compare_revision(request, after, before, story)
				     : compare_folder(after, story->against, story);
	}
	diag_sort(&after->diags);
	output_diagnostics(request, &after->diags);
	if (status == STATUS_FINDINGS)
		render_errors(request, after, story);
	if (status != STATUS_CLEAN)
		return status;
	assert(story->diff != NULL); /* what is compared has a difference, be it empty */
	if (after->lock_is_changed) {
		story->lock = after->lock_path;
		story->lock_change = after->lock_change;
	}
	render(request, story);
	return story->diff->n_files > 0 && request_has(request, "exit-code") ? STATUS_CHANGES
									     : STATUS_CLEAN;
}

int run_plan(const struct request *request)
{
	cleanup_(keystore_file_close) struct keystore_file *keys = NULL;
	struct compilation before;
	struct compilation after;
	struct diff_story story = {0};
	bool is_revision = false;
	int status;

	compile_init(&before);
	compile_init(&after);
	status = prepare(request, &after, &keys, &story, &is_revision);
	if (status == STATUS_CLEAN)
		status = examine_topology(request, &after, request->operands[0]);
	if (status == STATUS_CLEAN)
		status = plan(request, &after, &before, &story, is_revision);
	compile_finish(&after);
	compile_finish(&before);
	return status;
}
