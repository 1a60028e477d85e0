/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Trial: the verdict "relay" says that two hosts cannot talk. Each gets a peer entry for the other,
 * as one would write it without knowing any better, and is left to it for a while: a handshake
 * proves the verdict wrong. The entries have no allowed IPs, so that nothing else is disturbed.
 */

#include "runtime/lab/host.h"
#include "runtime/lab/report.h"

enum {
	TRIAL_MOST_PAIRS = 200,
	TRIAL_WAIT_S = 22, /* four attempts of WireGuard, which come every five seconds */
};

/*
 * Tries the relayed pairs of servers and gateways, one of each kind first, over IPv4 and then over
 * IPv6. Pairs that are relayed because their author says so are left out. 0, COMMAND_E_FAILED or a
 * negative errno, with words.
 */
int trial_run(struct arena *arena, const struct build *build, const struct lab_hosts *hosts,
	      struct report *report, struct text *fault);
