/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Outlook: what a host is to others in one site, for one family: whether they can send to it first,
 * where, and whether its own packets come from there. Worked out from the manifest's boxes alone,
 * by the rule that was measured (open, predictable, unpredictable).
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/manifest/manifest.h"
#include "base/net/endpoint.h"
#include "base/vec.h"

struct arena;

enum outlook_kind {
	OUTLOOK_BLOCKED,       /* its packets do not get there */
	OUTLOOK_UNPREDICTABLE, /* nobody knows where they come from */
	OUTLOOK_PREDICTABLE,
	OUTLOOK_OPEN, /* others can send first */
};

struct outlook {
	const struct manifest_site *site;
	enum net_family family;
	enum outlook_kind kind;
	enum manifest_filtering filtering; /* the strictest on the way */
	unsigned int timeout_s;            /* the shortest memory on the way; 0: none */
	bool is_local;                     /* it stands on the site's own LAN */
	bool sends_elsewhere;              /* open, but its own packets leave from another port */
	struct net_endpoint out;        /* where its packets come from, as far as that is known */
	vec_of(struct net_endpoint) in; /* where others can send to it first */
};

struct outlooks {
	struct outlook *items;
	size_t n_items;
	size_t capacity;
};

/* Everything that the host is to others, in the arena. */
struct outlooks outlooks_of(struct arena *arena, const struct manifest *manifest,
			    const struct manifest_host *host);
