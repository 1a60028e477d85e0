/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Peers: what `wg show` must say once all have talked. Each tunnel that a verdict promises is
 * there and has had a handshake; there is no peer entry for a pair without one; and what is called
 * a LAN tunnel ends at an address of the LAN.
 */

#include "runtime/lab/host.h"
#include "runtime/lab/report.h"

/* 0, COMMAND_E_FAILED or a negative errno, with words. */
int peers_check(struct arena *arena, const struct build *build, const struct lab_hosts *hosts,
		struct report *report, struct text *fault);
