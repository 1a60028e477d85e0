/* SPDX-License-Identifier: MIT */

/*
 * The state, line by line:
 *
 *	wgtopo-state 2 RECORDS MANIFEST-SIZE MANIFEST-MTIME MANIFEST-INODE MANIFEST-DIGEST
 *INTENT-DIGEST FINGERPRINT DIGEST SIZE MTIME INODE MODE SECRET HOST PATH
 *	...
 *	end DIGEST-OF-ALL-BEFORE
 *
 * It fits while the manifest in place is the very file that it was written for. All numbers are
 * decimal, times in nanoseconds; HOST is `-` for a file of the network, SECRET 1 where there are
 * keys in the file, else 0.
 */

#include "compiler/publish/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "compiler/publish/lines.h"
#include "compiler/publish/names.h"
#include "compiler/publish/record.h"
#include "compiler/publish/stage.h"

#define MAGIC           "wgtopo-state 2 "
#define END             "end "
#define STAGED_NAME     "state"
#define LINE_SIZE_LEAST ((off_t)DIGEST_HEX_SIZE * 2) /* bounds the number of records */

/* What follows the cursor; each take_ function moves it behind the value and one space. */
struct cursor {
	char *at;
	bool is_bad;
};

static uint64_t take_number(struct cursor *cursor)
{
	const char *begin = cursor->at;
	uint64_t value = 0;

	while (*cursor->at >= '0' && *cursor->at <= '9')
		value = value * 10 + (uint64_t)(*cursor->at++ - '0');
	if (cursor->at == begin || *cursor->at != ' ') {
		cursor->is_bad = true;
		return 0;
	}
	cursor->at++;
	return value;
}

static void take_hex(struct cursor *cursor, uint64_t ret_words[static 2])
{
	if (cursor->is_bad || !digest_get_hex(cursor->at, ret_words) ||
	    cursor->at[DIGEST_HEX_SIZE] != ' ') {
		cursor->is_bad = true;
		return;
	}
	cursor->at += DIGEST_HEX_SIZE + 1;
}

static const char *take_word(struct cursor *cursor)
{
	char *begin = cursor->at;
	char *space = strchr(begin, ' ');

	if (space == NULL) {
		cursor->is_bad = true;
		return "";
	}
	*space = '\0';
	cursor->at = space + 1;
	return begin;
}

static int read_head(char *line, struct content *manifest, struct digest *ret_intent,
		     uint64_t *ret_n_records)
{
	struct cursor cursor = {.at = line};
	struct content content;

	if (strncmp(line, MAGIC, strlen(MAGIC)) != 0)
		return -EBADMSG;
	cursor.at += strlen(MAGIC);
	*ret_n_records = take_number(&cursor);
	content.size = take_number(&cursor);
	content.mtime_ns = (int64_t)take_number(&cursor);
	content.inode = take_number(&cursor);
	take_hex(&cursor, manifest->digest.words);
	take_hex(&cursor, ret_intent->words);
	if (cursor.is_bad || content.size != manifest->size ||
	    content.mtime_ns != manifest->mtime_ns || content.inode != manifest->inode)
		return -EBADMSG;
	return 0;
}

static int read_record(char *line, struct records *records, int64_t written_ns)
{
	struct cursor cursor = {.at = line};
	struct content content = {0};
	struct record *record;
	const char *host;
	int r;

	take_hex(&cursor, content.fingerprint.words);
	take_hex(&cursor, content.digest.words);
	content.size = take_number(&cursor);
	content.mtime_ns = (int64_t)take_number(&cursor);
	content.inode = take_number(&cursor);
	content.mode = (unsigned int)take_number(&cursor);
	content.is_secret = take_number(&cursor) != 0;
	host = take_word(&cursor);
	if (cursor.is_bad)
		return -EBADMSG;
	/*
	 * Changed in the same tick of the clock in which this state was written, or later: it may
	 * have changed once more without getting another time. No inode: never current. Files
	 * that we write ourselves are dated back (stage.c), so this is about those we found.
	 */
	if (content.mtime_ns >= written_ns)
		content.inode = 0;
	r = records_add(records, cursor.at, strcmp(host, "-") != 0 ? host : NULL, &record);
	if (r < 0)
		return r;
	record->content = content;
	record->is_published = true;
	return 0;
}

/* The last line: the digest of all before it. */
static int check_end(struct line_reader *reader, struct digest expected, const char *line)
{
	struct digest digest;
	char *rest;
	size_t length;

	if (strncmp(line, END, strlen(END)) != 0 || strlen(line) != strlen(END) + DIGEST_HEX_SIZE ||
	    !digest_get_hex(line + strlen(END), digest.words) || !digest_is_equal(digest, expected))
		return -EBADMSG;
	return line_reader_next(reader, &rest, &length) == 0 ? 0 : -EBADMSG;
}

static int read_lines(struct line_reader *reader, struct records *records, struct content *manifest,
		      struct digest *ret_intent, const struct stat *status)
{
	struct digest digest;
	uint64_t n_records;
	size_t length;
	char *line;
	int r = line_reader_next(reader, &line, &length);

	if (r <= 0)
		return r < 0 ? r : -EBADMSG;
	r = read_head(line, manifest, ret_intent, &n_records);
	if (r < 0)
		return r;
	if (n_records > (uint64_t)(status->st_size / LINE_SIZE_LEAST))
		return -EBADMSG;
	records_init(records, records->arena, n_records);
	for (uint64_t i = 0; i < n_records; i++) {
		r = line_reader_next(reader, &line, &length);
		if (r <= 0)
			return -EBADMSG;
		r = read_record(line, records, content_mtime_ns(status));
		if (r < 0)
			return r;
	}
	digest = line_reader_digest(reader);
	r = line_reader_next(reader, &line, &length);
	return r > 0 ? check_end(reader, digest, line) : -EBADMSG;
}

int state_read(int root, struct records *records, struct content *manifest,
	       struct digest *ret_intent)
{
	cleanup_(line_reader_finish) struct line_reader reader = {0};
	cleanup_(file_close) int fd =
		openat(root, PUBLISH_STATE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || manifest->mtime_ns >= content_mtime_ns(&status))
		return -EBADMSG;
	line_reader_init(&reader, fd);
	return read_lines(&reader, records, manifest, ret_intent, &status);
}

static void put_hex(struct text *out, const uint64_t words[static 2])
{
	digest_put_hex(words, text_reserve(out, DIGEST_HEX_SIZE));
	out->length += DIGEST_HEX_SIZE;
	text_puts(out, " ");
}

static void put_head(struct text *out, const struct records *records,
		     const struct content *manifest, const struct digest *intent)
{
	size_t n_records = 0;

	for (size_t i = 0; i < records->list.n_items; i++)
		n_records += !records->list.items[i]->is_removed;
	text_printf(out, MAGIC "%zu %" PRIu64 " %" PRIu64 " %" PRIu64 " ", n_records,
		    manifest->size, (uint64_t)manifest->mtime_ns, manifest->inode);
	put_hex(out, manifest->digest.words);
	put_hex(out, intent->words);
	text_puts(out, "\n");
}

static void put_record(struct text *out, const struct record *record)
{
	const struct content *content = &record->content;

	put_hex(out, content->fingerprint.words);
	put_hex(out, content->digest.words);
	text_printf(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %u %d %s %s\n", content->size,
		    (uint64_t)content->mtime_ns, content->inode, content->mode, content->is_secret,
		    record->host != NULL ? record->host : "-", record->path);
}

static int put_all(struct line_writer *writer, const struct records *records,
		   const struct content *manifest, const struct digest *intent)
{
	char end[] = END "00000000000000000000000000000000\n";
	struct digest digest;
	int r = 0;

	put_head(&writer->buffer, records, manifest, intent);
	for (size_t i = 0; r == 0 && i < records->list.n_items; i++) {
		if (records->list.items[i]->is_removed)
			continue;
		put_record(&writer->buffer, records->list.items[i]);
		r = line_writer_spill(writer);
	}
	if (r == 0)
		r = line_writer_flush(writer, &digest);
	if (r < 0)
		return r;
	digest_put_hex(digest.words, end + strlen(END));
	text_puts(&writer->buffer, end);
	return line_writer_flush(writer, &digest);
}

int state_write(struct stage *stage, const struct records *records, const struct content *manifest,
		const struct digest *intent)
{
	cleanup_(line_writer_finish) struct line_writer writer = {0};
	cleanup_(file_close) int fd = stage_create(stage, STAGED_NAME);
	int r;

	if (fd < 0)
		return fd;
	if (fchmod(fd, 0600) < 0) /* whatever the umask */
		return -errno;
	line_writer_init(&writer, fd);
	r = put_all(&writer, records, manifest, intent);
	if (r < 0)
		return r;
	return renameat(stage->fd, STAGED_NAME, stage->root, PUBLISH_STATE) < 0 ? -errno : 0;
}
