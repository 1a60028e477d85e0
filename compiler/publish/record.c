/* SPDX-License-Identifier: MIT */

/* The table of records. */

#include "compiler/publish/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "compiler/publish/names.h"
#include "compiler/publish/tree.h"

static bool starts_with_part(const char *path, const char *part)
{
	size_t length = strlen(part);

	return strncmp(path, part, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

bool record_path_is_valid(const char *path)
{
	return tree_path_is_valid(path) && !starts_with_part(path, PUBLISH_MANIFEST) &&
	       !starts_with_part(path, PUBLISH_STAGE) && !starts_with_part(path, PUBLISH_STATE);
}

bool record_host_is_valid(const char *host)
{
	if (host[0] == '\0' || strcmp(host, "-") == 0)
		return false;
	for (const char *c = host; *c != '\0'; c++) {
		if ((unsigned char)*c <= ' ' || *c == '\x7f')
			return false;
	}
	return true;
}

void records_init(struct records *records, struct arena *arena, size_t n_expected)
{
	*records = (struct records){.arena = arena};
	if (n_expected > 0) {
		records->list.items = ARENA_ARRAY(arena, struct record *, n_expected);
		records->list.capacity = n_expected;
	}
}

struct record *records_find(const struct records *records, const char *path)
{
	return map_get(&records->by_path, path);
}

void records_set_host(struct records *records, struct record *record, const char *host)
{
	if (host != NULL && (records->last_host == NULL || strcmp(records->last_host, host) != 0))
		records->last_host = arena_copy(records->arena, host, strlen(host));
	record->host = host != NULL ? records->last_host : NULL;
}

bool record_has_host(const struct record *record, const char *host)
{
	if (record->host == NULL || host == NULL)
		return record->host == host;
	return strcmp(record->host, host) == 0;
}

int records_add(struct records *records, const char *path, const char *host,
		struct record **ret_record)
{
	struct record *record = records_find(records, path);

	if (record == NULL) {
		if (!record_path_is_valid(path) || (host != NULL && !record_host_is_valid(host)))
			return -EINVAL;
		record = ARENA_NEW(records->arena, struct record);
		record->path = arena_copy(records->arena, path, strlen(path));
		records_set_host(records, record, host);
		// NOLINTNEXTLINE(bugprone-sizeof-expression): the elements are pointers
		*vec_push(records->arena, &records->list) = record;
		(void)map_put(records->arena, &records->by_path, record->path, record);
	}
	*ret_record = record;
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	const struct record *const *left = a;
	const struct record *const *right = b;

	return strcmp((*left)->path, (*right)->path);
}

void records_sort(struct records *records)
{
	if (records->list.n_items > 1) {
		qsort(records->list.items, records->list.n_items, sizeof(struct record *),
		      compare_paths);
	}
}

int64_t content_mtime_ns(const struct stat *status)
{
	return (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
}

bool content_matches_stat(const struct content *content, const struct stat *status)
{
	return S_ISREG(status->st_mode) && content->inode != 0 &&
	       content->inode == (uint64_t)status->st_ino &&
	       content->size == (uint64_t)status->st_size &&
	       content->mtime_ns == content_mtime_ns(status);
}
