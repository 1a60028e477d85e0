/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Arena: memory that lives as long as one compilation.
 *
 * There is no free of a single object and no failure to handle: when memory runs out the arena
 * says so on stderr and ends the process, which is safe because nothing is published before the
 * last pass. Secrets never go into an arena.
 */

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new, empty arena. The caller destroys it. */
struct arena *arena_create(void);

/* Frees the arena and all that was allocated in it. Accepts NULL, returns NULL. */
struct arena *arena_destroy(struct arena *arena);

/* Zeroed memory, aligned for any type, valid until the arena is destroyed. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of the `size` bytes at `bytes`, with a NUL byte behind it. */
void *arena_copy(struct arena *arena, const void *bytes, size_t size);

/* A formatted, NUL-terminated string. */
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

/* Bytes handed out so far: a measure for tests and benchmarks. */
size_t arena_size(const struct arena *arena);

#define ARENA_NEW(arena, type)      ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc((arena), (n) * sizeof(type)))
