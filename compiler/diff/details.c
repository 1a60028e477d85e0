/* SPDX-License-Identifier: MIT */

/*
 * Every field that changes, in tables of Markdown. Facts with the same values are one row; a peer
 * that comes or goes as a whole is one, too; and allowed IPs are told as sets of addresses.
 */

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "compiler/diff/teller.h"

enum {
	MOST_ROWS = 400,     /* of a group */
	FEW_NEW = 8,         /* peers that are told with all that they have */
	RESERVE_BYTES = 400, /* for the words that say what was left out */
};

/* Facts of one group with the same words, for all their peers at once. */
struct row {
	const char *words; /* "field | before | after" */
	struct diff_names peers;
};

/* What is collected of a peer: its allowed IPs; or, where it is new, all of it. */
struct peer {
	const char *name;
	bool is_new;
	struct text words; /* of one that is new */
	struct diff_names less;
	struct diff_names more;
};

struct details {
	struct teller *teller;
	vec_of(struct row) rows;
	struct map by_words; /* -> the number of a row, plus one */
	vec_of(struct peer *) peers;
	struct map by_name; /* -> struct peer */
	size_t n_new;
};

static void put_row(struct details *details, const char *peer, const char *words)
{
	struct arena *arena = details->teller->arena;
	size_t *number = map_get(&details->by_words, words);

	if (number == NULL) {
		number = ARENA_NEW(arena, size_t);
		*number = details->rows.n_items;
		(void)map_put(arena, &details->by_words, words, number);
		*vec_push(arena, &details->rows) = (struct row){.words = words};
	}
	if (peer != NULL)
		*vec_push(arena, &details->rows.items[*number].peers.items) = peer;
}

static void put_values(struct details *details, const char *peer, const char *field,
		       const char *from, const char *to)
{
	struct teller *teller = details->teller;
	cleanup_(text_finish) struct text text = {0};
	struct text *out = teller->out;

	teller->out = &text;
	text_join(&text, field, " | ");
	if (from != NULL)
		tell_code(teller, from);
	tell(teller, " | ");
	if (to != NULL)
		tell_code(teller, to);
	teller->out = out;
	put_row(details, peer, arena_copy(teller->arena, text.data, text.length));
}

static struct peer *peer_of(struct details *details, const char *name)
{
	struct arena *arena = details->teller->arena;
	struct peer *peer = map_get(&details->by_name, name);

	if (peer == NULL) {
		peer = ARENA_NEW(arena, struct peer);
		peer->name = name;
		(void)map_put(arena, &details->by_name, name, peer);
		*vec_push(arena, &details->peers) = peer;
	}
	return peer;
}

/* "public_key `...`, endpoint `...`" */
static void add_words(struct details *details, struct peer *peer, const struct diff_fact *fact)
{
	struct teller *teller = details->teller;
	struct text *out = teller->out;

	teller->out = &peer->words;
	text_join(&peer->words, peer->words.length == 0 ? "" : ", ", diff_field_text(fact->field),
		  " ");
	tell_code(teller, fact->to);
	teller->out = out;
}

/* The facts about peers come behind each other, that of the peer's presence in front. */
static void take_fact(struct details *details, const struct diff_fact *fact)
{
	struct arena *arena = details->teller->arena;
	struct peer *peer = fact->peer == NULL ? NULL : peer_of(details, fact->peer);

	if (peer != NULL && fact->field == DIFF_PEER && fact->from == NULL) {
		peer->is_new = true;
		details->n_new++;
	}
	if (peer != NULL && peer->is_new) {
		add_words(details, peer, fact);
	} else if (fact->field == DIFF_PEER && fact->to == NULL) {
		put_row(details, fact->peer, "all of it | there | gone");
	} else if (fact->field == DIFF_ALLOWED_IPS) {
		struct diff_names *names = fact->to == NULL ? &peer->less : &peer->more;

		*vec_push(arena, &names->items) = fact->to == NULL ? fact->from : fact->to;
	} else {
		put_values(details, fact->peer, diff_field_text(fact->field), fact->from, fact->to);
	}
}

/* What was collected. */
static void put_peer(struct details *details, struct peer *peer)
{
	const char *field = diff_field_text(DIFF_ALLOWED_IPS);
	struct diff_names less;
	struct diff_names more;

	if (peer->is_new) {
		put_row(details, peer->name,
			details->n_new > FEW_NEW
				? "all of it |  | new"
				: arena_printf(details->teller->arena, "all of it |  | %s",
					       peer->words.data));
		text_finish(&peer->words);
		return;
	}
	teller_cancel(details->teller, &peer->less, &peer->more, &less, &more);
	vec_foreach(prefix, &less.items)
		put_values(details, peer->name, field, *prefix, NULL);
	vec_foreach(prefix, &more.items)
		put_values(details, peer->name, field, NULL, *prefix);
}

static void tell_rows(struct details *details)
{
	struct teller *teller = details->teller;

	tell(teller, "| peer | field | before | after |\n| --- | --- | --- | --- |\n");
	vec_foreach(row, &details->rows) {
		if (row - details->rows.items == MOST_ROWS) {
			text_printf(teller->out, "| %zu more | | | |\n",
				    details->rows.n_items - MOST_ROWS);
			return;
		}
		tell(teller, "| ");
		if (row->peers.items.n_items > 0)
			tell_names(teller, &row->peers);
		text_join(teller->out, " | ", row->words, " |\n");
	}
}

static void tell_group(struct teller *teller, const struct diff_group *group)
{
	const struct diff *diff = teller->story->diff;
	struct diff_names hosts = teller_hosts(teller, group);
	struct details details = {.teller = teller};

	tell(teller, "\n");
	tell_names(teller, &hosts);
	if (diff_is_new(group->hosts.items[0]))
		text_printf(teller->out, ", with %zu peers", group->hosts.items[0]->n_peers);
	tell(teller, "\n\n");
	teller->is_in_table = true;
	vec_foreach(range, &group->facts.items) {
		for (size_t i = range->first; i <= range->last; i++)
			take_fact(&details, &diff->facts.items.items[i]);
	}
	vec_foreach(peer, &details.peers)
		put_peer(&details, *peer);
	tell_rows(&details);
	teller->is_in_table = false;
}

void tell_details(struct teller *teller)
{
	const struct diff *diff = teller->story->diff;
	struct text *out = teller->out;
	size_t n_told = 0;
	size_t n_left = 0;

	vec_foreach(group, &diff->groups) {
		cleanup_(text_finish) struct text details = {0};

		if (group->facts.items.n_items == 0)
			continue;
		teller->out = &details;
		tell_group(teller, group);
		teller->out = out;
		if (out->length + details.length + RESERVE_BYTES > DIFF_MARKDOWN_BYTES) {
			n_left++;
			continue;
		}
		if (n_told++ == 0)
			tell(teller, "\n<details><summary>Every field that changes</summary>\n");
		text_append(out, details.data, details.length);
	}
	if (n_told > 0)
		tell(teller, "\n</details>\n");
	if (n_left > 0) {
		text_printf(
			out,
			"\n%zu of %zu groups of hosts are left out of the details, which would be "
			"too long here; ",
			n_left, n_told + n_left);
		tell_code(teller, "wgtopo plan --format json");
		tell(teller, " has them all.\n");
	}
}
