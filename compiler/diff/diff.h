/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Diff: what changes in a network between two sets of artifacts, in terms of tunnels and not of
 * lines. Both sides are known by their manifest's intent and by their files, which are read back:
 * what is said here is what the files say, and nothing of how they were made.
 *
 * Hosts are compared one at a time. What differs is a fact ("the peer gpu51 is new, with that
 * endpoint"), and a fact is kept once, however many hosts have it; a host has a set of them. So
 * memory grows with the network and not with the pairs, and hosts with equal sets are one group.
 */

#include "base/manifest/manifest.h"
#include "compiler/diff/fact.h"
#include "compiler/diff/host.h"

struct arena;
struct conf;
struct conf_routes;

struct diff {
	struct arena *arena;
	const struct manifest *sides[DIFF_N_SIDES]; /* either may be NULL: there is nothing */
	struct map names[DIFF_N_SIDES]; /* key -> name, and "KEY HOST" where HOST knows it so */
	struct diff_facts facts;
	vec_of(struct diff_host) hosts;   /* those whose files differ, by name */
	vec_of(struct diff_group) groups; /* the same hosts */
	vec_of(struct diff_shift) shifts; /* of how pairs reach each other, the worst first */
	size_t n_files;                   /* that differ, come or go, also of the network */
	vec_of(const char *) files;       /* those of the network: the last part of their path */
	struct diff_scratch *scratch;     /* of the host that is being compared, or NULL */
};

/* A diff of the two sides, without hosts yet, in the arena. */
struct diff *diff_create(struct arena *arena, const struct manifest *before,
			 const struct manifest *after);

/*
 * Compares a host: begin, then what there is of its files on either side, then end. What is given
 * between the two may lie in diff_scratch(), which goes with diff_end_host(). A file that is the
 * same on both sides need not be given.
 */
void diff_begin_host(struct diff *diff, const char *name);
struct arena *diff_scratch(struct diff *diff);
void diff_take_conf(struct diff *diff, enum diff_side side, const struct conf *conf);
void diff_take_routes(struct diff *diff, enum diff_side side, const struct conf_routes *routes);

/* Notes that a file of the host differs, is new or goes. */
void diff_note_file(struct diff *diff, const char *path);
void diff_end_host(struct diff *diff);

/* Once all hosts are in: groups them, and compares who reaches whom. */
void diff_finish(struct diff *diff);

/* The host of that name on a side, or NULL. */
const struct manifest_host *diff_find(const struct diff *diff, enum diff_side side,
				      const char *name);

/* Whether the host was not there before: its peers are counted, and no facts. */
bool diff_is_new(const struct diff_host *host);

/* Whether the fact stands in the set. */
bool diff_has_fact(const struct diff_ranges *ranges, size_t fact);

/* The word of a field in documents: "listen_port". */
const char *diff_field_text(enum diff_field field);
const char *diff_effect_text(enum diff_effect effect);
