/* SPDX-License-Identifier: MIT */
#pragma once

/* Gap: what stands between two nodes, as far as a layout keeps it: comments, and where lines end.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

struct arena;
struct node;
struct source;

struct fmt_comment {
	uint32_t begin; /* at the '#' */
	uint32_t end;
	uint32_t column;       /* on the screen, from 0 */
	bool is_trailing;      /* something else stands on its line */
	bool is_continued;     /* right below a trailing one, in its column */
	bool has_blank_before; /* a blank line */
};

struct fmt_gap {
	vec_of(struct fmt_comment) comments;
	bool has_break; /* a line ends in it */
	bool has_blank; /* a blank line stands before what follows it */
};

/* What stands in [begin, end) of the source, in which no scalar has a byte. */
struct fmt_gap fmt_gap_read(struct arena *arena, const struct source *source, uint32_t begin,
			    uint32_t end);

/* Where the first line ends that does so in [begin, end); `end`: none does. */
uint32_t fmt_find_break(const struct source *source, uint32_t begin, uint32_t end);

/* Behind the last byte that the value of a block scalar depends on. */
uint32_t fmt_block_scalar_end(const struct node *node);

/* How many spaces its lines are indented; UINT32_MAX where it has blank lines only. */
uint32_t fmt_block_scalar_column(const struct node *node);

/* How many columns the bytes take on a screen. */
size_t fmt_width(const char *bytes, size_t length);
