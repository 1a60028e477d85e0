/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Tabs: finds those that stand where indentation does. libyaml lets some of them pass (in flow
 * collections) and calls others "a character that cannot start any token".
 */

#include <stddef.h>
#include <stdint.h>

struct diag_bag;
struct source;

struct tabs {
	const struct source *source;
	size_t cursor; /* what is before it has been looked at */
	size_t first;  /* the first tab that indents */
	size_t last;
	size_t n_lines; /* that are indented with tabs */
};

/* Looks at the text from the cursor to `end` and moves the cursor there. */
void tabs_scan(struct tabs *tabs, size_t end);

/* Counts the tab at `offset`, wherever in its line it stands. */
void tabs_add(struct tabs *tabs, size_t offset);

/* One diagnostic for all tabs found. */
void tabs_report(const struct tabs *tabs, struct diag_bag *diags);
