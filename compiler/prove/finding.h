/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Findings: what is wrong, before anybody knows at which line. A host has at most a few: what is
 * wrong for the same reason at the same place is one finding with a count.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/diag/diag.h"
#include "base/manifest/manifest.h"
#include "base/net/address.h"
#include "base/vec.h"

struct arena;

/* Where in a host's files it is. */
enum finding_part {
	PART_INTERFACE, /* the section; or the file, where there is none */
	PART_PRIVATE_KEY,
	PART_ADDRESS,
	PART_LISTEN_PORT,
	PART_MTU,
	PART_HOOKS,
	PART_FAULTS, /* wherever its reader says */
	PART_PEER,   /* from here on: of section number `place` */
	PART_PUBLIC_KEY,
	PART_PRESHARED_KEY,
	PART_ALLOWED_IPS,
	PART_ENDPOINT,
	PART_KEEPALIVE,
	PART_ROUTE, /* line `place` of the routes */
};

struct finding {
	enum diag_rule rule;
	const struct manifest_host *host;
	enum finding_part part;
	size_t place;
	size_t n_times;
	const char *message;
	const struct manifest_host *target; /* whose packets go astray; or NULL */
	struct net_address address;         /* of the target: where they go to */
};

enum {
	FINDINGS_MOST_PER_HOST = 20,
	FINDINGS_MOST = 2000,
};

struct findings {
	struct arena *arena;
	vec_of(struct finding) items;
	size_t n_before;  /* those of other hosts */
	size_t n_omitted; /* only counted */
};

/* What comes next is about another host. */
void findings_next_host(struct findings *findings);

/*
 * Notes what is wrong, `wanted` being everything but the message. NULL: it is known, or there are
 * too many; else the new one, whose message the caller sets.
 */
struct finding *findings_note(struct findings *findings, const struct finding *wanted);
