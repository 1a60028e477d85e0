/* SPDX-License-Identifier: MIT */

/*
 * The array doubles; the arena keeps the old ones, which together are no larger than the last.
 * The vector is read and written by memcpy(), because its type is not `struct vec` to the compiler.
 */

#include "base/vec.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"

enum {
	FIRST_CAPACITY = 4,
};

void *vec_grow(struct arena *arena, void *vector, size_t item_size)
{
	struct vec vec;
	char *item;

	memcpy(&vec, vector, sizeof(vec));
	if (vec.n_items == vec.capacity) {
		size_t capacity = vec.capacity == 0 ? FIRST_CAPACITY : 2 * vec.capacity;
		void *items;

		if (capacity > SIZE_MAX / item_size)
			memory_exhausted();
		items = arena_alloc(arena, capacity * item_size);
		if (vec.n_items > 0)
			memcpy(items, vec.items, vec.n_items * item_size);
		vec.items = items;
		vec.capacity = capacity;
	}
	item = (char *)vec.items + vec.n_items * item_size;
	vec.n_items++;
	memcpy(vector, &vec, sizeof(vec));
	return item;
}
