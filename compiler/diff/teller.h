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

/* Two lists of prefixes as sets of addresses: what only the one or only the other has. */
void teller_cancel(struct teller *teller, const struct diff_names *less,
		   const struct diff_names *more, struct diff_names *ret_less,
		   struct diff_names *ret_more);

/*
 * The addresses that a peer has more or less, by whose they are: those of the overlay go by the
 * names of their hosts.
 */
struct teller_carried {
	struct diff_names less;
	struct diff_names more;
	struct diff_names moved; /* hosts with another address before than after */
};

struct teller_carried teller_carried(struct teller *teller, const struct diff_names *less,
				     const struct diff_names *more);
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

/* Who is interrupted, in one clause; a line for everything that is. */
void tell_outcome(struct teller *teller);
void tell_cuts(struct teller *teller, const char *bullet);

/*
 * Who reaches whom in another way, a line each, of the pairs the first `most_shifts` (0: all of
 * them); whether there is anything of it; how a new host reaches the others.
 */
void tell_reached(struct teller *teller, const char *bullet, size_t most_shifts);
bool teller_has_reached(const struct teller *teller);
void tell_reach(struct teller *teller, const char *name);

/* How many files differ, and of whom. */
void tell_files(struct teller *teller);

/* Who is shut out, and until when they get in; addresses that pass from one host to another. */
void tell_shut_out(struct teller *teller, const char *bullet);
void tell_passing(struct teller *teller);

/* The steps in which the change is brought in, where there are several hosts. */
void tell_order(struct teller *teller, const char *title, bool is_numbered);

/* The details of each group in Markdown, as far as there is room: what does not fit is counted. */
void tell_details(struct teller *teller);
