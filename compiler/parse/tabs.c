/* SPDX-License-Identifier: MIT */

/*
 * Tabs: who indents with tabs does it on every line, so that all of them are one finding. Each line
 * is looked at up to its first tab only, which keeps the search linear.
 */

#include "compiler/parse/tabs.h"

#include <stdbool.h>
#include <string.h>

#include "base/diag/diag.h"

static bool is_indentation(const struct source *source, size_t offset)
{
	while (offset > 0 && source->text[offset - 1] == ' ')
		offset--;
	return offset == 0 || source->text[offset - 1] == '\n' || source->text[offset - 1] == '\r';
}

void tabs_add(struct tabs *tabs, size_t offset)
{
	if (tabs->n_lines > 0 && offset <= tabs->last)
		return;
	if (tabs->n_lines++ == 0)
		tabs->first = offset;
	tabs->last = offset;
}

void tabs_scan(struct tabs *tabs, size_t end)
{
	const char *text = tabs->source->text;
	size_t cursor = tabs->cursor;

	while (cursor < end) {
		const char *tab = memchr(text + cursor, '\t', end - cursor);
		if (!tab)
			break;
		if (is_indentation(tabs->source, (size_t)(tab - text)))
			tabs_add(tabs, (size_t)(tab - text));
		const char *line_end = memchr(tab, '\n', (size_t)(text + end - tab));
		if (!line_end)
			break;
		cursor = (size_t)(line_end - text);
	}
	if (end > tabs->cursor)
		tabs->cursor = end;
}

void tabs_report(const struct tabs *tabs, struct diag_bag *diags)
{
	if (tabs->n_lines == 0)
		return;

	struct span span = {.source = tabs->source, .begin = (uint32_t)tabs->first};
	size_t end = tabs->first;
	while (end < tabs->source->length && tabs->source->text[end] == '\t')
		end++;
	span.end = (uint32_t)end;

	struct diag *diag = diag_add(diags, DIAG_YAML_TAB, span, "a tab is used as indentation");
	if (tabs->n_lines > 1) {
		diag_note(diags, diag, "%zu more line%s with a tab", tabs->n_lines - 1,
			  tabs->n_lines > 2 ? "s start" : " starts");
	}
	diag_help(diags, diag, "indent with spaces; `expand -i -t 2 FILE` turns tabs into them");
}
