/* SPDX-License-Identifier: MIT */

/*
 * Open addressing with linear probing in a table whose size is a power of two and which is at most
 * three quarters full, so that a search always meets an empty slot. Nothing is ever removed.
 */

#include "base/map.h"

#include <string.h>
#include <xxhash.h>

#include "base/arena.h"

enum {
	FIRST_SLOTS = 16,
};

static uint64_t hash_of(const char *key)
{
	return XXH3_64bits(key, strlen(key));
}

/* The slot that holds the key, or the empty one where it would go. */
static struct map_slot *find(const struct map *map, const char *key, uint64_t hash)
{
	size_t mask = map->n_slots - 1;
	size_t i = (size_t)hash & mask;

	while (map->slots[i].key != NULL &&
	       (map->slots[i].hash != hash || strcmp(map->slots[i].key, key) != 0))
		i = (i + 1) & mask;
	return &map->slots[i];
}

static void grow(struct arena *arena, struct map *map)
{
	struct map larger = {
		.n_entries = map->n_entries,
		.n_slots = map->n_slots == 0 ? FIRST_SLOTS : 2 * map->n_slots,
	};

	larger.slots = ARENA_ARRAY(arena, struct map_slot, larger.n_slots);
	for (size_t i = 0; i < map->n_slots; i++) {
		const struct map_slot *slot = &map->slots[i];

		if (slot->key != NULL)
			*find(&larger, slot->key, slot->hash) = *slot;
	}
	*map = larger;
}

void *map_get(const struct map *map, const char *key)
{
	if (map->n_entries == 0)
		return NULL;
	return find(map, key, hash_of(key))->value;
}

void *map_put(struct arena *arena, struct map *map, const char *key, void *value)
{
	uint64_t hash = hash_of(key);
	struct map_slot *slot;

	if (map->n_entries >= map->n_slots / 4 * 3)
		grow(arena, map);
	slot = find(map, key, hash);
	if (slot->key != NULL)
		return slot->value;
	*slot = (struct map_slot){.key = key, .hash = hash, .value = value};
	map->n_entries++;
	return NULL;
}
