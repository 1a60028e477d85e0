/* SPDX-License-Identifier: MIT */
#pragma once

/* Words for assertions, paths and lists of names, wherever they are shown. */

#include <stdbool.h>
#include <stddef.h>

struct kinds_member;
struct loss_cut;
struct network_assertion;
struct path;
struct text;

enum {
	WORDS_MOST_NAMED = 3, /* names of a list before the others are counted */
};

/* "alice reaches gpu01 on tcp/22": the assertion as a sentence that ought to be true. */
void words_put_assertion(const struct network_assertion *assertion, struct text *out);

/* "alice/laptop -> gw -> gpu01"; " -/- " where tunnel number `cut` cannot be opened. */
void words_put_path(const struct path *path, size_t cut, struct text *out);

/* "'gpu01'", "'gpu01', 'gpu02' and 'gpu03'", "'gpu01', 'gpu02', 'gpu03' and 9 more". */
void words_put_nodes(const struct kinds_member *const *nodes, size_t n_nodes, struct text *out);

/* "'alice/laptop' loses everybody", "'gpu01' and 'gpu02' lose 12 nodes", with another verb too. */
void words_put_cut(const struct loss_cut *cut, const char *verb, struct text *out);

/* Whether those who lose are among those who are lost: all of them, then, or none. */
bool words_is_mutual(const struct loss_cut *cut);

/* "12 nodes", "1 node" */
void words_put_count(size_t n, const char *what, struct text *out);
