/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Marks: from libyaml's positions, which count code points, to byte offsets, and from its loose
 * ends to tight ones.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/source.h"

/* Walks beside the parser, so that all marks of a file together cost one pass over it. */
struct marks {
	const struct source *source;
	size_t begin; /* byte at which libyaml's index 0 is */
	bool is_ascii;
	size_t index; /* the last index asked for, and its byte behind `begin` */
	size_t byte;
};

/* The byte offset of code point `index`. Marks that go forward are cheap. */
uint32_t marks_locate(struct marks *marks, size_t index);

/* `end` without the white space and line breaks before it, not below `begin`. */
uint32_t marks_trim(const struct source *source, uint32_t begin, uint32_t end);

/* Where the absent value of a key that ends at `key_end` would be: behind the colon, if any. */
uint32_t marks_after_colon(const struct source *source, uint32_t key_end);

/* Behind white space, line breaks and comments from `offset` on. */
uint32_t marks_skip_blank(const struct source *source, uint32_t offset);

/* The span of the one character at `offset`; empty at a line break and at the end. */
struct span marks_character(const struct source *source, uint32_t offset);
