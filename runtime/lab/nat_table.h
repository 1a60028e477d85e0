/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What a NAT remembers. Every entry belongs to an inner endpoint and to the remote one (or to all
 * that the NAT takes for the same), and is forgotten a timeout after it was last refreshed.
 */

#include <stdint.h>

#include "runtime/lab/nat_packet.h"

struct arena;
struct nat_rule;
struct nat_table;

enum nat_kind {
	NAT_MAPPING,    /* the inner endpoint is seen at `port` by the remote one */
	NAT_PERMISSION, /* the remote endpoint may send to the inner one */
	NAT_REPLY,      /* the remote endpoint came in through a forward: replies leave by it */
};

struct nat_key {
	enum nat_kind kind;
	struct nat_endpoint inner;
	struct nat_endpoint remote; /* parts that do not matter are zero */
};

struct nat_entry {
	struct nat_key key;
	uint16_t port;                  /* of a mapping: the outer one, which is its alone */
	const struct nat_rule *forward; /* of a reply */
	uint64_t expires_ms;
	struct nat_entry *next_in_bucket;
	struct nat_entry *older; /* by last refresh */
	struct nat_entry *newer;
};

/* In the arena. */
struct nat_table *nat_table_create(struct arena *arena, uint64_t timeout_ms);

/* Forgets what is due. The functions below do not look at the time. */
void nat_table_expire(struct nat_table *table, uint64_t now_ms);

/* The entry, or NULL. Finding does not refresh. */
struct nat_entry *nat_table_find(const struct nat_table *table, const struct nat_key *key);

/* The mapping that has the outer port, or NULL. */
struct nat_entry *nat_table_at_port(const struct nat_table *table, uint16_t port);

/*
 * A new entry for a key that has none yet; a mapping takes the outer port, which is free. NULL
 * where the table is full.
 */
struct nat_entry *nat_table_add(struct nat_table *table, const struct nat_key *key, uint16_t port,
				uint64_t now_ms);

void nat_table_refresh(struct nat_table *table, struct nat_entry *entry, uint64_t now_ms);
