/* SPDX-License-Identifier: MIT */

/* Lines: buffered reading and writing, hashed on the way. */

#include "compiler/publish/lines.h"

#include <errno.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/memory.h"

#define CHUNK_SIZE ((size_t)64 << 10)

static struct XXH3_state_s *hash_create(void)
{
	struct XXH3_state_s *hash = XXH3_createState();

	if (hash == NULL)
		memory_exhausted();
	(void)XXH3_128bits_reset(hash); /* fails for NULL only */
	return hash;
}

static struct digest hash_digest(const struct XXH3_state_s *hash)
{
	XXH128_hash_t value = XXH3_128bits_digest(hash);

	return (struct digest){{value.high64, value.low64}};
}

void line_reader_init(struct line_reader *reader, int fd)
{
	*reader = (struct line_reader){.fd = fd, .hash = hash_create()};
	(void)text_reserve(&reader->buffer, CHUNK_SIZE); /* so that there is a place to look at */
}

void line_reader_finish(struct line_reader *reader)
{
	text_finish(&reader->buffer);
	(void)XXH3_freeState(reader->hash); /* always XXH_OK */
	reader->hash = NULL;
}

/* Moves what is left to the front and reads more. Returns the number of bytes or negative errno. */
static ssize_t fill(struct line_reader *reader)
{
	struct text *buffer = &reader->buffer;
	ssize_t n;

	if (reader->begin > 0) {
		buffer->length -= reader->begin;
		memmove(buffer->data, buffer->data + reader->begin, buffer->length);
		reader->begin = 0;
	}
	do {
		n = read(reader->fd, text_reserve(buffer, CHUNK_SIZE), CHUNK_SIZE);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	buffer->length += (size_t)n;
	return n;
}

int line_reader_next(struct line_reader *reader, char **ret_line, size_t *ret_length)
{
	size_t scanned = 0;
	char *line;
	char *end;

	for (;;) {
		size_t left = reader->buffer.length - reader->begin;
		ssize_t n;

		line = reader->buffer.data + reader->begin;
		end = left > scanned ? memchr(line + scanned, '\n', left - scanned) : NULL;
		if (end != NULL)
			break;
		scanned = left;
		n = fill(reader);
		if (n < 0)
			return (int)n;
		if (n == 0)
			return left > 0 ? -EBADMSG : 0;
	}

	size_t length = (size_t)(end - line);

	(void)XXH3_128bits_update(reader->hash, line, length + 1); /* fails for NULL only */
	reader->begin += length + 1;
	reader->size += length + 1;
	*end = '\0';
	*ret_line = line;
	*ret_length = length;
	return 1;
}

struct digest line_reader_digest(const struct line_reader *reader)
{
	return hash_digest(reader->hash);
}

void line_writer_init(struct line_writer *writer, int fd)
{
	*writer = (struct line_writer){.fd = fd, .hash = hash_create()};
}

void line_writer_finish(struct line_writer *writer)
{
	text_finish(&writer->buffer);
	(void)XXH3_freeState(writer->hash); /* always XXH_OK */
	writer->hash = NULL;
}

static int write_out(struct line_writer *writer)
{
	struct text *buffer = &writer->buffer;
	int r = 0;

	if (buffer->length == 0)
		return 0;
	(void)XXH3_128bits_update(writer->hash, buffer->data, buffer->length);
	writer->size += buffer->length;
	if (writer->fd >= 0)
		r = file_write_all(writer->fd, buffer->data, buffer->length);
	text_clear(buffer);
	return r;
}

int line_writer_spill(struct line_writer *writer)
{
	return writer->buffer.length >= CHUNK_SIZE ? write_out(writer) : 0;
}

int line_writer_flush(struct line_writer *writer, struct digest *ret_digest)
{
	int r = write_out(writer);

	if (r == 0)
		*ret_digest = hash_digest(writer->hash);
	return r;
}
