/* SPDX-License-Identifier: MIT */

/*
 * A hash table for finding, and one list for forgetting. Since all entries live equally long and
 * time does not go back, the list by last refresh is the list by expiry: what is due stands first.
 */

#include "runtime/lab/nat_table.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum {
	N_BUCKETS = 4096, /* a power of two */
	N_PORTS = 65536,
	/* As many as there are ports, twice: each mapping may have a permission beside it. */
	MOST_ENTRIES = 2 * N_PORTS,
};

struct nat_table {
	struct arena *arena;
	uint64_t timeout_ms;
	struct nat_entry *buckets[N_BUCKETS];
	struct nat_entry *by_port[N_PORTS];
	struct nat_entry *oldest;
	struct nat_entry *newest;
	struct nat_entry *unused;
	size_t n_entries; /* without the unused ones */
};

struct nat_table *nat_table_create(struct arena *arena, uint64_t timeout_ms)
{
	struct nat_table *table = ARENA_NEW(arena, struct nat_table);

	table->arena = arena;
	table->timeout_ms = timeout_ms;
	return table;
}

static bool is_same_endpoint(const struct nat_endpoint *a, const struct nat_endpoint *b)
{
	return a->address == b->address && a->port == b->port;
}

static bool is_same_key(const struct nat_key *a, const struct nat_key *b)
{
	return a->kind == b->kind && is_same_endpoint(&a->inner, &b->inner) &&
	       is_same_endpoint(&a->remote, &b->remote);
}

/* Multiplying by an odd number with many bits brings all of a word into its upper half. */
static size_t bucket_of(const struct nat_key *key)
{
	const uint64_t odd = 0x9e3779b97f4a7c15;
	uint64_t hash = (uint64_t)key->inner.address << 16 | key->inner.port;

	hash = (hash ^ (uint64_t)key->kind << 48) * odd;
	hash ^= (uint64_t)key->remote.address << 16 | key->remote.port;
	return (size_t)(hash * odd >> 32) & (N_BUCKETS - 1);
}

static void append(struct nat_table *table, struct nat_entry *entry)
{
	entry->newer = NULL;
	entry->older = table->newest;
	*(table->newest != NULL ? &table->newest->newer : &table->oldest) = entry;
	table->newest = entry;
}

static void unlink_entry(struct nat_table *table, struct nat_entry *entry)
{
	*(entry->older != NULL ? &entry->older->newer : &table->oldest) = entry->newer;
	*(entry->newer != NULL ? &entry->newer->older : &table->newest) = entry->older;
}

static void forget(struct nat_table *table, struct nat_entry *entry)
{
	struct nat_entry **link = &table->buckets[bucket_of(&entry->key)];

	while (*link != entry)
		link = &(*link)->next_in_bucket;
	*link = entry->next_in_bucket;
	unlink_entry(table, entry);
	if (entry->key.kind == NAT_MAPPING)
		table->by_port[entry->port] = NULL;
	entry->next_in_bucket = table->unused;
	table->unused = entry;
	table->n_entries--;
}

void nat_table_expire(struct nat_table *table, uint64_t now_ms)
{
	while (table->oldest != NULL && table->oldest->expires_ms <= now_ms)
		forget(table, table->oldest);
}

struct nat_entry *nat_table_find(const struct nat_table *table, const struct nat_key *key)
{
	struct nat_entry *entry = table->buckets[bucket_of(key)];

	while (entry != NULL && !is_same_key(&entry->key, key))
		entry = entry->next_in_bucket;
	return entry;
}

struct nat_entry *nat_table_at_port(const struct nat_table *table, uint16_t port)
{
	return table->by_port[port];
}

static struct nat_entry *blank(struct nat_table *table)
{
	struct nat_entry *entry = table->unused;

	if (entry == NULL)
		return ARENA_NEW(table->arena, struct nat_entry);
	table->unused = entry->next_in_bucket;
	return entry;
}

struct nat_entry *nat_table_add(struct nat_table *table, const struct nat_key *key, uint16_t port,
				uint64_t now_ms)
{
	struct nat_entry **bucket = &table->buckets[bucket_of(key)];
	struct nat_entry *entry;

	if (table->n_entries == MOST_ENTRIES)
		return NULL;
	table->n_entries++;
	entry = blank(table);
	*entry = (struct nat_entry){
		.key = *key,
		.port = port,
		.expires_ms = now_ms + table->timeout_ms,
		.next_in_bucket = *bucket,
	};
	*bucket = entry;
	append(table, entry);
	if (key->kind == NAT_MAPPING)
		table->by_port[port] = entry;
	return entry;
}

void nat_table_refresh(struct nat_table *table, struct nat_entry *entry, uint64_t now_ms)
{
	entry->expires_ms = now_ms + table->timeout_ms;
	unlink_entry(table, entry);
	append(table, entry);
}
