/* SPDX-License-Identifier: MIT */
#pragma once

/* Snippet: one source line, or the part of it that matters, with marks beneath. */

#include <stdbool.h>
#include <stdint.h>

#include "base/source.h"

struct text;

enum {
	SNIPPET_MARKS = 8,
	SNIPPET_WIDTH = 120, /* columns of source text at most */
};

/* What switches colours on and off; empty strings where there are none. */
struct paint {
	const char *bold;
	const char *error;
	const char *warning;
	const char *note;
	const char *help;
	const char *reset;
};

struct snippet_mark {
	uint32_t begin; /* bytes of the source, within one line */
	uint32_t end;
	char sign;
	const char *label; /* shown beneath the sign, or NULL */
};

struct snippet {
	const struct source *source;
	uint32_t line;
	uint32_t begin; /* the bytes of the line that are shown */
	uint32_t end;
	struct span secrets[SNIPPET_MARKS]; /* shown as '*', as is all that looks like a key */
	unsigned int n_secrets;
	bool is_cut_left;
	bool is_cut_right;
	struct snippet_mark marks[SNIPPET_MARKS];
	unsigned int n_marks;
};

/* The line in which `span` begins, with the span marked by `sign`. */
struct snippet snippet_at(struct span span, char sign);

/* Marks one more span with `~` and a label. False where it does not fit: then nothing changes. */
bool snippet_add(struct snippet *snippet, struct span span, const char *label);

/* Hides the secrets that lie in the snippet's line. */
void snippet_hide(struct snippet *snippet, const struct span *secrets, size_t n_secrets);

/* Appends the source line, its markers in the colours `cause` (^) and `paint->note` (~), labels. */
void snippet_render(const struct snippet *snippet, const char *cause, const struct paint *paint,
		    struct text *out);
