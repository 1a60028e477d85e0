/* SPDX-License-Identifier: MIT */

/* Columns two spaces apart, the last one without padding. */

#include "cli/table.h"

#include <assert.h>
#include <stdbool.h>

void table_begin(struct table *table, const char *const *titles, size_t n_columns)
{
	assert(n_columns <= TABLE_MAX_COLUMNS);
	*table = (struct table){.n_columns = n_columns};
	table_add(table, titles);
}

void table_add(struct table *table, const char *const *cells)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		const char *cell = cells[i] == NULL || cells[i][0] == '\0' ? "-" : cells[i];
		size_t length = strlen(cell);

		text_append(&table->cells, cell, length + 1);
		if (length > table->widths[i])
			table->widths[i] = length;
	}
}

void table_write(const struct table *table, struct text *out)
{
	size_t column = 0;

	for (size_t offset = 0; offset < table->cells.length;) {
		const char *cell = table->cells.data + offset;
		size_t length = strlen(cell);
		bool is_last = column + 1 == table->n_columns;

		text_puts(out, cell);
		if (is_last) {
			text_puts(out, "\n");
		} else {
			text_printf(out, "%*s", (int)(table->widths[column] - length + 2), "");
		}
		column = is_last ? 0 : column + 1;
		offset += length + 1;
	}
}

void table_finish(struct table *table)
{
	text_finish(&table->cells);
}
