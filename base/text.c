/* SPDX-License-Identifier: MIT */

/*
 * The buffer doubles, so that appending costs the same however long the text is. One byte more than
 * the length is always there for the NUL.
 */

#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "base/memory.h"

enum {
	FIRST_CAPACITY = 256,
};

static void grow(struct text *text, size_t size)
{
	size_t needed;
	size_t capacity = text->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : text->capacity;
	char *data;

	if (size > PTRDIFF_MAX / 2 - text->length)
		memory_exhausted();
	needed = text->length + size + 1;
	while (capacity < needed)
		capacity *= 2;
	data = realloc(text->data, capacity);
	if (data == NULL)
		memory_exhausted();
	data[text->length] = '\0';
	text->data = data;
	text->capacity = capacity;
}

char *text_reserve(struct text *text, size_t size)
{
	if (__builtin_expect(text->capacity - text->length <= size, 0))
		grow(text, size);
	return text->data + text->length;
}

void text_append(struct text *text, const char *bytes, size_t size)
{
	char *end = text_reserve(text, size);

	if (size > 0)
		memcpy(end, bytes, size);
	end[size] = '\0';
	text->length += size;
}

void text_number(struct text *text, uint64_t number)
{
	text->length += (size_t)(decimal_write(number, text_reserve(text, DECIMAL_TEXT)) -
				 (text->data + text->length));
}

void text_append_all(struct text *text, const char *const *strings)
{
	for (; *strings != NULL; strings++)
		text_append(text, *strings, strlen(*strings));
}

void text_vprintf(struct text *text, const char *format, va_list arguments)
{
	char *end = text_reserve(text, FIRST_CAPACITY / 2);
	va_list again;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(end, text->capacity - text->length, format, arguments);
	if (length < 0)
		memory_exhausted(); /* the only other failure is a wrong format, a bug of ours */
	if ((size_t)length >= text->capacity - text->length) {
		end = text_reserve(text, (size_t)length);
		(void)vsnprintf(end, (size_t)length + 1, format, again); /* as long as above */
	}
	text->length += (size_t)length;
	va_end(again);
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_vprintf(text, format, arguments);
	va_end(arguments);
}

void text_clear(struct text *text)
{
	text->length = 0;
	if (text->data != NULL)
		text->data[0] = '\0';
}

void text_finish(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}
