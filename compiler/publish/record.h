/* SPDX-License-Identifier: MIT */
#pragma once

/* Records: what is known about each published file. One table per run, found by path. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/vec.h"
#include "compiler/emit/artifact.h"
#include "compiler/publish/digest.h"

struct arena;
struct stat;

/* One version of a file. Fingerprint, mtime and inode are zero where no state tells them. */
struct content {
	struct digest digest;
	uint64_t size;
	struct fingerprint fingerprint;
	int64_t mtime_ns;
	uint64_t inode;
	unsigned int mode;
	bool is_secret; /* there are keys in it; decides the kind of digest */
};

struct record {
	const char *path;
	const char *host;       /* NULL: the network */
	struct content content; /* as the last run published it; in a new record all zero */
	struct content *staged; /* what replaces it, or NULL */
	unsigned int stage_number;
	bool is_published;   /* the manifest lists it */
	bool is_wanted;      /* this run's artifact */
	bool is_removed;     /* no longer belongs: neither in the target nor in the next manifest */
	bool has_wrong_mode; /* right bytes, but somebody changed the permissions */
};

struct records {
	vec_of(struct record *) list;
	struct map by_path;
	struct arena *arena;
	const char *last_host; /* files of one host mostly come together and share its name */
};

/* Whether a file may be published as `path`: inside the target, and not one of our own files. */
bool record_path_is_valid(const char *path);

/* Whether `host` can stand in the state: no space or control character, and not empty or "-". */
bool record_host_is_valid(const char *host);

/* A table in `arena`, with room for `n_expected` records. */
void records_init(struct records *records, struct arena *arena, size_t n_expected);

struct record *records_find(const struct records *records, const char *path);

/* The record of `path`, made if need be. -EINVAL where the path or the host is not valid. */
int records_add(struct records *records, const char *path, const char *host,
		struct record **ret_record);

/* Sets the record's host. The name is copied. */
void records_set_host(struct records *records, struct record *record, const char *host);

bool record_has_host(const struct record *record, const char *host);

/* Sorts the list by path. */
void records_sort(struct records *records);

/* Modification time in nanoseconds. */
int64_t content_mtime_ns(const struct stat *status);

/* Whether size, mtime and inode, as far as known, are those of `content`. */
bool content_matches_stat(const struct content *content, const struct stat *status);
