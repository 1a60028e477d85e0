/* SPDX-License-Identifier: MIT */

/*
 * Publishing: opening the target, and staging what differs from it. commit.c has the rest.
 *
 * Killing the program at any moment is harmless, but nothing is promised about a power cut: no file
 * is synced to the disk.
 */

#include "compiler/publish/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/file.h"
#include "compiler/publish/inspect.h"
#include "compiler/publish/manifest.h"
#include "compiler/publish/names.h"
#include "compiler/publish/run.h"
#include "compiler/publish/state.h"

#define TARGET_MODE 0700

CLEANUP_DEFINE(struct publish *, publish_close)

int publish_fail(struct publish *publish, const char *path, int r)
{
	if (r < 0)
		publish->failed_path = arena_copy(publish->arena, path, strlen(path));
	return r;
}

const char *publish_failed_path(const struct publish *publish)
{
	return publish->failed_path;
}

/* The folder's name without slashes at its end, since a link followed by one would be followed. */
static const char *strip_slashes(struct arena *arena, const char *directory)
{
	size_t length = strlen(directory);

	while (length > 1 && directory[length - 1] == '/')
		length--;
	return arena_copy(arena, directory, length);
}

static int open_target(struct publish *publish)
{
	const char *directory = publish->directory;
	struct stat status;

	publish->is_made = mkdir(directory, TARGET_MODE) == 0;
	if (!publish->is_made && errno != EEXIST)
		return -errno;
	if (lstat(directory, &status) < 0)
		return -errno;
	if (S_ISLNK(status.st_mode))
		return -ELOOP;
	if (publish->is_made && (status.st_mode & TARGET_MODE) != TARGET_MODE &&
	    chmod(directory, TARGET_MODE) < 0)
		return -errno;
	publish->root = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (publish->root < 0)
		return -errno;
	/* The lock is on the folder itself, so that even on a read-only disk there is one. */
	return flock(publish->root, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

/* Learns from the state or else from the manifest what the last run published. */
static int load_records(struct publish *publish)
{
	cleanup_(file_close) int fd = openat(publish->root, PUBLISH_MANIFEST,
					     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct content *manifest = &publish->manifest;
	struct stat status;
	int r;

	records_init(&publish->records, publish->arena, 0);
	publish->is_state_stale = true;
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EBADMSG;
	*manifest = (struct content){.size = (uint64_t)status.st_size,
				     .mtime_ns = content_mtime_ns(&status),
				     .inode = status.st_ino};
	if (state_read(publish->root, &publish->records, manifest, &publish->intent) == 0) {
		publish->is_state_stale = false;
		publish->has_intent = true;
		return 0;
	}
	records_init(&publish->records, publish->arena, 0);
	r = manifest_file_read(fd, &publish->records, NULL, manifest);
	if (r == -EBADMSG && publish->options.force) {
		/* Forced, a damaged manifest counts as none: files that no longer belong stay. */
		records_init(&publish->records, publish->arena, 0);
		*manifest = (struct content){0};
		return 0;
	}
	return r;
}

static int report_link(struct publish *publish, const char *name)
{
	struct diag *diag = diag_add(publish->diags, DIAG_ARTIFACT_LINK, (struct span){0},
				     "'%s' in the output folder is a symbolic link", name);

	diag_help(publish->diags, diag, "remove the link; wgtopo makes the file itself");
	return -ELOOP;
}

static int open_all(struct publish *publish)
{
	int r = open_target(publish);

	if (r < 0)
		return r;
	tree_init(&publish->tree, publish->root);
	r = load_records(publish);
	if (r < 0)
		return r == -ELOOP ? report_link(publish, PUBLISH_MANIFEST) : r;
	r = stage_open(&publish->stage, publish->root);
	if (r < 0)
		return r == -ELOOP ? report_link(publish, PUBLISH_STAGE) : r;
	return publish->stage.fd >= 0 ? publish_recover(publish) : 0;
}

int publish_open(const struct publish_options *options, struct diag_bag *diags,
		 struct publish **ret_publish)
{
	struct arena *arena = arena_create();
	cleanup_(publish_close) struct publish *publish = ARENA_NEW(arena, struct publish);
	int r;

	*publish = (struct publish){
		.arena = arena,
		.diags = diags,
		.directory = strip_slashes(arena, options->directory),
		.options = *options,
		.root = -1,
		.stage = {.fd = -1},
		.failed_path = "",
	};
	r = open_all(publish);
	if (r < 0)
		return r;
	*ret_publish = publish;
	publish = NULL;
	return 0;
}

struct publish *publish_close(struct publish *publish)
{
	if (publish == NULL)
		return NULL;
	tree_finish(&publish->tree);
	if (!publish->is_torn)
		(void)stage_clear(&publish->stage); /* if not now, then the next run does */
	stage_finish(&publish->stage);
	if (publish->is_made)
		(void)rmdir(publish->directory); /* only where nothing came to be in it */
	(void)file_close(publish->root);
	(void)arena_destroy(publish->arena);
	return NULL;
}

static bool fingerprint_is_equal(struct fingerprint a, struct fingerprint b)
{
	return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

bool publish_is_current(struct publish *publish, const struct artifact *artifact)
{
	struct record *record = records_find(&publish->records, artifact->path);
	struct stat status;

	if (record == NULL || record->content.inode == 0 ||
	    !fingerprint_is_equal(record->content.fingerprint, artifact->fingerprint) ||
	    record->content.mode != artifact->mode ||
	    record->content.is_secret != artifact->is_secret ||
	    !record_has_host(record, artifact->host))
		return false;
	if (tree_glance(&publish->tree, artifact->path, &status) < 0 ||
	    !content_matches_stat(&record->content, &status) ||
	    (status.st_mode & 07777) != artifact->mode)
		return false;
	record->is_wanted = true;
	return true;
}

/* The file in place is as wanted; only what is known about it may change. */
static void keep(struct publish *publish, struct record *record, const struct content *content,
		 const struct stat *status)
{
	const struct content *known = &record->content;

	if (!record->is_published || known->mode != content->mode || known->size != content->size ||
	    known->is_secret != content->is_secret ||
	    !digest_is_equal(known->digest, content->digest))
		publish->is_dirty = true;
	if (!content_matches_stat(known, status) ||
	    !fingerprint_is_equal(known->fingerprint, content->fingerprint))
		publish->is_state_stale = true;
	record->has_wrong_mode = (status->st_mode & 07777) != content->mode;
	record->content = *content;
	record->content.mtime_ns = content_mtime_ns(status);
	record->content.inode = status->st_ino;
}

/* A rehearsal writes nothing, and least of all keys: it only counts what there would be. */
static int write_to_stage(struct publish *publish, struct record *record,
			  const struct artifact *artifact, const struct content *content)
{
	char name[STAGE_NAME_SIZE];
	struct stat status = {0};
	int r = 0;

	stage_name(publish->n_staged, name);
	if (!publish->options.is_rehearsal) {
		r = stage_write(&publish->stage, name, artifact->bytes, artifact->size,
				artifact->mode, &status);
	}
	if (r < 0)
		return r;
	record->stage_number = publish->n_staged++;
	record->staged = ARENA_NEW(publish->arena, struct content);
	*record->staged = *content;
	record->staged->mtime_ns = content_mtime_ns(&status);
	record->staged->inode = status.st_ino;
	publish->is_dirty = true;
	return 0;
}

int publish_stage(struct publish *publish, const struct artifact *artifact)
{
	struct content content = {
		.digest = artifact->is_secret ? digest_of_secret(artifact->bytes, artifact->size)
					      : digest_of(artifact->bytes, artifact->size),
		.size = artifact->size,
		.fingerprint = artifact->fingerprint,
		.mode = artifact->mode,
		.is_secret = artifact->is_secret,
	};
	struct inspect_bytes bytes = {artifact->bytes, artifact->size, artifact->is_secret};
	struct record *record;
	struct stat status = {0};
	int r = records_add(&publish->records, artifact->path, artifact->host, &record);

	if (r == 0 && record->is_wanted)
		r = -EEXIST;
	if (r < 0)
		return publish_fail(publish, artifact->path, r);
	bytes.is_secret = artifact->is_secret || record->content.is_secret;
	r = inspect_has_bytes(&publish->tree, artifact->path, &bytes, &status);
	if (r < 0)
		return publish_fail(publish, artifact->path, r);
	if (!record_has_host(record, artifact->host)) {
		records_set_host(&publish->records, record, artifact->host);
		publish->is_dirty = true;
	}
	record->is_wanted = true;
	if (r > 0) {
		keep(publish, record, &content, &status);
		return 0;
	}
	r = write_to_stage(publish, record, artifact, &content);
	return publish_fail(publish, artifact->path, r);
}
