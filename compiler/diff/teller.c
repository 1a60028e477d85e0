/* SPDX-License-Identifier: MIT */

/* Words, names and numbers, as text or as Markdown. */

#include "compiler/diff/teller.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/diag/glyph.h"
#include "base/namelist.h"
#include "base/text.h"

enum {
	LONG_ITEM = 200, /* bytes of a range that nobody reads any more */
	FEW = 4,
};

void tell(struct teller *teller, const char *words)
{
	text_puts(teller->out, words);
}

void tell_count(struct teller *teller, size_t n, const char *one, const char *many)
{
	text_number(teller->out, n);
	text_join(teller->out, " ", n == 1 ? one : many);
}

static size_t longest_run(const char *words, char byte)
{
	size_t longest = 0;

	for (size_t run = 0; *words != '\0'; words++) {
		run = *words == byte ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

/* Nothing is markup or a mention in a code span, but for the end of it, and a bar in a table. */
void tell_code(struct teller *teller, const char *words)
{
	size_t n_ticks = teller->is_markdown ? longest_run(words, '`') + 1 : 0;
	bool needs_blanks = n_ticks > 1;

	if (words[0] == '\0') {
		tell(teller, "nothing");
		return;
	}
	for (size_t i = 0; i < n_ticks; i++)
		tell(teller, "`");
	tell(teller, needs_blanks ? " " : "");
	for (size_t length = strlen(words); length > 0;) {
		struct glyph glyph = glyph_at(words, length);

		if (teller->is_in_table && words[0] == '|')
			tell(teller, "\\");
		glyph_append(teller->out, glyph);
		words += glyph.n_bytes;
		length -= glyph.n_bytes;
	}
	tell(teller, needs_blanks ? " " : "");
	for (size_t i = 0; i < n_ticks; i++)
		tell(teller, "`");
}

/* The first few, where folding does not make them short. */
static size_t tell_some(struct teller *teller, const struct diff_names *names)
{
	size_t n = names->items.n_items < FEW ? names->items.n_items : FEW;

	for (size_t i = 0; i < n; i++) {
		tell(teller, i == 0 ? "" : " ");
		tell_code(teller, names->items.items[i]);
	}
	return n;
}

void tell_names(struct teller *teller, const struct diff_names *names)
{
	struct namelist list =
		namelist_fold(teller->arena, names->items.items, names->items.n_items);
	size_t most = teller->most_items == 0 ? list.items.n_items : teller->most_items;
	size_t n_told = 0;
	size_t n_items = 0;

	vec_foreach(item, &list.items) {
		/* Numbers that are scattered are no shorter as a range. */
		if (n_items == most || (teller->most_items > 0 && strlen(item->text) > LONG_ITEM))
			continue;
		tell(teller, n_items++ == 0 ? "" : " ");
		tell_code(teller, item->text);
		n_told += item->n_names;
	}
	if (n_items == 0)
		n_told = tell_some(teller, names);
	if (n_told < names->items.n_items)
		text_printf(teller->out, " and %zu more", names->items.n_items - n_told);
}

struct diff_names teller_hosts(struct teller *teller, const struct diff_group *group)
{
	struct diff_names names = {0};

	vec_foreach(host, &group->hosts)
		*vec_push(teller->arena, &names.items) = (*host)->name;
	return names;
}

void tell_path(struct teller *teller, const struct diff_path *path)
{
	switch (path->verdict) {
	case MANIFEST_NONE:
		tell(teller, "unreachable");
		return;
	case MANIFEST_LAN:
		tell(teller, "direct on their LAN");
		return;
	case MANIFEST_DIRECT:
		tell(teller, "direct");
		return;
	case MANIFEST_PUNCH:
		tell(teller, "direct, both ends sending (punch)");
		return;
	case MANIFEST_RELAY:
		tell(teller, "relayed through ");
		tell_code(teller, path->via);
		return;
	}
	unreachable();
}

void tell_shift(struct teller *teller, const struct diff_shift *shift)
{
	tell_names(teller, &shift->a);
	if (shift->b.items.n_items > 0) {
		tell(teller, teller->is_markdown ? " × " : " x ");
		tell_names(teller, &shift->b);
	} else {
		tell(teller, " with each other");
	}
	text_printf(teller->out, " (%zu pair%s): ", shift->n_pairs, shift->n_pairs == 1 ? "" : "s");
	tell_path(teller, &shift->from);
	tell(teller, teller->is_markdown ? " → " : " -> ");
	if (shift->to.verdict == MANIFEST_NONE && teller->is_markdown) {
		tell(teller, "**");
		tell_path(teller, &shift->to);
		tell(teller, "**");
	} else {
		tell_path(teller, &shift->to);
	}
}

struct teller_rows teller_rows(struct teller *teller)
{
	const struct diff *diff = teller->story->diff;
	struct text *out = teller->out;
	struct teller_rows rows = {0};
	struct map known = {0};

	vec_foreach(group, &diff->groups) {
		cleanup_(text_finish) struct text text = {0};
		struct teller_row *row;

		if (group->effect == DIFF_START || group->effect == DIFF_STOP ||
		    group->hosts.items[0]->sides[DIFF_BEFORE] == NULL)
			continue;
		teller->out = &text;
		tell_change(teller, group);
		text_puts(&text, "\n");
		tell_effect(teller, group);
		row = map_get(&known, text.data);
		if (row == NULL) {
			row = ARENA_NEW(teller->arena, struct teller_row);
			row->change =
				arena_copy(teller->arena, text.data, strcspn(text.data, "\n"));
			row->effect =
				arena_printf(teller->arena, "%s", strchr(text.data, '\n') + 1);
			row->fault = group->hosts.items[0]->fault;
			(void)map_put(teller->arena, &known,
				      arena_copy(teller->arena, text.data, text.length), row);
			*vec_push(teller->arena, &rows.items) = row;
		}
		vec_foreach(host, &group->hosts)
			*vec_push(teller->arena, &row->hosts.items) = (*host)->name;
	}
	teller->out = out;
	return rows;
}
