/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Source: one input file in memory, and spans of bytes in it. Every value that comes out of a
 * source keeps its span, so that any later pass can point at the line that caused a fault.
 */

#include <stddef.h>
#include <stdint.h>

struct arena;

struct source {
	const char
		*path; /* as the user wrote it; for an included file, relative to the same folder */
	const char *text; /* NUL-terminated, but may contain anything */
	size_t length;
	const uint32_t *lines; /* byte offset at which each line starts */
	size_t n_lines;
};

/* Bytes [begin, end) of a source. A span without a source is "nowhere": not given, a default. */
struct span {
	const struct source *source;
	uint32_t begin;
	uint32_t end;
};

/* Both count from 1; `column` counts code points, as editors do. */
struct position {
	uint32_t line;
	uint32_t column;
};

/* A source over `text`, which is copied into the arena. `length` is below 2^32. */
const struct source *source_create(struct arena *arena, const char *path, const char *text,
				   size_t length);

/* The position of byte `offset`; an offset behind the end gives the end. */
struct position source_position(const struct source *source, uint32_t offset);

/* The span of line `line` (from 1) without its line break. */
struct span source_line(const struct source *source, uint32_t line);

static inline int span_is_given(struct span span)
{
	return span.source != NULL;
}
