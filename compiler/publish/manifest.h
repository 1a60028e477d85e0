/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The manifest: the intent, and the list of files, one line each. Both ways it is gone through line
 * by line; only the one line at hand is JSON in memory.
 */

struct arena;
struct content;
struct line_writer;
struct records;
struct text;

/*
 * Reads the manifest `fd` into `records`, each marked as published, and its size and digest into
 * `ret_content`. `ret_intent` may be NULL. Returns 0, -EBADMSG where it is damaged or not in the
 * layout that manifest_file_write() gives it, or the negative errno of reading.
 */
int manifest_file_read(int fd, struct records *records, struct text *ret_intent,
		       struct content *ret_content);

/* Whether the intent can stand in a manifest: no line of it opens the list of files. */
int manifest_check_intent(const struct text *intent);

/* Writes the manifest of all sorted records that are not removed. The caller flushes. */
int manifest_file_write(struct line_writer *writer, const struct text *intent,
			const struct records *records);
