/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The schema table for its readers: editors, and people on the web and at the terminal. Each
 * function appends one whole document; docs/ holds what they print.
 */

struct text;

/* What ranges of names are, in sentences with `words in backquotes`. */
extern const char schema_ranges[];

/* JSON Schema, draft 2020-12, as yaml-language-server uses it. */
void schema_write_json(struct text *out);

/* docs/topology.md: per section a table of its keys and a short example. */
void schema_write_markdown(struct text *out);

/* docs/wgtopo-topology.5, in mdoc(7). */
void schema_write_mdoc(struct text *out);

/*
 * Prose as mdoc input: a line per sentence, special characters escaped, `words in backquotes` in
 * bold.
 */
void mdoc_write_prose(struct text *out, const char *prose);
