/* SPDX-License-Identifier: MIT */
#pragma once

/* What the parts of a comparison share. */

#include "base/vec.h"
#include "compiler/diff/diff.h"

struct conf_peer;
struct text;

/* Somebody who can be a peer, while one host is compared. */
struct diff_node {
	const char *name;
	const struct conf_peer *peers[DIFF_N_SIDES];
};

/* The host that is being compared. */
struct diff_scratch {
	struct arena *arena;
	struct diff_host host;
	const struct conf *confs[DIFF_N_SIDES];
	const struct conf_routes *routes[DIFF_N_SIDES];
	struct map nodes; /* name -> struct diff_node */
	vec_of(struct diff_node *) order;
	vec_of(uint32_t) facts;
};

/*
 * A copy of what a file says, in printable ASCII: what we write is nothing else, and what somebody
 * else has put there is not to reach a terminal or break a document. NULL stays NULL.
 */
const char *facts_keep(struct arena *arena, const char *string);

/* The number of the fact, which is kept where it is new. */
uint32_t facts_put(struct diff *diff, const struct diff_fact *fact);

/* The numbers as a set; they are sorted, and repeats dropped. */
struct diff_ranges facts_gather(struct arena *arena, uint32_t *numbers, size_t n_numbers);

/* Notes what differs between the files of the host at hand. */
void compare_host(struct diff *diff);

/* What the host's facts ask of whoever brings them into effect. */
void effect_find(const struct diff *diff, struct diff_host *host);

/* The groups of the hosts; how pairs reach each other. */
void group_hosts(struct diff *diff);
void shift_find(struct diff *diff);
