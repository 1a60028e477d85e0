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
	MOST_NOTES = 6, /* of a finding */
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
	tell_files(teller);
	tell(teller, story->diff->sides[DIFF_BEFORE] == NULL
			     ? ". There was no network before: everything is new.\n"
			     : ".\n");
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
		write_summary_row(teller, &roles->come, "**new** | `wg-quick up`");
	}
	write_summary_row(teller, &roles->go,
			  "**gone**, but still let in by every host that is not reloaded yet | "
			  "`wg-quick down`, where it still runs");
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

static void write_reached(struct teller *teller)
{
	const struct diff *diff = teller->story->diff;

	if (diff->sides[DIFF_BEFORE] == NULL || diff->n_files == 0)
		return;
	tell(teller, "\n**Who reaches whom:**");
	if (teller_has_reached(teller)) {
		tell(teller, "\n\n");
		tell_reached(teller, "- ", MOST_ROWS);
	} else {
		tell(teller, " as before, for everybody who stays.\n");
	}
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

	if (roles->leaving.items.n_items + roles->go.items.n_items > 0) {
		tell(teller, "\n**Shut out:**\n\n");
		tell_shut_out(teller, "- ");
	}
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

static void write_passing(struct teller *teller)
{
	if (teller->roles->passing.n_items == 0)
		return;
	tell(teller, "\n**An address passes to another host:** ");
	tell_passing(teller);
}

/* What the finding rests on, and the first of what helps: with a warning that is gone, nothing. */
static void write_evidence(struct teller *teller, const struct diff_finding *finding)
{
	vec_foreach(note, &finding->notes) {
		if (note - finding->notes.items == MOST_NOTES) {
			text_printf(teller->out, "  - and %zu notes more\n",
				    finding->notes.n_items - MOST_NOTES);
			break;
		}
		tell(teller, "  - ");
		tell_code(teller, *note);
		tell(teller, "\n");
	}
	if (finding->help != NULL && !finding->is_gone) {
		tell(teller, "  - help: ");
		tell_code(teller, finding->help);
		tell(teller, "\n");
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
		write_evidence(teller, finding);
	}
	if (n > MOST_FINDINGS)
		text_printf(teller->out, "- and %zu more\n", n - MOST_FINDINGS);
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
	write_reached(&teller);
	write_cuts(&teller);
	write_members(&teller);
	write_moved(&teller);
	write_passing(&teller);
	tell_order(&teller, "\n**Copy, and bring into effect in this order:**\n\n", false);
	if (story->knows_old_findings) {
		write_findings(&teller, "\n**New warnings:**\n\n", false);
		write_findings(&teller, "\n**Warnings that are gone:**\n\n", true);
	}
	tell_details(&teller);
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
