/* SPDX-License-Identifier: MIT */

/*
 * Lays documents out, for test_fmt.py. Each line of the input is a document: "x" and its bytes in
 * hexadecimal. The line that answers it is
 *
 *	RESULT FINDINGS DOCUMENT
 *
 * with what fmt_layout() returned, how many findings there are, and what it made.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/source.h"
#include "base/text.h"
#include "compiler/fmt/fmt.h"

static unsigned int digit_of(char c)
{
	return (unsigned int)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static const struct source *decode(struct arena *arena, const char *word)
{
	size_t length = strlen(word) / 2;
	char *bytes = arena_alloc(arena, length + 1);

	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)(digit_of(word[1 + 2 * i]) << 4 | digit_of(word[2 + 2 * i]));
	return source_create(arena, "topology.yaml", bytes, length);
}

static void answer(const char *word)
{
	struct arena *arena = arena_create();
	struct diag_bag diags = {.arena = arena};
	struct text text = {0};
	int r = fmt_layout(arena, decode(arena, word), &diags, &text);

	(void)printf("%d %zu x", r, diags.items.n_items);
	for (size_t i = 0; i < text.length; i++)
		(void)printf("%02x", (unsigned char)text.data[i]);
	(void)puts("");
	text_finish(&text);
	(void)arena_destroy(arena);
}

int main(void)
{
	char *line = NULL;
	size_t capacity = 0;

	while (getline(&line, &capacity, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		answer(line);
	}
	free(line);
	return 0;
}
