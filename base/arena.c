/* SPDX-License-Identifier: MIT */

/*
 * A chain of blocks. Allocating moves a cursor through the newest one. Blocks double in size, so
 * that a small compilation stays small and a large one asks the system rarely. calloc() makes the
 * memory zero, for large blocks without touching it.
 */

#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
	ALIGNMENT = _Alignof(max_align_t),
	FIRST_BLOCK = 64 * 1024,
	LARGEST_BLOCK = 4 * 1024 * 1024,
	SHORT_STRING = 512,
};

struct block {
	_Alignas(max_align_t) struct block *next;
};

struct arena {
	char *cursor;
	char *end;
	struct block *blocks;
	size_t block_size; /* of the next ordinary block */
	size_t size;
};

struct arena *arena_create(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		memory_exhausted();
	arena->block_size = FIRST_BLOCK;
	return arena;
}

struct arena *arena_destroy(struct arena *arena)
{
	if (arena == NULL)
		return NULL;
	while (arena->blocks != NULL) {
		struct block *block = arena->blocks;

		arena->blocks = block->next;
		free(block);
	}
	free(arena);
	return NULL;
}

static char *add_block(struct arena *arena, size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	if (block == NULL)
		memory_exhausted();
	block->next = arena->blocks;
	arena->blocks = block;
	return (char *)(block + 1);
}

/* Where the current block has no room. Large objects get a block each, and the current one stays.
 */
static void *alloc_in_new_block(struct arena *arena, size_t size)
{
	char *memory;

	if (size > arena->block_size / 4)
		return add_block(arena, size);
	memory = add_block(arena, arena->block_size);
	arena->cursor = memory + size;
	arena->end = memory + arena->block_size;
	if (arena->block_size < LARGEST_BLOCK)
		arena->block_size *= 2;
	return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	char *memory = arena->cursor;

	if (__builtin_expect(size > PTRDIFF_MAX / 2, 0))
		memory_exhausted();
	arena->size += size;
	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (__builtin_expect(size > (size_t)(arena->end - memory) || memory == NULL, 0))
		return alloc_in_new_block(arena, size);
	arena->cursor = memory + size;
	return memory;
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
	char *copy = arena_alloc(arena, size + 1); /* zeroed, so the NUL byte is there */

	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
	char buffer[SHORT_STRING]; /* most strings fit, and are formatted once */
	va_list again;
	size_t size;
	char *string;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(buffer, sizeof(buffer), format, arguments);
	if (length < 0)
		memory_exhausted(); /* the only other failure is a wrong format, a bug of ours */
	size = (size_t)length;
	if (size < sizeof(buffer)) {
		string = arena_copy(arena, buffer, size);
	} else {
		string = arena_alloc(arena, size + 1);
		(void)vsnprintf(string, size + 1, format, again); /* as long as it was above */
	}
	va_end(again);
	return string;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *string;

	va_start(arguments, format);
	string = arena_vprintf(arena, format, arguments);
	va_end(arguments);
	return string;
}

size_t arena_size(const struct arena *arena)
{
	return arena->size;
}
