/* SPDX-License-Identifier: MIT */

/*
 * Recovery: after a run that was killed while it renamed, the old manifest and the journal each
 * tell the truth about a part of the files. What is found in place with the journal's digest is
 * taken over into the manifest, which is replaced by one rename before the journal goes: killed at
 * any moment, the recovery can be done again.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "compiler/publish/inspect.h"
#include "compiler/publish/manifest.h"
#include "compiler/publish/names.h"
#include "compiler/publish/run.h"

#define RECOVERED "recovered.json"
#define READ_ONLY (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

/* Takes a file of the journal over where it is in place. Returns 1, 0 or negative errno. */
static int adopt(struct publish *publish, const struct record *from)
{
	struct record *record = records_find(&publish->records, from->path);
	int r;

	if (record != NULL && digest_is_equal(record->content.digest, from->content.digest) &&
	    record->content.size == from->content.size)
		return 0;
	r = inspect_has_content(&publish->tree, from->path, &from->content);
	if (r == 0 && record == NULL)
		return tree_prune(&publish->tree, from->path); /* made for a file that never came */
	if (r <= 0)
		return r;
	r = records_add(&publish->records, from->path, from->host, &record);
	if (r < 0)
		return r;
	records_set_host(&publish->records, record, from->host);
	record->content = from->content;
	record->is_published = true;
	return 1;
}

/* The intent of the manifest in place, or without one, of the journal. */
static int read_old_intent(const struct publish *publish, const struct text *journal_intent,
			   struct text *ret_intent)
{
	cleanup_(file_close) int fd = -1;
	struct records unused;
	struct content content;

	if (publish->manifest.inode == 0) {
		text_append(ret_intent, journal_intent->data, journal_intent->length);
		return 0;
	}
	fd = openat(publish->root, PUBLISH_MANIFEST, READ_ONLY);
	if (fd < 0)
		return -errno;
	records_init(&unused, publish->arena, 0);
	return manifest_file_read(fd, &unused, ret_intent, &content);
}

static int adopt_all(struct publish *publish, const struct records *journal)
{
	int n_adopted = 0;

	vec_foreach(item, &journal->list) {
		int r = adopt(publish, *item);

		if (r < 0)
			return publish_fail(publish, (*item)->path, r);
		n_adopted += r;
	}
	return n_adopted;
}

static int replace_manifest(struct publish *publish, const struct text *journal_intent)
{
	cleanup_(text_finish) struct text intent = {0};
	struct content manifest;
	int r = read_old_intent(publish, journal_intent, &intent);

	if (r < 0)
		return r;
	if (unlinkat(publish->stage.fd, RECOVERED, 0) < 0 && errno != ENOENT)
		return -errno; /* left by a recovery that was killed */
	records_sort(&publish->records);
	r = publish_write_manifest(publish, RECOVERED, &intent, &manifest);
	if (r < 0)
		return r;
	if (renameat(publish->stage.fd, RECOVERED, publish->root, PUBLISH_MANIFEST) < 0)
		return -errno;
	publish->manifest = manifest;
	publish->has_intent = false;
	publish->is_state_stale = true;
	return 0;
}

/* Reads the journal. Returns 1, 0 where there is none that is complete, or negative errno. */
static int read_journal(const struct publish *publish, struct records *journal,
			struct text *ret_intent)
{
	cleanup_(file_close) int fd = openat(publish->stage.fd, PUBLISH_MANIFEST, READ_ONLY);
	struct content content;
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = manifest_file_read(fd, journal, ret_intent, &content);
	if (r == -EBADMSG)
		return 0; /* killed while writing it, so before the first rename */
	return r < 0 ? r : 1;
}

static int take_over(struct publish *publish)
{
	cleanup_(text_finish) struct text intent = {0};
	struct records journal;
	int r;

	records_init(&journal, publish->arena, 0);
	r = read_journal(publish, &journal, &intent);
	if (r > 0)
		r = adopt_all(publish, &journal);
	return r > 0 ? replace_manifest(publish, &intent) : r;
}

int publish_recover(struct publish *publish)
{
	int r = take_over(publish);

	if (r < 0) {
		/* Without the journal the next run could not tell its files from edited ones. */
		publish->is_torn = true;
		return r;
	}
	return publish_fail(publish, PUBLISH_STAGE, stage_clear(&publish->stage));
}
