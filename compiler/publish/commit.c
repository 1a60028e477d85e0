/* SPDX-License-Identifier: MIT */

/*
 * Commit: look, then journal, rename, remove, and the manifest last.
 *
 * The journal is the new manifest itself, complete in the stage before the first rename. Killed
 * before that, a run has changed nothing; killed after it, the next one finds in the journal which
 * of the files it meets are ours (recover.c).
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "compiler/publish/lines.h"
#include "compiler/publish/manifest.h"
#include "compiler/publish/names.h"
#include "compiler/publish/run.h"
#include "compiler/publish/state.h"

#define MANIFEST_MODE 0644
#define IGNORE_MODE   0644

int publish_write_manifest(struct publish *publish, const char *name, const struct text *intent,
			   struct content *ret_manifest)
{
	cleanup_(line_writer_finish) struct line_writer writer = {0};
	struct content manifest = {.mode = MANIFEST_MODE};
	struct stat status;
	int fd = stage_create(&publish->stage, name);
	int r;

	if (fd < 0)
		return fd;
	line_writer_init(&writer, fd);
	r = manifest_file_write(&writer, intent, &publish->records);
	if (r == 0)
		r = line_writer_flush(&writer, &manifest.digest);
	if (r < 0) {
		(void)file_close(fd);
		return r;
	}
	r = stage_seal(fd, MANIFEST_MODE, &status);
	if (r < 0)
		return r;
	manifest.size = writer.size;
	manifest.mtime_ns = content_mtime_ns(&status);
	manifest.inode = status.st_ino;
	*ret_manifest = manifest;
	return 0;
}

bool publish_has_changes(const struct publish *publish, const struct text *intent)
{
	return publish->n_staged > 0 || !publish->has_intent ||
	       !digest_is_equal(publish->intent, digest_of(intent->data, intent->length));
}

static bool manifest_is_in_place(const struct publish *publish, uint64_t size, struct digest digest)
{
	return publish->manifest.inode != 0 && publish->manifest.size == size &&
	       digest_is_equal(publish->manifest.digest, digest);
}

/* Whether the manifest in place is already the one that would be written. 1, 0 or negative errno.
 */
static int manifest_is_current(const struct publish *publish, const struct text *intent,
			       struct digest intent_digest)
{
	cleanup_(line_writer_finish) struct line_writer writer = {0};
	struct digest digest;
	int r;

	if (!publish->is_dirty && publish->has_intent &&
	    digest_is_equal(publish->intent, intent_digest))
		return 1;
	line_writer_init(&writer, -1);
	r = manifest_file_write(&writer, intent, &publish->records);
	if (r == 0)
		r = line_writer_flush(&writer, &digest);
	return r < 0 ? r : manifest_is_in_place(publish, writer.size, digest);
}

/* Whether a file that is no artifact of this run is none of its business. */
static bool stays(const struct publish *publish, const struct record *record)
{
	const struct publish_options *options = &publish->options;

	if (!options->is_partial || options->has_left == NULL || record->host == NULL)
		return options->is_partial;
	return !options->has_left(options->context, record->host);
}

/* Finds out which files no longer belong. Returns their number. */
static size_t mark_removed(struct publish *publish)
{
	size_t n_removed = 0;

	vec_foreach(item, &publish->records.list) {
		struct record *record = *item;

		/* An artifact whose staging failed is neither published nor wanted. */
		record->is_removed =
			!record->is_wanted && !(record->is_published && stays(publish, record));
		n_removed += record->is_removed;
	}
	if (n_removed > 0)
		publish->is_dirty = true;
	return n_removed;
}

static void tell_changes(const struct publish *publish)
{
	vec_foreach(item, &publish->records.list) {
		const struct record *record = *item;
		const struct publish_change change = {record->path, record->host,
						      record->is_removed};

		if (record->staged != NULL || record->is_removed)
			publish->options.tell(publish->options.context, &change);
	}
}

static int replace_files(struct publish *publish, struct publish_result *result)
{
	vec_foreach(item, &publish->records.list) {
		struct record *record = *item;
		char name[STAGE_NAME_SIZE];
		int r;

		if (record->staged == NULL)
			continue;
		stage_name(record->stage_number, name);
		r = tree_move_in(&publish->tree, publish->stage.fd, name, record->path);
		if (r < 0)
			return publish_fail(publish, record->path, r);
		record->content = *record->staged;
		record->staged = NULL;
		result->n_written++;
	}
	return 0;
}

static int remove_files(struct publish *publish, struct publish_result *result)
{
	vec_foreach(item, &publish->records.list) {
		const struct record *record = *item;
		int r;

		if (!record->is_removed)
			continue;
		r = tree_remove(&publish->tree, record->path);
		if (r < 0)
			return publish_fail(publish, record->path, r);
		result->n_removed += r > 0;
	}
	return 0;
}

static int correct_mode(struct publish *publish, const struct record *record)
{
	struct stat status;
	cleanup_(file_close) int fd = tree_open_file(&publish->tree, record->path, &status);

	if (fd < 0)
		return fd;
	return fchmod(fd, record->content.mode) < 0 ? -errno : 0;
}

static int correct_modes(struct publish *publish, struct publish_result *result)
{
	vec_foreach(item, &publish->records.list) {
		const struct record *record = *item;
		int r = record->has_wrong_mode ? correct_mode(publish, record) : 0;

		if (r < 0)
			return publish_fail(publish, record->path, r);
		result->n_unchanged += record->is_wanted && record->staged == NULL;
	}
	return 0;
}

/* Everything in the target changes here, and the manifest last. */
static int move_into_place(struct publish *publish, const struct content *manifest,
			   struct publish_result *result)
{
	int r = correct_modes(publish, result);

	if (r == 0)
		r = replace_files(publish, result);
	if (r == 0)
		r = remove_files(publish, result);
	if (r < 0 || manifest->inode == 0 ||
	    manifest_is_in_place(publish, manifest->size, manifest->digest))
		return r;
	if (renameat(publish->stage.fd, PUBLISH_MANIFEST, publish->root, PUBLISH_MANIFEST) < 0)
		return publish_fail(publish, PUBLISH_MANIFEST, -errno);
	publish->manifest = *manifest;
	publish->is_state_stale = true;
	return 0;
}

/* A state that cannot be written costs the next run some time, and is no reason to fail. */
static void remember(struct publish *publish, struct digest intent_digest)
{
	if (publish->n_staged > 0 || !publish->has_intent ||
	    !digest_is_equal(publish->intent, intent_digest))
		publish->is_state_stale = true;
	if (publish->is_state_stale) {
		(void)state_write(&publish->stage, &publish->records, &publish->manifest,
				  &intent_digest);
	}
}

/*
 * Lets git pass by the target (gitignore(5)): what is published with keys does not belong there.
 * Where it cannot be written, the keys are in their files all the same.
 */
static void hide_from_git(struct publish *publish)
{
	static const char all[] = "*\n";
	struct stat status;
	int r;

	if (fstatat(publish->root, PUBLISH_IGNORE, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return;
	r = stage_write(&publish->stage, PUBLISH_IGNORE, all, sizeof(all) - 1, IGNORE_MODE,
			&status);
	if (r == 0) {
		(void)renameat2(publish->stage.fd, PUBLISH_IGNORE, publish->root, PUBLISH_IGNORE,
				RENAME_NOREPLACE);
	}
}

/* The journal, where it is needed or the manifest differs; else `ret_manifest` stays empty. */
static int write_journal(struct publish *publish, const struct text *intent,
			 struct digest intent_digest, bool is_needed, struct content *ret_manifest)
{
	int r = is_needed ? 0 : manifest_is_current(publish, intent, intent_digest);

	if (r == 0)
		r = publish_write_manifest(publish, PUBLISH_MANIFEST, intent, ret_manifest);
	return publish_fail(publish, PUBLISH_MANIFEST, r < 0 ? r : 0);
}

int publish_commit(struct publish *publish, const struct text *intent,
		   struct publish_result *ret_result)
{
	struct publish_result result = {0};
	struct content manifest = {0};
	struct digest intent_digest = digest_of(intent->data, intent->length);
	size_t n_removed = mark_removed(publish);
	size_t n_problems;
	size_t n_keyless;
	int r = manifest_check_intent(intent);

	if (r < 0)
		return publish_fail(publish, PUBLISH_MANIFEST, r);
	*ret_result = result;
	records_sort(&publish->records);
	tree_finish(&publish->tree); /* looks at every folder afresh */
	publish_check_keys(publish, &n_keyless);
	r = publish_check(publish, &n_problems);
	if (r < 0 || n_problems + n_keyless > 0)
		return r;
	if (publish->options.tell != NULL)
		tell_changes(publish);
	if (publish->options.is_rehearsal)
		return 0;

	r = write_journal(publish, intent, intent_digest, publish->n_staged + n_removed > 0,
			  &manifest);
	if (r < 0)
		return r;
	publish->is_torn = manifest.inode != 0;
	r = move_into_place(publish, &manifest, &result);
	if (r < 0)
		return r;
	publish->is_torn = false;
	publish->is_made = false;
	remember(publish, intent_digest);
	if (publish->options.has_keys)
		hide_from_git(publish);
	*ret_result = result;
	return publish_fail(publish, PUBLISH_STAGE, stage_clear(&publish->stage));
}
