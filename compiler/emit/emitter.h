/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Emitter: one output format. A format is one file that ends in one `const struct emitter`, and one
 * row of the list in emit/meson.build. It appends text and does nothing else: no sorting, no
 * address arithmetic, no decisions; those are the plan's. It never sees a key that is secret, but
 * writes a slot (slot.h) where one goes.
 */

#include <stdbool.h>

struct plan;
struct plan_network;
struct plan_peer;
struct text;

struct emitter {
	const char *name; /* as `--formats` takes it */
	const char *summary;
	const char *file; /* name of the file, '%' standing for the interface's */
	unsigned int mode;

	/*
	 * The part of a host's file that stands before its peers. False: the host needs no such
	 * file. NULL: the format has one file for the whole network.
	 */
	bool (*emit_host)(const struct plan *plan, struct text *out);

	/* One peer of a host's file. Called once per peer, however many hosts have it. Or NULL. */
	void (*emit_peer)(const struct plan_peer *peer, struct text *out);

	/* The file for the whole network. Or NULL. */
	void (*emit_network)(const struct plan_network *network, struct text *out);
};
