/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Intent: what the manifest says of the network itself, for those that work on artifacts without
 * the topology: hosts, where they are, and which pairs have a tunnel. One host per line.
 */

struct arena;
struct network;
struct reach;
struct text;

/* The members of the manifest before "files", as JSON text without the outer braces. */
void intent_write(struct arena *arena, const struct network *network, const struct reach *reach,
		  unsigned int mtu, struct text *out);
