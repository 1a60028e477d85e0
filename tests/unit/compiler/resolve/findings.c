/* SPDX-License-Identifier: MIT */

/* The rules are in the order of the passes, but for one that resolve shares with reach. */

#include "tests/unit/compiler/resolve/findings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/compiler/fixture.h"

void findings_check(struct compilation *c, const char *topology, const char *lock,
		    const char *expected)
{
	struct diag_bag found = {0};
	struct text shown = {0};

	fixture_check(c, topology, lock);
	found.arena = c->arena;
	vec_foreach(diag, &c->diags.items) {
		if ((*diag)->rule <= DIAG_LOCK_OUTDATED || (*diag)->rule == DIAG_ENDPOINT_SHARED)
			*vec_push(c->arena, &found.items) = *diag;
	}
	fixture_show_findings(&found, &shown);
	if (strcmp(shown.data == NULL ? "" : shown.data, expected) != 0)
		print_error("topology:\n%s\n", topology);
	fixture_expect_text(&shown, expected);
	text_finish(&shown);
}

void findings_check_rows(const char *before, const struct findings_row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		struct text text = {0};
		struct compilation c;

		text_printf(&text, "%s%s", before, rows[i].topology);
		findings_check(&c, text.data, NULL, rows[i].expected);
		compile_finish(&c);
		text_finish(&text);
	}
}
