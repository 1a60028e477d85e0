/* SPDX-License-Identifier: MIT */

/* The story for a terminal: everything, with names folded. */

#include "base/arena.h"
#include "base/text.h"
#include "compiler/diff/teller.h"

static void write_names(struct teller *teller, const char *before, const struct diff_names *names)
{
	if (names->items.n_items == 0)
		return;
	tell(teller, before);
	tell_names(teller, names);
	tell(teller, "\n");
}

static void write_new(struct teller *teller)
{
	const struct manifest *after = teller->story->diff->sides[DIFF_AFTER];
	const struct diff_names *names = &teller->roles->come;

	if (names->items.n_items == 0)
		return;
	tell(teller, "\nnew:\n");
	vec_foreach(name, &names->items) {
		const struct manifest_host *host = manifest_find_host(after, *name);

		text_join(teller->out, "  ", *name, ": ");
		vec_foreach(address, &host->addresses) {
			char buffer[NET_ADDRESS_TEXT];

			text_join(teller->out, address == host->addresses.items ? "" : ", ",
				  net_address_format(address, buffer));
		}
		tell(teller, "\n");
	}
}

static void write_groups(struct teller *teller)
{
	struct teller_rows rows = teller_rows(teller);

	if (rows.items.n_items > 0)
		tell(teller, "\nchanges:\n");
	vec_foreach(row, &rows.items) {
		tell(teller, "  ");
		tell_names(teller, &(*row)->hosts);
		if ((*row)->hosts.items.n_items > 1)
			text_printf(teller->out, " (%zu hosts)", (*row)->hosts.items.n_items);
		text_join(teller->out, "\n      ", (*row)->change, "\n      ", (*row)->effect,
			  "\n");
		if ((*row)->fault != NULL) {
			text_join(teller->out,
				  "      its old file cannot be read as a whole: ", (*row)->fault,
				  "\n");
		}
	}
}

static void write_moved(struct teller *teller)
{
	const struct diff *diff = teller->story->diff;

	vec_foreach(name, &teller->roles->moved.items) {
		text_join(teller->out, "renumbered: ", *name, " ");
		for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++) {
			const struct manifest_host *host = diff_find(diff, side, *name);

			vec_foreach(address, &host->addresses) {
				char buffer[NET_ADDRESS_TEXT];

				text_join(teller->out, address == host->addresses.items ? "" : ", ",
					  net_address_format(address, buffer));
			}
			tell(teller, side == DIFF_BEFORE ? " -> " : "\n");
		}
	}
}

static void write_order(struct teller *teller)
{
	const struct diff_roles *roles = teller->roles;

	tell_order(teller, "\ncopy to, in this order:\n", true);
	if (roles->leaving.items.n_items + roles->go.items.n_items > 0) {
		tell(teller, "\nshut out:\n");
		tell_shut_out(teller, "  ");
	}
	write_names(teller, "devices with new files: ", &roles->devices);
	write_names(teller, "no longer there: ", &roles->removed);
	write_names(teller, "new files that change nothing that runs: ", &roles->at_rest);
}

static void write_findings(struct teller *teller)
{
	const struct diff_story *story = teller->story;

	if (!story->knows_old_findings)
		return;
	vec_foreach(finding, &story->findings) {
		text_join(teller->out, finding->is_gone ? "gone: " : "new: ", finding->severity,
			  ": ");
		tell_code(teller, finding->message);
		text_join(teller->out, " [", finding->rule, "]\n");
		vec_foreach(note, &finding->notes) {
			tell(teller, "  note: ");
			tell_code(teller, *note);
			tell(teller, "\n");
		}
		if (finding->help != NULL && !finding->is_gone) {
			tell(teller, "  help: ");
			tell_code(teller, finding->help);
			tell(teller, "\n");
		}
	}
}

static void write_expiries(struct teller *teller)
{
	vec_foreach(expiry, &teller->story->expiries) {
		text_join(teller->out, "last day of ", expiry->user, ": ",
			  expiry->from == NULL ? "none" : expiry->from, " -> ",
			  expiry->to == NULL ? "none" : expiry->to, "\n");
	}
}

static void write_head(struct teller *teller)
{
	const struct diff_story *story = teller->story;

	tell_code(teller, story->against);
	if (story->commit != NULL)
		text_printf(teller->out, " (%.12s)", story->commit);
	if (story->diff->n_files == 0) {
		tell(teller,
		     story->commit == NULL ? " is up to date\n" : " gives the same files\n");
		return;
	}
	tell(teller, ": ");
	tell_files(teller);
	tell(teller, "\n");
	tell_headline(teller);
	tell(teller, "\n");
}

void diff_render_plan_text(const struct diff_story *story, struct text *out)
{
	struct diff_roles roles = diff_roles(story->diff);
	struct teller teller = {
		.out = out,
		.arena = arena_create(),
		.story = story,
		.roles = &roles,
	};

	write_head(&teller);
	if (story->diff->n_files > 0) {
		write_new(&teller);
		write_groups(&teller);
		if (story->diff->sides[DIFF_BEFORE] != NULL && teller_has_reached(&teller)) {
			tell(&teller, "\nwho reaches whom:\n");
			tell_reached(&teller, "  ", 0);
		}
		if (story->diff->sides[DIFF_BEFORE] != NULL && story->diff->hosts.n_items > 0) {
			tell(&teller, "\nmeanwhile:\n");
			tell_cuts(&teller, "  ");
		}
		write_order(&teller);
		write_moved(&teller);
		if (roles.passing.n_items > 0) {
			tell(&teller, "an address passes to another host: ");
			tell_passing(&teller);
		}
	}
	write_expiries(&teller);
	write_findings(&teller);
	if (story->lock != NULL) {
		text_join(out, story->lock, " changes as well (", story->lock_change,
			  "): commit it with the topology\n");
	}
	(void)arena_destroy(teller.arena);
}
