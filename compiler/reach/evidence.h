/* SPDX-License-Identifier: MIT */
#pragma once

/* Evidence: the lines of the topology that a host's verdicts rest on. */

#include "base/source.h"
#include "base/vec.h"

struct arena;
struct network_host;
struct network_link;

struct evidence_line {
	struct span span;
	const char *text; /* "server 'gpu01' is at campus, 10.1.2.11" */
};

struct evidence {
	vec_of(struct evidence_line) lines;
};

/*
 * Appends the lines of the host: every place of it, and every box around it. What stands at the
 * place of a line that is there already is left out.
 */
void evidence_collect(struct arena *arena, const struct network_host *host,
		      struct evidence *evidence);

/* Appends the line because of which the two are relayed: `via` is set. */
void evidence_collect_via(struct arena *arena, const struct network_link *link,
			  struct evidence *evidence);
