/* SPDX-License-Identifier: MIT */
#pragma once

/* Expect: what the manifest's verdicts mean for packets between two hosts. Pure. */

#include <stdbool.h>

#include "base/manifest/manifest.h"

struct text;

enum {
	EXPECT_MOST_HOPS = 6,
};

/* The hosts that a packet passes on its way, in order. */
struct expect_path {
	const struct manifest_host *hops[EXPECT_MOST_HOPS];
	size_t n_hops;
};

/* Whether the two have a tunnel of their own. */
bool expect_tunnel(const struct manifest *manifest, const struct manifest_host *from,
		   const struct manifest_host *to);

struct expect_path expect_path(const struct manifest *manifest, const struct manifest_host *from,
			       const struct manifest_host *to);

/*
 * How many boxes stand in the way of a packet that comes to the host unasked, from the site that it
 * has in common with `from`; where there are several ways, the least. Zero: it is open.
 */
unsigned int expect_obstacles(const struct manifest_host *host, const struct manifest_host *from);

/* "punch", "relay through gw", "through gw": the verdict and the path in words. */
void expect_describe(const struct manifest *manifest, const struct manifest_host *from,
		     const struct manifest_host *to, struct text *out);

/*
 * The UDP port at which one would look for the host in the site that it shares with `seen_by`: that
 * of the outermost forward on the way, else its own.
 */
uint16_t expect_port(const struct manifest_host *host, const struct manifest_host *seen_by,
		     enum net_family family);
