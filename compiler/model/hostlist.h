/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Host lists, as Slurm writes them: "gpu[01-03,07]" is gpu01, gpu02, gpu03 and gpu07. The zeros in
 * front are kept. Several brackets multiply, the rightmost fastest, and lists behind a comma are
 * added. What is written is parsed here; what a name has to look like is not asked.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct text;

enum {
	HOSTLIST_MAX_NAMES = 100 * 1000,
};

enum hostlist_error {
	HOSTLIST_E_UNCLOSED = 1, /* "gpu[1-2" */
	HOSTLIST_E_NESTED,       /* "gpu[1-[2]]" */
	HOSTLIST_E_STRAY,        /* "gpu1-2]" */
	HOSTLIST_E_EMPTY,    /* "gpu[]", "gpu[1,,2]", "gpu[1-2],": nothing at a comma or bracket */
	HOSTLIST_E_NUMBER,   /* "gpu[a-f]", or a number of more than 18 digits */
	HOSTLIST_E_REVERSED, /* "gpu[2-1]" */
	HOSTLIST_E_WIDTH,    /* "gpu[01-100]": padded, and not to one width */
	HOSTLIST_E_TOO_MANY, /* more than HOSTLIST_MAX_NAMES */
};

/* Bytes [begin, end) of the text. */
struct hostlist_place {
	size_t begin;
	size_t end;
};

struct hostlist;

/* Whether the text is written as one: whether it has a bracket. */
bool hostlist_is_meant(const char *text);

/*
 * Parses `text`, which has to live as long as the list. Returns 0 or an enum hostlist_error: then
 * `ret_fault` is the place of the fault, and the list is not set.
 */
int hostlist_parse(struct arena *arena, const char *text, const struct hostlist **ret_list,
		   struct hostlist_place *ret_fault);

/* At least 1, at most HOSTLIST_MAX_NAMES. */
size_t hostlist_n_names(const struct hostlist *list);

/* Appends the name at `index`, which counts from 0. */
void hostlist_write(const struct hostlist *list, size_t index, struct text *out);

/* Where the name at `index` begins to differ from the one at `other`: a number or range of it. */
struct hostlist_place hostlist_locate(const struct hostlist *list, size_t index, size_t other);
