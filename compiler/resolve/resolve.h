/* SPDX-License-Identifier: MIT */
#pragma once

/* Resolve: topology and lock to network. Everything that names something else is looked up here. */

#include <stdbool.h>

struct arena;
struct diag_bag;
struct lock;
struct lock_entry;
struct network;
struct network_host;
struct topology;

/*
 * Gives hosts their keys: called for every host whose key is not in the topology, it may set the
 * public keys of its line in the lock, which are as the lock has them.
 */
struct resolve_rekey {
	void (*assign)(void *context, const struct network_host *host, struct lock_entry *entry);
	void *context;
	bool is_partial; /* others get theirs later: a host without a key is no error */
};

struct resolve_options {
	const char *as_of; /* a date that date_parse() takes; NULL: nobody has expired */
	const struct resolve_rekey *rekey; /* NULL: the lock's keys stay as they are */
};

/*
 * The network of `topology`. `lock` is extended with what had to be given out, and nodes that are
 * gone become tombstones. What is wrong is in the diagnostics; the network is then incomplete and
 * only good for finding further mistakes.
 */
struct network *resolve_topology(struct arena *arena, const struct topology *topology,
				 struct lock *lock, const struct resolve_options *options,
				 struct diag_bag *diags);
