/* SPDX-License-Identifier: MIT */

/*
 * The story as a comment for a pull request. A reviewer reads the first lines, so that the worst
 * stands there; every list is bounded, and what does not fit is counted. Somebody else's words are
 * in code spans, in which GitHub finds neither markup nor people nor issues.
 */

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "compiler/diff/teller.h"

enum {
	MOST_ROWS = 25,
	MOST_ITEMS = 8,
	MOST_FINDINGS = 10,
	MOST_FACTS = 400,    /* of a group in the details */
	RESERVE_BYTES = 400, /* for the words that say what was left out */
};

static void write_names(struct teller *teller, const char *before, const struct diff_names *names,
			const char *after)
{
	if (names->items.n_items == 0)
		return;
	tell(teller, before);
	tell_names(teller, names);
	tell(teller, after);
}

static void write_head(struct teller *teller)
{
	const struct diff_story *story = teller->story;

	tell(teller, DIFF_MARKDOWN_MARKER "### wgtopo plan: ");
	tell_headline(teller);
	tell(teller, "\n\n");
	tell_code(teller, story->topology);
	tell(teller, " against ");
	tell_code(teller, story->against);
	if (story->commit != NULL) {
		tell(teller, " (");
		tell_code(teller, arena_printf(teller->arena, "%.12s", story->commit));
		tell(teller, ")");
	}
	if (story->diff->n_files == 0) {
		tell(teller, ": every file is the same.\n");
		return;
	}
	tell(teller, ": ");
	tell_count(teller, story->diff->n_files, "file differs", "files differ");
	tell(teller, ", of ");
	tell_count(teller, story->diff->hosts.n_items, "host", "hosts");
	text_printf(teller->out, ".%s\n",
		    story->diff->sides[DIFF_BEFORE] == NULL
			    ? " There was no network before: everything is new."
			    : "");
	if (story->lock != NULL) {
		tell(teller, "\n> [!WARNING]\n> The lock ");
		tell_code(teller, story->lock);
		tell(teller, " is not part of this change and has to be: ");
		tell_code(teller, story->lock_change);
		tell(teller, ". Without it, `compile --locked` refuses the change, and addresses "
			     "may come out otherwise.\n");
	}
}

/* "`gpu51` | new: `10.20.0.52`; reaches 51 directly | `wg-quick up lab`" */
static void write_new_row(struct teller *teller, const char *name)
{
	const struct manifest *after = teller->story->diff->sides[DIFF_AFTER];
	const struct manifest_host *host = manifest_find_host(after, name);

	tell(teller, "| ");
	tell_code(teller, name);
	tell(teller, " | **new**, ");
	vec_foreach(address, &host->addresses) {
		char buffer[NET_ADDRESS_TEXT];

		tell(teller, address == host->addresses.items ? "" : " ");
		tell_code(teller, net_address_format(address, buffer));
	}
	tell(teller, "; reaches the other servers and gateways: ");
	tell_reach(teller, name);
	tell(teller, " | ");
	tell_code(teller, arena_printf(teller->arena, "wg-quick up %s", host->interface));
	tell(teller, " |\n");
}

/* Those who come or go in one row. */
static void write_summary_row(struct teller *teller, const struct diff_names *names,
			      const char *what)
{
	if (names->items.n_items == 0)
		return;
	write_names(teller, "| ", names, " | ");
	tell(teller, what);
	tell(teller, " |\n");
}

static void write_group_row(struct teller *teller, const struct teller_row *row)
{
	write_names(teller, "| ", &row->hosts, "");
	if (row->hosts.items.n_items > 1)
		text_printf(teller->out, " (%zu)", row->hosts.items.n_items);
	text_join(teller->out, " | ", row->change);
	if (row->fault != NULL) {
		tell(teller, "; its old file cannot be read as a whole: ");
		tell_code(teller, row->fault);
	}
	text_join(teller->out, " | ", row->effect, " |\n");
}

static void write_table(struct teller *teller)
{
	const struct diff *diff = teller->story->diff;
	const struct diff_roles *roles = teller->roles;
	struct teller_rows rows;
	size_t n_rows = 0;
	size_t n_left = 0;

	if (diff->hosts.n_items == 0)
		return;
	tell(teller, "\n| hosts | what changes | to bring it into effect |\n| --- | --- | --- |\n");
	teller->is_in_table = true;
	if (roles->come.items.n_items <= MOST_ITEMS) {
		vec_foreach(name, &roles->come.items)
			write_new_row(teller, *name);
	} else {
		write_summary_row(teller, &roles->come,
				  "**new** (see below whom they reach) | `wg-quick up`");
	}
	write_summary_row(teller, &roles->go,
			  "**gone**, but still let in by every host that is not reloaded yet | "
			  "stop it, where it still runs");
	write_summary_row(teller, &roles->users, "**new** devices | hand the files over");
	rows = teller_rows(teller);
	vec_foreach(row, &rows.items) {
		if (n_rows < MOST_ROWS) {
			n_rows++;
			write_group_row(teller, *row);
		} else {
			n_left += (*row)->hosts.items.n_items;
		}
	}
	if (n_left > 0) {
		text_printf(teller->out, "| %zu more | each in its own way, see below | |\n",
			    n_left);
	}
	teller->is_in_table = false;
}

static void write_shifts(struct teller *teller)
{
	const struct diff *diff = teller->story->diff;
	size_t n_told = 0;
	size_t n_left = 0;

	if (diff->sides[DIFF_BEFORE] == NULL || diff->n_files == 0)
		return;
	tell(teller, "\n**Who reaches whom:**");
	if (diff->shifts.n_items == 0) {
		tell(teller, " as before, for everybody who stays.\n");
		return;
	}
	tell(teller, "\n\n");
	vec_foreach(shift, &diff->shifts) {
		if (n_told++ >= MOST_ROWS) {
			n_left += shift->n_pairs;
			continue;
		}
		tell(teller, "- ");
		tell_shift(teller, shift);
		tell(teller, "\n");
	}
	if (n_left > 0)
		text_printf(teller->out, "- and %zu pairs more\n", n_left);
}

static void write_cuts(struct teller *teller)
{
	const struct diff *diff = teller->story->diff;

	if (diff->hosts.n_items == 0 || diff->sides[DIFF_BEFORE] == NULL)
		return;
	tell(teller, "\n**Meanwhile:**\n\n");
	tell_cuts(teller, "- ");
}

static void write_members(struct teller *teller)
{
	const struct diff_roles *roles = teller->roles;

	write_names(teller, "\n**Shut out**, as soon as the first hosts below have their files: ",
		    &roles->leaving, "\n");
	vec_foreach(expiry, &teller->story->expiries) {
		tell(teller, "\nLast day of ");
		tell_code(teller, expiry->user);
		tell(teller, ": ");
		tell_code(teller, expiry->from == NULL ? "none" : expiry->from);
		tell(teller, " → ");
		tell_code(teller, expiry->to == NULL ? "none" : expiry->to);
		tell(teller, "\n");
	}
}

static void write_moved(struct teller *teller)
{
	const struct diff *diff = teller->story->diff;
	size_t n_told = 0;

	if (teller->roles->moved.items.n_items == 0)
		return;
	tell(teller, "\n**Renumbered:**\n\n");
	vec_foreach(name, &teller->roles->moved.items) {
		if (n_told++ == MOST_ROWS) {
			text_printf(teller->out, "- and %zu hosts more\n",
				    teller->roles->moved.items.n_items - MOST_ROWS);
			break;
		}
		tell(teller, "- ");
		tell_code(teller, *name);
		tell(teller, ":");
		for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++) {
			vec_foreach(address, &diff_find(diff, side, *name)->addresses) {
				char buffer[NET_ADDRESS_TEXT];

				tell(teller, " ");
				tell_code(teller, net_address_format(address, buffer));
			}
			tell(teller, side == DIFF_BEFORE ? " →" : "\n");
		}
	}
}

static void write_order(struct teller *teller)
{
	const struct diff_roles *roles = teller->roles;
	int n_steps = (roles->first.items.n_items > 0) + (roles->gateways.items.n_items > 0) +
		      (roles->servers.items.n_items > 0) + (roles->devices.items.n_items > 0);

	if (n_steps > 1) {
		tell(teller, "\n**Copy and reload in this order:**\n\n");
		write_names(teller, "1. ", &roles->first, ", which shut somebody out\n");
		write_names(teller, "1. ", &roles->gateways, "\n");
		write_names(teller, "1. ", &roles->servers, "\n");
		write_names(teller, "1. to their owners: ", &roles->devices, "\n");
	}
	if (roles->renewed.items.n_items > 0) {
		tell(teller, "\nKeys are replaced: copy to all hosts before any is reloaded; then "
			     "reload ");
		tell_names(teller, &roles->renewed);
		tell(teller, ", and the others right after.\n");
	}
}

static void write_findings(struct teller *teller, const char *title, bool is_gone)
{
	size_t n = 0;

	vec_foreach(finding, &teller->story->findings) {
		if (finding->is_gone != is_gone)
			continue;
		if (n == 0)
			tell(teller, title);
		if (n++ >= MOST_FINDINGS)
			continue;
		tell(teller, "- ");
		tell_code(teller, finding->message);
		tell(teller, " (");
		tell_code(teller, finding->rule);
		if (finding->place != NULL) {
			tell(teller, ", ");
			tell_code(teller, finding->place);
		}
		tell(teller, ")\n");
	}
	if (n > MOST_FINDINGS)
		text_printf(teller->out, "- and %zu more\n", n - MOST_FINDINGS);
}

/* Facts of one group with the same values, for all their peers at once. */
struct row {
	const struct diff_fact *fact;
	struct diff_names peers;
};

struct rows {
	vec_of(struct row) items;
	struct map by_key; /* -> the number of a row */
};

static void put_row(struct teller *teller, struct rows *rows, const struct diff_fact *fact)
{
	const char *key = arena_printf(teller->arena, "%d\n%s\n%s", (int)fact->field,
				       fact->from == NULL ? "" : fact->from,
				       fact->to == NULL ? "" : fact->to);
	size_t *number = map_get(&rows->by_key, key);

	if (number == NULL) {
		number = ARENA_NEW(teller->arena, size_t);
		*number = rows->items.n_items;
		(void)map_put(teller->arena, &rows->by_key, key, number);
		*vec_push(teller->arena, &rows->items) = (struct row){.fact = fact};
	}
	if (fact->peer != NULL) {
		*vec_push(teller->arena, &rows->items.items[*number].peers.items) = fact->peer;
	}
}

static void write_row(struct teller *teller, const struct row *row)
{
	tell(teller, "| ");
	if (row->peers.items.n_items > 0)
		tell_names(teller, &row->peers);
	text_join(teller->out, " | ", diff_field_text(row->fact->field), " | ");
	if (row->fact->from != NULL)
		tell_code(teller, row->fact->from);
	tell(teller, " | ");
	if (row->fact->to != NULL)
		tell_code(teller, row->fact->to);
	tell(teller, " |\n");
}

static void write_details(struct teller *teller, const struct diff_group *group)
{
	const struct diff *diff = teller->story->diff;
	struct diff_names hosts = teller_hosts(teller, group);
	struct rows rows = {0};

	vec_foreach(range, &group->facts.items) {
		for (size_t i = range->first; i <= range->last; i++)
			put_row(teller, &rows, &diff->facts.items.items[i]);
	}
	write_names(teller, "\n", &hosts, "");
	if (diff_is_new(group->hosts.items[0]))
		text_printf(teller->out, ", with %zu peers", group->hosts.items[0]->n_peers);
	tell(teller, "\n\n");
	tell(teller, "| peer | field | before | after |\n| --- | --- | --- | --- |\n");
	teller->is_in_table = true;
	vec_foreach(row, &rows.items) {
		if (row - rows.items.items == MOST_FACTS) {
			text_printf(teller->out, "| %zu more | | | |\n",
				    rows.items.n_items - MOST_FACTS);
			break;
		}
		write_row(teller, row);
	}
	teller->is_in_table = false;
}

/* The details of each group, as far as there is room: the one that does not fit is counted. */
static void write_all_details(struct teller *teller)
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
		write_details(teller, group);
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

void diff_render_plan_markdown(const struct diff_story *story, struct text *out)
{
	struct diff_roles roles = diff_roles(story->diff);
	struct teller teller = {
		.out = out,
		.arena = arena_create(),
		.story = story,
		.roles = &roles,
		.is_markdown = true,
		.most_items = MOST_ITEMS,
	};

	write_head(&teller);
	write_table(&teller);
	write_shifts(&teller);
	write_cuts(&teller);
	write_members(&teller);
	write_moved(&teller);
	write_order(&teller);
	if (story->knows_old_findings) {
		write_findings(&teller, "\n**New warnings:**\n\n", false);
		write_findings(&teller, "\n**Warnings that are gone:**\n\n", true);
	}
	write_all_details(&teller);
	(void)arena_destroy(teller.arena);
}

void diff_render_errors_markdown(const struct diff_story *story, struct text *out)
{
	struct teller teller = {
		.out = out,
		.arena = arena_create(),
		.story = story,
		.is_markdown = true,
	};

	tell(&teller, DIFF_MARKDOWN_MARKER "### wgtopo plan: the topology has ");
	tell_count(&teller, story->findings.n_items, "error", "errors");
	tell(&teller, ", so that there is no plan\n");
	write_findings(&teller, "\n", false);
	(void)arena_destroy(teller.arena);
}
