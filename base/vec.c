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

/* Moves the elements to a new array. */
static void move(struct arena *arena, struct vec *vec, size_t capacity, size_t item_size)
{
	void *items;

	if (capacity > SIZE_MAX / item_size)
		memory_exhausted();
	items = arena_alloc(arena, capacity * item_size);
	if (vec->n_items > 0)
		memcpy(items, vec->items, vec->n_items * item_size);
	vec->items = items;
	vec->capacity = capacity;
}

void vec_grow_by(struct arena *arena, void *vector, size_t n, size_t item_size)
{
	struct vec vec;

	memcpy(&vec, vector, sizeof(vec));
	if (n <= vec.capacity - vec.n_items)
		return;
	/* Exactly at first; a vector that is added to again and again doubles. */
	if (vec.capacity > 0 && n < vec.capacity)
		n = vec.capacity;
	move(arena, &vec, vec.n_items + n, item_size);
	memcpy(vector, &vec, sizeof(vec));
}

void *vec_grow(struct arena *arena, void *vector, size_t item_size)
{
	struct vec vec;
	char *item;

	memcpy(&vec, vector, sizeof(vec));
	if (vec.n_items == vec.capacity) {
		move(arena, &vec, vec.capacity == 0 ? FIRST_CAPACITY : 2 * vec.capacity, item_size);
	}
	item = (char *)vec.items + vec.n_items * item_size;
	vec.n_items++;
	memcpy(vector, &vec, sizeof(vec));
	return item;
}
