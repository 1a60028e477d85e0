/* SPDX-License-Identifier: MIT */
#pragma once

/* Sweep: probes a set of ordered pairs all at once and holds what comes back against the verdicts.
 */

#include <stdbool.h>

#include "runtime/lab/host.h"
#include "runtime/lab/report.h"

/* Which pairs. Tunnels go first: packets for others would keep them awake. */
enum sweep_pairs {
	SWEEP_TUNNELS,  /* those with a tunnel of their own */
	SWEEP_THROUGH,  /* those through other hosts */
	SWEEP_MACHINES, /* from and to machines on networks behind hosts, both directions */
};

/*
 * Of each pair one end only sends, because a packet from the other end would hide what is missing.
 * First it is the one with more boxes in front of it, which can open the tunnel. After a silence it
 * is the other, whose packets arrive only while its peer keeps its NAT open.
 */
struct sweep {
	enum sweep_pairs pairs;
	bool is_reverse;
	const char *when; /* "at first" */
};

/* 0, COMMAND_E_FAILED or a negative errno, with words. */
int sweep_run(struct arena *arena, const struct build *build, const struct lab_hosts *hosts,
	      const struct sweep *sweep, struct report *report, struct text *fault);
