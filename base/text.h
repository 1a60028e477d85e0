/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Text: a growing, NUL-terminated buffer of bytes on the heap, for output that is assembled.
 * Zero is the valid empty text. Out of memory ends the process, as in the arena.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"

struct text {
	char *data;
	size_t length;
	size_t capacity;
};

/* Makes room for `size` more bytes and returns where they go. The length is not changed. */
char *text_reserve(struct text *text, size_t size);

void text_append(struct text *text, const char *bytes, size_t size);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

/* The number in decimal. */
void text_number(struct text *text, uint64_t number);

/* Appends the strings, the last of which is NULL. text_join(out, a, b) is short for it. */
void text_append_all(struct text *text, const char *const *strings);
#define text_join(text, ...) text_append_all((text), (const char *const[]){__VA_ARGS__, NULL})

/* Empties the text and keeps its memory for the next use. */
void text_clear(struct text *text);

/* Frees the memory. The text is empty afterwards. */
void text_finish(struct text *text);

static inline void text_puts(struct text *text, const char *string)
{
	text_append(text, string, strlen(string));
}

static inline void text_finishp(struct text *text)
{
	text_finish(text);
}
