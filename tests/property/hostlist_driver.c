/* SPDX-License-Identifier: MIT */

/* Expands host lists for test_hostlist.py: a line in, a line of names out, or "refused". */

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/model/hostlist.h"

static void expand(struct arena *arena, const char *line, struct text *out)
{
	const struct hostlist *list;
	struct hostlist_place fault;

	if (hostlist_parse(arena, line, &list, &fault) != 0) {
		text_puts(out, "refused");
		return;
	}
	for (size_t i = 0; i < hostlist_n_names(list); i++) {
		text_puts(out, i == 0 ? "" : " ");
		hostlist_write(list, i, out);
	}
}

int main(void)
{
	struct arena *arena = arena_create();
	cleanup_(text_finish) struct text out = {0};
	char line[4096];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		expand(arena, line, &out);
		text_puts(&out, "\n");
	}
	arena_destroy(arena);
	return fwrite(out.data, 1, out.length, stdout) == out.length ? 0 : 1;
}
