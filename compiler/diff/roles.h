/* SPDX-License-Identifier: MIT */
#pragma once

/* Roles: who is concerned by a difference, and how; and what that comes to. */

#include <stdbool.h>
#include <stddef.h>

#include "compiler/diff/diff.h"

/* Devices that stay, and go through another gateway. */
struct diff_rehomed {
	const char *from;
	const char *to;
	struct diff_names devices;
};

/* An overlay address that is another host's from now on. */
struct diff_passing {
	const char *address;
	const char *from;
	const char *to;
};

/* Who is concerned by what, in the order in which files are copied. */
struct diff_roles {
	struct diff_names leaving;  /* devices whose present key gets nobody in any more */
	struct diff_names renewed;  /* servers and gateways with another key */
	struct diff_names first;    /* gateways of those who leave */
	struct diff_names gateways; /* the other gateways with something to bring into effect */
	struct diff_names servers;  /* and servers: they come last */
	struct diff_names devices;  /* with new files */
	struct diff_names removed;  /* nodes whose files go */
	struct diff_names come;     /* new servers and gateways */
	struct diff_names go;       /* those that are no more */
	struct diff_names users;    /* new devices */
	struct diff_names moved;    /* with another overlay address */
	struct diff_names uprooted; /* those of them that are servers and gateways */
	struct diff_names restarted;
	struct diff_names rebound; /* that listen on another port */
	struct diff_names sent; /* that others send to at another endpoint, not because of that */
	struct diff_names carried; /* peers that stay, and carry others than before */
	struct diff_names waiting; /* devices that get in with their new file only */
	struct diff_names strayed; /* those of them that miss a new endpoint only */
	struct diff_names at_rest; /* with new files that change nothing that runs */
	size_t n_paired;           /* pairs whose preshared key changes */
	size_t n_refreshed;        /* devices whose old file goes on working */
	vec_of(struct diff_rehomed) rehomed;
	vec_of(struct diff_passing) passing;
};

/* Who is interrupted: the first that fits. docs/plan.md says what each of them means. */
enum diff_outcome {
	DIFF_SOME_TUNNELS,
	DIFF_IF_DONE_OTHERWISE,
	DIFF_DEVICES,
	DIFF_UNTOUCHED,
	DIFF_NOBODY,
};

struct diff_roles diff_roles(const struct diff *diff);

enum diff_outcome diff_outcome(const struct diff *diff, const struct diff_roles *roles);
const char *diff_outcome_text(enum diff_outcome outcome);

/* Servers and gateways that are there and have something to bring into effect. */
size_t diff_count_changed(const struct diff_roles *roles);

/* Pairs that are cut between their two reloads. */
size_t diff_count_cuts(const struct diff *diff);

/* Whether the pair's packets take another way: through a gateway, or no longer so. */
bool diff_shift_cuts(const struct diff_shift *shift);
