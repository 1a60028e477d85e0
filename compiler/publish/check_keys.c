/* SPDX-License-Identifier: MIT */

/*
 * Whether a run without the keystore would lose keys: by a file that has none in the place of one
 * that has, or because there is no such file without a key. What belongs to a host that left the
 * topology is removed as ever.
 */

#include <errno.h>
#include <sys/stat.h>

#include "base/diag/diag.h"
#include "compiler/publish/run.h"

/* The hosts that this run has files of. */
static void find_hosts(struct publish *publish, struct map *hosts)
{
	vec_foreach(item, &publish->records.list) {
		struct record *record = *item;

		if (record->is_wanted && record->host != NULL)
			(void)map_put(publish->arena, hosts, record->host, record);
	}
}

static bool has_keys(const struct records *records)
{
	vec_foreach(item, &records->list) {
		if ((*item)->is_published && (*item)->content.is_secret)
			return true;
	}
	return false;
}

static bool loses_keys(struct publish *publish, const struct record *record,
		       const struct map *hosts)
{
	struct stat status;

	if (!record->is_published || !record->content.is_secret ||
	    tree_stat(&publish->tree, record->path, &status) == -ENOENT)
		return false;
	if (record->staged != NULL)
		return !record->staged->is_secret;
	return record->is_removed && record->host != NULL && map_get(hosts, record->host) != NULL;
}

static void report(struct publish *publish, const struct record *first, size_t n_files)
{
	struct diag *diag;

	if (n_files == 1) {
		diag = diag_add(publish->diags, DIAG_ARTIFACT_NEEDS_KEYS, (struct span){0},
				"'%s' holds keys, which this run would lose: the keystore is "
				"closed to it",
				first->path);
	} else {
		diag = diag_add(publish->diags, DIAG_ARTIFACT_NEEDS_KEYS, (struct span){0},
				"'%s' and %zu more hold keys, which this run would lose: the "
				"keystore is closed to it",
				first->path, n_files - 1);
	}
	diag_help(
		publish->diags, diag,
		"open the keystore with --passphrase-file, --passphrase-env or --key-file, as the "
		"run did that wrote the %s",
		n_files == 1 ? "file" : "files");
	diag_help(publish->diags, diag,
		  "or compile into another folder, or lose the keys with --force");
}

void publish_check_keys(struct publish *publish, size_t *ret_n_problems)
{
	struct map hosts = {0};
	const struct record *first = NULL;
	size_t n_files = 0;

	*ret_n_problems = 0;
	if (publish->options.has_keys || publish->options.force || !has_keys(&publish->records))
		return;
	find_hosts(publish, &hosts);
	vec_foreach(item, &publish->records.list) {
		if (!loses_keys(publish, *item, &hosts))
			continue;
		if (first == NULL)
			first = *item;
		n_files++;
	}
	if (n_files > 0)
		report(publish, first, n_files);
	*ret_n_problems = n_files;
}
