/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Fmt: the canonical layout of a topology's text, described in docs/fmt.md.
 *
 * Only white space, line breaks and commas are decided here, and whether a mapping on a line that
 * is too wide goes on in block style. Entries and comments keep their order, scalars their quotes.
 * What was made is read again and compared with what it was made of, so that a mistake in here is
 * found before anything is written.
 */

struct arena;
struct diag_bag;
struct source;
struct text;

enum {
	FMT_E_REFUSED = 1, /* it cannot be read, or is no topology: the diagnostics say why */
	FMT_E_UNFAITHFUL,  /* the result does not say the same: a bug of ours */
};

/*
 * Appends the canonical form of `source` to `ret_text`, where it can be read as YAML; what its keys
 * mean does not matter. 0, or one of the above, and nothing is appended.
 */
int fmt_layout(struct arena *arena, const struct source *source, struct diag_bag *diags,
	       struct text *ret_text);
