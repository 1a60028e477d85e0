/* SPDX-License-Identifier: MIT */
#pragma once

/* Resolve: topology and lock to network. Everything that names something else is looked up here. */

struct arena;
struct diag_bag;
struct lock;
struct network;
struct topology;

/*
 * The network of `topology` on the day `as_of`, a date that date_parse() takes; NULL: nobody has
 * expired. `lock` is extended with what had to be given out, and nodes that are
 * gone become tombstones. What is wrong is in the diagnostics; the network is then incomplete and
 * only good for finding further mistakes.
 */
struct network *resolve_topology(struct arena *arena, const struct topology *topology,
				 struct lock *lock, const char *as_of, struct diag_bag *diags);
