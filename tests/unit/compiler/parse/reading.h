/* SPDX-License-Identifier: MIT */
#pragma once

/* Reading: what the parser tests share. Parses a text and shows what came out of it as text. */

#include <stddef.h>

#include "base/diag/diag.h"
#include "base/text.h"

struct reading {
	struct arena *arena;
	const struct source *source;
	struct diag_bag diags;
	const struct node *root;
};

/* Parses the `length` bytes at `text`. The caller ends it with reading_finish(). */
struct reading reading_create(const char *text, size_t length);
void reading_finish(struct reading *reading);

/*
 * The tree in flow style: plain scalars as their text, others in double quotes. No tree is `none`.
 */
void reading_show_tree(const struct reading *reading, struct text *out);

/* The source text of every node's span in angle brackets, parents first, keys before values. */
void reading_show_spans(const struct reading *reading, struct text *out);

/* A line `rule line:column 'text of the span'` for every finding, in order of position. */
void reading_show_findings(struct reading *reading, struct text *out);
