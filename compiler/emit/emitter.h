/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Emitter: one output format. A format is one file that ends in one `const struct emitter`, and one
 * row of the list in emit/meson.build. It appends text and does nothing else: no sorting, no
 * address arithmetic, no decisions; those are the plan's. It never sees a key that is secret, but
 * writes a slot (slot.h) where one goes.
 */

#include <stdbool.h>
#include <stddef.h>

struct plan;
struct plan_network;
struct plan_peer;
struct secret;
struct text;

struct emitter {
	const char *name; /* as `--formats` takes it */
	const char *summary;
	const char *file; /* its name, '%' standing for the interface's; without one, a device's
			     further tunnels have theirs in front of the dot */
	unsigned int mode;

	/*
	 * The part of a host's file that stands before its peers. False: the host needs no such
	 * file. NULL: the format has one file for the whole network.
	 */
	bool (*emit_host)(const struct plan *plan, struct text *out);

	/* One peer of a host's file. Called once per peer, however many hosts have it. Or NULL. */
	void (*emit_peer)(const struct plan_peer *peer, struct text *out);

	/*
	 * The format whose finished file this one is made from, by `convert`, which appends to
	 * `out` and returns 0, or something else where the file does not fit; `emit_host` then only
	 * says whether there is such a file. Or NULL.
	 */
	const struct emitter *source;
	int (*convert)(const char *bytes, size_t size, struct secret *out);

	/* The file for the whole network. Or NULL. */
	void (*emit_network)(const struct plan_network *network, struct text *out);
};
