/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Layout: the lines of a source and what stands between its nodes.
 *
 * A line ends where libyaml ends it, in the manner of YAML 1.1: at "\n", "\r\n", "\r", NEL, LS and
 * PS. Blank are spaces and tabs. Between two nodes there are blanks, line breaks, comments and
 * punctuation, which is called a gap.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct node;
struct node_entry;
struct source;

/* The size of the line break at `offset`, and of the one that ends there; 0: none. */
uint32_t layout_break_at(const struct source *source, uint32_t offset);
uint32_t layout_break_before(const struct source *source, uint32_t offset);

/* The first byte of the line, the first behind its text, and the first of the next line. */
uint32_t layout_line_begin(const struct source *source, uint32_t offset);
uint32_t layout_line_end(const struct source *source, uint32_t offset);
uint32_t layout_next_line(const struct source *source, uint32_t offset);

/* The break that new lines at `offset` get: as the line's own, or as the file's first. */
const char *layout_break(const struct source *source, uint32_t offset);

uint32_t layout_skip_blanks(const struct source *source, uint32_t offset);
bool layout_is_blank(const struct source *source, uint32_t begin, uint32_t end);

/* `end` without the blanks before it, and without the line breaks too. */
uint32_t layout_trim_blanks(const struct source *source, uint32_t begin, uint32_t end);
uint32_t layout_trim(const struct source *source, uint32_t begin, uint32_t end);

/* Whether the line that begins at `line` has nothing on it, or nothing but a comment. */
bool layout_is_blank_line(const struct source *source, uint32_t line);
bool layout_is_comment_line(const struct source *source, uint32_t line);

/* Whether nothing of the document follows from `line` on: the end, or its `...`. */
bool layout_is_end(const struct source *source, uint32_t line);

/* Whether nothing but blanks stands before `offset` on its line. */
bool layout_starts_line(const struct source *source, uint32_t offset);

/* How many columns the text of the line at `offset` is indented. A byte order mark has none. */
uint32_t layout_indentation(const struct source *source, uint32_t offset);

/* Where in a gap `wanted` is, outside of comments, or begins one ('#'); `end`: nowhere. */
uint32_t layout_find(const struct source *source, uint32_t begin, uint32_t end, char wanted);
bool layout_has_comment(const struct source *source, uint32_t begin, uint32_t end);

bool layout_is_flow(const struct node *collection);
bool layout_is_block_scalar(const struct node *node);

/* Whether it is `|+` or alike, so that the blank lines behind it are part of it. */
bool layout_keeps_breaks(const struct node *block_scalar);

/* The last scalar or flow collection in a block collection; other nodes themselves. */
const struct node *layout_last_leaf(const struct node *node);

/* Behind the last byte that the value depends on. */
uint32_t layout_end(const struct node *node);
uint32_t layout_entry_end(const struct node_entry *entry);

/* Behind the entry's colon, if it is on the key's line; 0: there is none. */
uint32_t layout_colon(const struct node_entry *entry);

/* Whether the entry is written as `? key`. */
bool layout_is_explicit(const struct node *mapping, size_t index);
