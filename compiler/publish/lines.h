/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Lines: reading a file line by line and writing one piece by piece, each with the digest of what
 * went through, so that neither the manifest nor the state ever lies in memory as a whole.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "compiler/publish/digest.h"

struct XXH3_state_s;

struct line_reader {
	int fd;
	struct text buffer;
	size_t begin; /* of what was not handed out yet */
	uint64_t size;
	struct XXH3_state_s *hash;
};

void line_reader_init(struct line_reader *reader, int fd);
void line_reader_finish(struct line_reader *reader);

/*
 * The next line, its line break replaced by a NUL byte, valid until the next call. Returns 1, 0 at
 * the end of the file, -EBADMSG where the last line is not terminated, or negative errno.
 */
int line_reader_next(struct line_reader *reader, char **ret_line, size_t *ret_length);

/* The digest of all lines handed out so far, with their line breaks. */
struct digest line_reader_digest(const struct line_reader *reader);

static inline void line_reader_finishp(struct line_reader *reader)
{
	line_reader_finish(reader);
}

struct line_writer {
	int fd; /* -1: nothing is written, only the digest is wanted */
	struct text buffer;
	uint64_t size;
	struct XXH3_state_s *hash;
};

void line_writer_init(struct line_writer *writer, int fd);
void line_writer_finish(struct line_writer *writer);

/* Writes the buffer out where it has grown large. Call now and then. 0 or negative errno. */
int line_writer_spill(struct line_writer *writer);

/* Writes all of the buffer out, and gives the digest of all that was written. */
int line_writer_flush(struct line_writer *writer, struct digest *ret_digest);

static inline void line_writer_finishp(struct line_writer *writer)
{
	line_writer_finish(writer);
}
