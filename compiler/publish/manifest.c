/* SPDX-License-Identifier: MIT */

/*
 * The manifest, line by line:
 *
 *	{
 *	<intent>,
 *	"files": [
 *	{"path":"hosts/gpu01/...","host":"gpu01","mode":"0600","size":123,"digest":"xxh3-128:..."},
 *	...
 *	]
 *	}
 *
 * A file with keys in it has `,"secret":true` at the end, and another kind of digest.
 *
 * The last two lines are also how a complete one is told from one whose writer was killed.
 */

#include "compiler/publish/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "compiler/publish/lines.h"
#include "compiler/publish/record.h"

#define FILES_LINE "\"files\": ["

/* What stands before a digest: the prefix of an ordinary file, of a secret one. */
static const char *const digest_prefixes[] = {"xxh3-128:", "blake2b-128:"};

/* Four octal digits, as manifest_file_write() writes them. */
static bool parse_mode(const char *text, unsigned int *ret_mode)
{
	unsigned int mode = 0;

	if (strlen(text) != 4)
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		if (*c < '0' || *c > '7')
			return false;
		mode = mode * 8 + (unsigned int)(*c - '0');
	}
	*ret_mode = mode;
	return true;
}

static bool parse_digest(const char *text, bool is_secret, struct digest *ret_digest)
{
	const char *prefix = digest_prefixes[is_secret];
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) == 0 && strlen(text) == length + DIGEST_HEX_SIZE &&
	       digest_get_hex(text + length, ret_digest->words);
}

static int read_file_line(struct records *records, const char *line, size_t length)
{
	cleanup_(json_decref) json_t *object =
		json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	const char *path;
	const char *mode;
	const char *digest;
	json_t *host;
	json_int_t size;
	int is_secret = 0;
	struct content content = {0};
	struct record *record;

	if (object == NULL ||
	    json_unpack(object, "{s:s, s:o, s:s, s:I, s:s, s?b}", "path", &path, "host", &host,
			"mode", &mode, "size", &size, "digest", &digest, "secret", &is_secret) < 0)
		return -EBADMSG;
	content.is_secret = is_secret != 0;
	if (size < 0 || !parse_mode(mode, &content.mode) ||
	    !parse_digest(digest, content.is_secret, &content.digest) ||
	    !(json_is_string(host) || json_is_null(host)))
		return -EBADMSG;
	/* The paths decide what is removed later, so this is where a bad one must not come in. */
	if (records_find(records, path) != NULL ||
	    records_add(records, path, json_string_value(host), &record) < 0)
		return -EBADMSG;
	content.size = (uint64_t)size;
	record->content = content;
	record->is_published = true;
	return 0;
}

/* Reads up to the line that opens the list of files. */
static int read_intent(struct line_reader *reader, struct text *ret_intent)
{
	char *line;
	size_t length;
	int r = line_reader_next(reader, &line, &length);

	if (r > 0 && strcmp(line, "{") != 0)
		return -EBADMSG;
	while (r > 0) {
		r = line_reader_next(reader, &line, &length);
		if (r <= 0)
			break;
		if (strcmp(line, FILES_LINE) == 0)
			return 0;
		if (ret_intent != NULL) {
			text_append(ret_intent, line, length);
			text_puts(ret_intent, "\n");
		}
	}
	return r < 0 ? r : -EBADMSG;
}

static int read_files(struct line_reader *reader, struct records *records)
{
	char *line;
	size_t length;
	int r;

	while ((r = line_reader_next(reader, &line, &length)) > 0) {
		if (strcmp(line, "]") == 0)
			break;
		if (length > 0 && line[length - 1] == ',')
			length--;
		r = read_file_line(records, line, length);
		if (r < 0)
			return r;
	}
	if (r > 0)
		r = line_reader_next(reader, &line, &length);
	if (r > 0 && strcmp(line, "}") == 0)
		return line_reader_next(reader, &line, &length) == 0 ? 0 : -EBADMSG;
	return r < 0 ? r : -EBADMSG;
}

int manifest_file_read(int fd, struct records *records, struct text *ret_intent,
		       struct content *ret_content)
{
	cleanup_(line_reader_finish) struct line_reader reader;
	int r;

	line_reader_init(&reader, fd);
	r = read_intent(&reader, ret_intent);
	if (r == 0)
		r = read_files(&reader, records);
	if (r < 0)
		return r;
	if (ret_intent != NULL && ret_intent->length > 0)
		ret_intent->length -= strlen(",\n");
	ret_content->digest = line_reader_digest(&reader);
	ret_content->size = reader.size;
	return 0;
}

int manifest_check_intent(const struct text *intent)
{
	static const char needle[] = "\n" FILES_LINE "\n";
	size_t head = strlen(needle) - 1;

	if (intent->length == 0)
		return 0;
	if (intent->length >= head && memcmp(intent->data, needle + 1, head) == 0)
		return -EINVAL;
	return memmem(intent->data, intent->length, needle, strlen(needle)) != NULL ? -EINVAL : 0;
}

/* One file. Written as text, because there are as many as the network has hosts, and more. */
static void write_file_line(struct text *out, const struct record *record)
{
	const struct content *content = record->staged != NULL ? record->staged : &record->content;
	char digest[DIGEST_HEX_SIZE];

	digest_put_hex(content->digest.words, digest);
	text_puts(out, "{\"path\":");
	json_append_string(out, record->path);
	text_puts(out, ",\"host\":");
	if (record->host == NULL) {
		text_puts(out, "null");
	} else {
		json_append_string(out, record->host);
	}
	text_printf(out, ",\"mode\":\"%04o\",\"size\":%" PRIu64 ",\"digest\":\"%s%.*s\"%s}",
		    content->mode & 07777, content->size, digest_prefixes[content->is_secret],
		    (int)sizeof(digest), digest, content->is_secret ? ",\"secret\":true" : "");
}

int manifest_file_write(struct line_writer *writer, const struct text *intent,
			const struct records *records)
{
	struct text *out = &writer->buffer;
	const char *separator = "";
	int r = 0;

	text_puts(out, "{\n");
	if (intent->length > 0) {
		text_append(out, intent->data, intent->length);
		text_puts(out, ",\n");
	}
	text_puts(out, FILES_LINE "\n");
	for (size_t i = 0; i < records->list.n_items; i++) {
		if (records->list.items[i]->is_removed)
			continue;
		text_puts(out, separator);
		write_file_line(out, records->list.items[i]);
		r = line_writer_spill(writer);
		if (r < 0)
			return r;
		separator = ",\n";
	}
	text_puts(out, *separator != '\0' ? "\n]\n}\n" : "]\n}\n");
	return 0;
}
