/* SPDX-License-Identifier: MIT */
#pragma once

/* Map: text to pointer, in an arena. Zero is the valid empty map. Order is never visible. */

#include <stddef.h>
#include <stdint.h>

struct arena;

struct map_slot {
	const char *key;
	uint64_t hash;
	void *value;
};

struct map {
	struct map_slot *slots;
	size_t n_entries;
	size_t n_slots;
};

/* The value of `key`, or NULL. */
void *map_get(const struct map *map, const char *key);

/*
 * Sets `key` (kept by reference, so it must live as long as the map) to `value`, which is not NULL.
 * Returns NULL where the key is new; otherwise the value it already has, which then stays.
 */
void *map_put(struct arena *arena, struct map *map, const char *key, void *value);
