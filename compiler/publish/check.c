/* SPDX-License-Identifier: MIT */

/*
 * The last look before anything changes: is every file that is about to be replaced or removed
 * still as the last run left it? A stat that fits the state answers without reading.
 */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag/diag.h"
#include "compiler/publish/inspect.h"
#include "compiler/publish/run.h"

enum finding {
	FINDING_OURS, /* or absent */
	FINDING_EDITED,
	FINDING_FOREIGN,
	FINDING_FOLDER,
	FINDING_LINK,
	FINDING_OBSTACLE,
};

static const struct {
	enum diag_rule rule;
	const char *replaced; /* message where the file would be replaced */
	const char *removed;  /* message where it would be removed */
	const char *help;
} findings[] = {
	[FINDING_EDITED] = {DIAG_ARTIFACT_EDITED, "'%s' was changed since it was published",
			    "'%s' no longer belongs, but was changed since it was published",
			    "move your change into the topology, or run again with --force"},
	[FINDING_FOREIGN] = {DIAG_ARTIFACT_EDITED,
			     "'%s' is in the way, and wgtopo did not write it",
			     "'%s' no longer belongs, but wgtopo did not write it",
			     "move the file away, or run again with --force"},
	[FINDING_FOLDER] = {DIAG_ARTIFACT_EDITED, "'%s' is a folder, where a file has to go",
			    "'%s' no longer belongs, but somebody made it a folder",
			    "move the folder away"},
	[FINDING_LINK] = {DIAG_ARTIFACT_LINK, "'%s' in the output folder is a symbolic link",
			  "'%s' in the output folder is a symbolic link",
			  "remove the link; wgtopo makes the file or folder itself"},
	[FINDING_OBSTACLE] = {DIAG_ARTIFACT_EDITED, "'%s' is a file, where a folder has to go",
			      "'%s' is a file, where a folder has to go", "move the file away"},
};

/* Judges what is in the place of the record's file. Returns a finding or negative errno. */
static int judge(struct publish *publish, const struct record *record)
{
	struct stat status;
	int r = tree_stat(&publish->tree, record->path, &status);

	if (r == -ELOOP)
		return FINDING_LINK;
	if (r == -ENOTDIR)
		return record->is_removed ? FINDING_OURS : FINDING_OBSTACLE;
	if (r == -ENOENT)
		return FINDING_OURS;
	if (r < 0)
		return r;
	if (S_ISLNK(status.st_mode))
		return FINDING_LINK;
	if (S_ISDIR(status.st_mode))
		return FINDING_FOLDER;
	if (publish->options.force || content_matches_stat(&record->content, &status))
		return FINDING_OURS;
	if (!record->is_published)
		return FINDING_FOREIGN;
	r = inspect_has_content(&publish->tree, record->path, &record->content);
	if (r < 0)
		return r;
	return r > 0 ? FINDING_OURS : FINDING_EDITED;
}

/* `length` bytes of the path are what the finding is about: a folder on the way, or all of it. */
static void report(struct publish *publish, const struct record *record, size_t length,
		   enum finding finding)
{
	char path[PATH_MAX];
	const char *format =
		record->is_removed ? findings[finding].removed : findings[finding].replaced;
	struct diag *diag;

	memcpy(path, record->path, length);
	path[length] = '\0';
	diag = diag_add(publish->diags, findings[finding].rule, (struct span){0}, format, path);
	diag_help(publish->diags, diag, "%s", findings[finding].help);
}

int publish_check(struct publish *publish, size_t *ret_n_problems)
{
	const struct record *last = NULL;
	size_t last_length = 0;
	size_t n_problems = 0;

	vec_foreach(item, &publish->records.list) {
		const struct record *record = *item;
		size_t length;
		int finding;

		if (record->staged == NULL && !record->is_removed)
			continue;
		finding = judge(publish, record);
		if (finding < 0)
			return publish_fail(publish, record->path, finding);
		if (finding == FINDING_OURS)
			continue;
		n_problems++;
		/* One folder in the way of many files is one finding. */
		length = publish->tree.n_walked;
		if (last != NULL && length == last_length &&
		    memcmp(record->path, last->path, length) == 0)
			continue;
		report(publish, record, length, (enum finding)finding);
		last = record;
		last_length = length;
	}
	*ret_n_problems = n_problems;
	return 0;
}
