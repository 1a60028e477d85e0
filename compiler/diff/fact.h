/* SPDX-License-Identifier: MIT */
#pragma once

/* Facts: what a difference is made of. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/vec.h"

enum diff_side {
	DIFF_BEFORE,
	DIFF_AFTER,
	DIFF_N_SIDES,
};

enum diff_field {
	DIFF_INTERFACE,   /* its name */
	DIFF_OWN_KEY,     /* the public half of the host's key */
	DIFF_PRIVATE_KEY, /* where the other half comes from */
	DIFF_ADDRESS,
	DIFF_LISTEN_PORT,
	DIFF_MTU,
	DIFF_TABLE,
	DIFF_SETTING, /* a hook, or another line of [Interface] */
	DIFF_ROUTE,
	DIFF_PEER, /* by its key: what follows is of peers */
	DIFF_ENDPOINT,
	DIFF_ALLOWED_IPS,
	DIFF_KEEPALIVE,
	DIFF_PRESHARED_KEY,
	DIFF_N_FIELDS,
};

/*
 * One thing that differs. Without `from` it is new, without `to` it goes. A peer that goes takes
 * what is said of it along: that is no fact of its own.
 */
struct diff_fact {
	enum diff_field field;
	const char *peer; /* its name, or its key where nobody knows one; NULL: the interface */
	const char *from;
	const char *to;
};

struct diff_facts {
	vec_of(struct diff_fact) items;
	struct map known;
};

/* A set of facts by their numbers: ascending, apart from each other. */
struct diff_range {
	uint32_t first;
	uint32_t last;
};

struct diff_ranges {
	vec_of(struct diff_range) items;
};
