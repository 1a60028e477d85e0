/* SPDX-License-Identifier: MIT */
#pragma once

/* Table: rows of words in aligned columns, for people and for awk. */

#include <stddef.h>

#include "base/text.h"

enum {
	TABLE_MAX_COLUMNS = 8,
};

struct table {
	size_t n_columns;
	size_t widths[TABLE_MAX_COLUMNS]; /* in bytes: what is shown is ASCII */
	struct text cells;                /* NUL-terminated, one behind the other */
};

void table_begin(struct table *table, const char *const *titles, size_t n_columns);

/* As many cells as there are titles; one that is NULL or empty is shown as "-". They are copied. */
void table_add(struct table *table, const char *const *cells);

void table_write(const struct table *table, struct text *out);
void table_finish(struct table *table);
