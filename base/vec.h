/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Vector: an array that grows in an arena. Every vector has the layout of `struct vec`, with the
 * element's own type in place of void. Zero is the valid empty vector.
 */

#include <stddef.h>

struct arena;

struct vec {
	void *items;
	size_t n_items;
	size_t capacity;
};

#define vec_of(type)                                                                               \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t n_items;                                                                    \
		size_t capacity;                                                                   \
	}

/* A new, zeroed element at the end of the vector. The pointer is valid until the next push. */
void *vec_grow(struct arena *arena, void *vector, size_t item_size);

/* Makes room for `n` more elements: exactly, so that nothing is left over where n is known. */
void vec_grow_by(struct arena *arena, void *vector, size_t n, size_t item_size);

#define vec_reserve(arena, vector, n) vec_grow_by((arena), (vector), (n), sizeof(*(vector)->items))

#define vec_push(arena, vector)                                                                    \
	((typeof((vector)->items))vec_grow((arena), (vector), sizeof(*(vector)->items)))

#define vec_foreach(item, vector)                                                                  \
	for (typeof((vector)->items + 0) item = (vector)->items;                                   \
	     item != NULL && item < (vector)->items + (vector)->n_items; item++)
