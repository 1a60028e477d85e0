/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Lock: the addresses and ports that were given out and the public keys that were made, kept in git
 * beside the topology. One line per node, sorted by name, so that git merges what two people added:
 *
 *     alice/laptop 10.77.0.7 fd4e:6fb7:b3af::7 KEY=
 *     alice/phone 10.77.0.8 fd4e:6fb7:b3af::8 KEY= next=KEY=
 *     gpu02 10.77.0.4 fd4e:6fb7:b3af::4 51821/udp
 *     gpu07 10.77.0.9 fd4e:6fb7:b3af::9 removed
 *
 * Nothing is ever renumbered. The line of a node that left the topology becomes a tombstone: its
 * addresses go to nobody else until somebody deletes the line. Its port is free at once: others
 * only meet it behind a NAT that the node has left. Its keys are gone: who comes back has new ones.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/net/address.h"
#include "base/net/key.h"
#include "base/source.h"
#include "base/vec.h"

struct arena;
struct diag_bag;
struct source;
struct text;

#define LOCK_NEXT "next=" /* stands before the key that is about to replace the other one */

struct lock_entry {
	const char *name;
	struct net_address addresses[NET_N_FAMILIES];
	size_t n_addresses;
	uint16_t port;             /* to listen on; 0: none was chosen, and a tombstone has none */
	struct net_key public_key; /* zero: the topology has it, or nobody made one yet */
	struct net_key next_public_key; /* that replaces it once it is everywhere; zero: none */
	bool is_removed;
	struct span span; /* its line; nowhere for an entry of this compilation */
};

struct lock {
	vec_of(struct lock_entry *) entries;
	struct map by_name;
	bool is_corrupt; /* it could not be read, and is empty */
};

/*
 * Reads a lock. What is wrong with it is a diagnostic (lock-corrupt) at the line, and the lock is
 * then empty, so that its faults are not reported a second time as missing keys.
 */
struct lock *lock_parse(struct arena *arena, const struct source *source, struct diag_bag *diags);

/* The entry of `name`, or NULL. */
struct lock_entry *lock_find(const struct lock *lock, const char *name);

/* A new entry without addresses, port and keys. `name` is not in the lock. */
struct lock_entry *lock_add(struct arena *arena, struct lock *lock, const char *name);

/*
 * Makes the key that of `name`, with none to come; an entry that is not there is added, and resolve
 * then gives it addresses. Entries may be changed by hand as well, before the lock is written.
 */
struct lock_entry *lock_set_key(struct arena *arena, struct lock *lock, const char *name,
				const struct net_key *public_key);

/* The lock as text, sorted. */
void lock_write(const struct lock *lock, struct text *out);

/* Whether two texts of a lock say the same: the comment on top may differ, not be absent. */
bool lock_is_same(const struct text *before, const struct text *after);

/*
 * What of the lock is not as it was read, in words: "'gpu03' has no address yet, and 2 more". Empty
 * where every line is.
 */
void lock_describe_changes(const struct lock *lock, struct text *out);
