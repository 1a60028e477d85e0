/* SPDX-License-Identifier: MIT */

/*
 * Lines end at a line feed, as editors count them; a carriage return before it belongs to the line
 * break. The last line has no end, so every source has at least one line.
 */

#include "base/source.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"

static size_t count_lines(const char *text, size_t length)
{
	const char *end = text + length;
	size_t n_lines = 1;

	for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
		n_lines++;
	return n_lines;
}

const struct source *source_create(struct arena *arena, const char *path, const char *text,
				   size_t length)
{
	struct source *source = ARENA_NEW(arena, struct source);
	const char *end;
	uint32_t *lines;
	size_t n_lines = 0;

	assert(length < UINT32_MAX);
	source->path = path;
	source->text = arena_copy(arena, text, length);
	source->length = length;
	source->n_lines = count_lines(source->text, length);
	lines = ARENA_ARRAY(arena, uint32_t, source->n_lines);
	lines[n_lines++] = 0;
	end = source->text + length;
	for (const char *at = source->text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL;)
		lines[n_lines++] = (uint32_t)(++at - source->text);
	source->lines = lines;
	return source;
}

/* Whether the byte is not the first of its UTF-8 sequence. */
static int is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The index of the line that holds the byte: the last one that starts at or before it. */
static size_t find_line(const struct source *source, uint32_t offset)
{
	size_t low = 0;
	size_t high = source->n_lines;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (source->lines[middle] <= offset) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return low;
}

struct position source_position(const struct source *source, uint32_t offset)
{
	struct position position = {.column = 1};
	size_t line;

	if (offset > source->length)
		offset = (uint32_t)source->length;
	line = find_line(source, offset);
	position.line = (uint32_t)line + 1;
	/* Inside a code point its own column counts, not the next one's. */
	while (offset > source->lines[line] && is_continuation(source->text[offset]))
		offset--;
	for (uint32_t i = source->lines[line]; i < offset; i++)
		position.column += !is_continuation(source->text[i]);
	return position;
}

struct span source_line(const struct source *source, uint32_t line)
{
	struct span span = {.source = source, .end = (uint32_t)source->length};

	assert(line >= 1 && line <= source->n_lines);
	span.begin = source->lines[line - 1];
	if (line < source->n_lines)
		span.end = source->lines[line] - 1;
	if (span.end > span.begin && source->text[span.end - 1] == '\r')
		span.end--;
	return span;
}
