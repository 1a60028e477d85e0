/* SPDX-License-Identifier: MIT */
#pragma once

/* Hosts that change, alone and in groups; and pairs of them. */

#include <stddef.h>

#include "base/manifest/manifest.h"
#include "base/vec.h"
#include "compiler/diff/fact.h"

/* What brings the new files of a host into effect. */
enum diff_effect {
	DIFF_NOTHING, /* nothing: what runs is as the files say */
	DIFF_RELOAD,  /* its reload script, which leaves all else alone */
	DIFF_RESTART, /* wg-quick down and up */
	DIFF_IMPORT,  /* a device imports its file anew */
	DIFF_START,   /* wg-quick up: it is new */
	DIFF_STOP,    /* it is gone: wg-quick down, if it still runs */
};

/* What a reload leaves behind until the interface is restarted. */
enum {
	DIFF_OLD_ROUTE = 1,    /* a route that is no more */
	DIFF_OLD_ENDPOINT = 2, /* the endpoint of a peer that has none any more */
	DIFF_OLD_SETTING = 4,  /* a switch of the kernel that a hook no longer sets */
};

struct diff_host {
	const char *name;
	const struct manifest_host *sides[DIFF_N_SIDES];
	enum diff_effect effect;
	unsigned int left_behind;
	struct diff_ranges facts;
	size_t n_peers;             /* of its new file, where that was read */
	vec_of(const char *) files; /* that differ: the last part of their path */
	const char *fault;          /* what of its old file cannot be read, or NULL */
};

/*
 * Hosts that change alike. Each has all of the facts but those about itself: in a mesh where every
 * peer changes, all hosts are one group.
 */
struct diff_group {
	vec_of(const struct diff_host *) hosts;
	struct diff_ranges facts;
	enum diff_effect effect;
	unsigned int left_behind;
};

/* How a pair reaches each other. */
struct diff_path {
	enum manifest_verdict verdict;
	const char *via; /* MANIFEST_RELAY: the gateway */
};

struct diff_names {
	vec_of(const char *) items;
};

/* Servers and gateways on both sides between which it changes: every one of `a` with every one of
 * `b`, or, where `b` is empty, those of `a` with each other. */
struct diff_shift {
	struct diff_path from;
	struct diff_path to;
	struct diff_names a;
	struct diff_names b;
	size_t n_pairs;
};
