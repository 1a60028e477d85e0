/* SPDX-License-Identifier: MIT */
#pragma once

/* Teller: the sentences of a story, the same ones as text and as Markdown. */

#include "compiler/diff/story.h"

struct arena;

struct teller {
	struct text *out;
	struct arena *arena; /* for what is made up on the way */
	const struct diff_story *story;
	const struct diff_roles *roles;
	bool is_markdown;
	bool is_in_table;  /* of Markdown, where a bar ends a cell */
	size_t most_items; /* of a list, the rest is counted; 0: all of them */
};

/* Words of ours. */
void tell(struct teller *teller, const char *words);
void tell_count(struct teller *teller, size_t n, const char *one, const char *many);

/* Somebody else's words: whatever is in them, they are shown and do nothing. */
void tell_code(struct teller *teller, const char *words);

/* Names, folded. */
void tell_names(struct teller *teller, const struct diff_names *names);

/*
 * The allowed IPs that a peer has more or less, by whose they are: addresses of the overlay go by
 * the names of their hosts, and a host that moves from one prefix to a wider one does not change.
 */
void teller_owners(struct teller *teller, const struct diff_names *less,
		   const struct diff_names *more, struct diff_names *ret_less,
		   struct diff_names *ret_more);
struct diff_names teller_hosts(struct teller *teller, const struct diff_group *group);

/* The change in one sentence, the worst of it first. */
void tell_headline(struct teller *teller);

/* What changes for the hosts of a group; what brings it into effect. */
void tell_change(struct teller *teller, const struct diff_group *group);
void tell_effect(struct teller *teller, const struct diff_group *group);

/*
 * The groups of hosts that are there on both sides, in the order of the diff. Those that are told
 * in the same words are one row: what tells them apart is in the details.
 */
struct teller_row {
	struct diff_names hosts;
	const char *change;
	const char *effect;
	const char *fault; /* of an old file, or NULL */
};

struct teller_rows {
	vec_of(struct teller_row *) items;
};

struct teller_rows teller_rows(struct teller *teller);

/* "relay through gw". */
void tell_path(struct teller *teller, const struct diff_path *path);
void tell_shift(struct teller *teller, const struct diff_shift *shift);

/* A line for everything that is interrupted meanwhile; how a new host reaches the others. */
void tell_cuts(struct teller *teller, const char *bullet);
void tell_reach(struct teller *teller, const char *name);
