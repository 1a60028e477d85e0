/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Lock: the addresses and ports that were given out, kept in git beside the topology. One line per
 * node, sorted by name, so that git merges what two people added:
 *
 *     gpu01 10.77.0.3 fd4e:6fb7:b3af::3
 *     gpu02 10.77.0.4 fd4e:6fb7:b3af::4 51821/udp
 *     gpu07 10.77.0.9 fd4e:6fb7:b3af::9 removed
 *
 * Nothing is ever renumbered. The line of a node that left the topology becomes a tombstone: its
 * addresses go to nobody else until somebody deletes the line. Its port is free at once: others
 * only meet it behind a NAT that the node has left.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/net/address.h"
#include "base/source.h"
#include "base/vec.h"

struct arena;
struct diag_bag;
struct source;
struct text;

struct lock_entry {
	const char *name;
	struct net_address addresses[NET_N_FAMILIES];
	size_t n_addresses;
	uint16_t port; /* to listen on; 0: none was chosen, and a tombstone has none */
	bool is_removed;
	struct span span; /* its line; nowhere for an entry of this compilation */
};

struct lock {
	vec_of(struct lock_entry *) entries;
	struct map by_name;
};

/*
 * Reads a lock. What is wrong with it is a diagnostic (lock-corrupt) at the line, and the lock is
 * then empty, so that its faults are not reported a second time as conflicts between addresses.
 */
struct lock *lock_parse(struct arena *arena, const struct source *source, struct diag_bag *diags);

/* The entry of `name`, or NULL. */
struct lock_entry *lock_find(const struct lock *lock, const char *name);

/* A new entry without addresses and port. `name` is not in the lock. */
struct lock_entry *lock_add(struct arena *arena, struct lock *lock, const char *name);

/* The lock as text, sorted. */
void lock_write(const struct lock *lock, struct text *out);

/*
 * What of the lock is not as it was read, in words: "'gpu03' has no address yet, and 2 more". Empty
 * where every line is.
 */
void lock_describe_changes(const struct lock *lock, struct text *out);
