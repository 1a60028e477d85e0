/* SPDX-License-Identifier: MIT */

/* The story for tools: docs/plan.md has the document. Written piece by piece, a group per line. */

#include "base/json.h"
#include "base/text.h"
#include "compiler/diff/story.h"

static void write_list(struct text *out, const char *before, const struct diff_names *names)
{
	text_join(out, before, "[");
	vec_foreach(each, &names->items) {
		text_puts(out, each == names->items.items ? "" : ", ");
		json_append_string(out, *each);
	}
	text_puts(out, "]");
}

static void write_member(struct text *out, const char *name, const struct diff_names *names)
{
	text_join(out, ",\n  \"", name, "\": ");
	write_list(out, "", names);
}

static void write_fact(struct text *out, const struct diff_fact *fact)
{
	json_append_member(out, "{", "peer", fact->peer);
	json_append_member(out, ", ", "field", diff_field_text(fact->field));
	json_append_member(out, ", ", "from", fact->from);
	json_append_member(out, ", ", "to", fact->to);
	text_puts(out, "}");
}

static void write_left_behind(struct text *out, unsigned int left_behind)
{
	static const struct {
		unsigned int bit;
		const char *word;
	} words[] = {{DIFF_OLD_ROUTE, "route"},
		     {DIFF_OLD_ENDPOINT, "endpoint"},
		     {DIFF_OLD_SETTING, "setting"}};
	const char *separator = "";

	text_puts(out, ", \"left_behind\": [");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((left_behind & words[i].bit) == 0)
			continue;
		text_join(out, separator, "\"", words[i].word, "\"");
		separator = ", ";
	}
	text_puts(out, "]");
}

static void write_group(struct text *out, const struct diff *diff, const struct diff_group *group)
{
	const char *separator = "";

	text_puts(out, "{\"hosts\": [");
	vec_foreach(host, &group->hosts) {
		text_puts(out, host == group->hosts.items ? "" : ", ");
		json_append_string(out, (*host)->name);
	}
	json_append_member(out, "], ", "effect", diff_effect_text(group->effect));
	write_left_behind(out, group->left_behind);
	if (diff_is_new(group->hosts.items[0]))
		text_printf(out, ", \"peers\": %zu", group->hosts.items[0]->n_peers);
	text_puts(out, ", \"facts\": [");
	vec_foreach(range, &group->facts.items) {
		for (size_t i = range->first; i <= range->last; i++) {
			text_puts(out, separator);
			write_fact(out, &diff->facts.items.items[i]);
			separator = ",\n      ";
		}
	}
	text_puts(out, "]}");
}

static void write_groups(struct text *out, const struct diff *diff)
{
	text_puts(out, ",\n  \"groups\": [");
	vec_foreach(group, &diff->groups) {
		text_puts(out, group == diff->groups.items ? "\n    " : ",\n    ");
		write_group(out, diff, group);
	}
	text_puts(out, "]");
}

static void write_path(struct text *out, const char *name, const struct diff_path *path)
{
	text_join(out, ", \"", name, "\": ");
	json_append_member(out, "{", "verdict",
			   path->verdict == MANIFEST_NONE ? "unreachable"
							  : manifest_verdict_text(path->verdict));
	json_append_member(out, ", ", "via", path->via);
	text_puts(out, "}");
}

static void write_shifts(struct text *out, const struct diff *diff)
{
	text_puts(out, ",\n  \"reachability\": [");
	vec_foreach(shift, &diff->shifts) {
		text_puts(out, shift == diff->shifts.items ? "\n    {" : ",\n    {");
		write_list(out, "\"a\": ", &shift->a);
		write_list(out, ", \"b\": ", &shift->b);
		text_printf(out, ", \"pairs\": %zu", shift->n_pairs);
		write_path(out, "from", &shift->from);
		write_path(out, "to", &shift->to);
		text_printf(out, ", \"is_cut\": %s}", diff_shift_cuts(shift) ? "true" : "false");
	}
	text_puts(out, "]");
}

static void write_addresses(struct text *out, const struct manifest_host *host)
{
	text_puts(out, "[");
	vec_foreach(address, &host->addresses) {
		char buffer[NET_ADDRESS_TEXT];

		text_puts(out, address == host->addresses.items ? "" : ", ");
		json_append_string(out, net_address_format(address, buffer));
	}
	text_puts(out, "]");
}

static void write_moved(struct text *out, const struct diff *diff, const struct diff_names *moved)
{
	text_puts(out, ",\n  \"renumbered\": [");
	vec_foreach(name, &moved->items) {
		text_puts(out, name == moved->items.items ? "" : ", ");
		json_append_member(out, "{", "host", *name);
		text_puts(out, ", \"from\": ");
		write_addresses(out, diff_find(diff, DIFF_BEFORE, *name));
		text_puts(out, ", \"to\": ");
		write_addresses(out, diff_find(diff, DIFF_AFTER, *name));
		text_puts(out, "}");
	}
	text_puts(out, "]");
}

static void write_rehomed(struct text *out, const struct diff_roles *roles)
{
	text_puts(out, ",\n  \"gateway_changes\": [");
	vec_foreach(rehomed, &roles->rehomed) {
		text_puts(out, rehomed == roles->rehomed.items ? "{" : ", {");
		write_list(out, "\"devices\": ", &rehomed->devices);
		json_append_member(out, ", ", "from", rehomed->from);
		json_append_member(out, ", ", "to", rehomed->to);
		text_puts(out, "}");
	}
	text_puts(out, "],\n  \"passing_addresses\": [");
	vec_foreach(passing, &roles->passing) {
		text_puts(out, passing == roles->passing.items ? "" : ", ");
		json_append_member(out, "{", "address", passing->address);
		json_append_member(out, ", ", "from", passing->from);
		json_append_member(out, ", ", "to", passing->to);
		text_puts(out, "}");
	}
	text_puts(out, "]");
}

static void write_expiries(struct text *out, const struct diff_story *story)
{
	text_puts(out, ",\n  \"last_days\": [");
	vec_foreach(expiry, &story->expiries) {
		text_puts(out, expiry == story->expiries.items ? "" : ", ");
		json_append_member(out, "{", "user", expiry->user);
		json_append_member(out, ", ", "from", expiry->from);
		json_append_member(out, ", ", "to", expiry->to);
		text_puts(out, "}");
	}
	text_puts(out, "]");
}

/* Those that are new; of what was there before, null says that nobody knows. */
static void write_findings(struct text *out, const struct diff_story *story, bool is_gone)
{
	const char *separator = "[";

	text_join(out, ",\n  \"findings_", is_gone ? "gone" : "new", "\": ");
	if (!story->knows_old_findings) {
		text_puts(out, "null");
		return;
	}
	vec_foreach(finding, &story->findings) {
		if (finding->is_gone != is_gone)
			continue;
		text_puts(out, separator);
		json_append_member(out, "{", "severity", finding->severity);
		json_append_member(out, ", ", "rule", finding->rule);
		json_append_member(out, ", ", "place", finding->place);
		json_append_member(out, ", ", "message", finding->message);
		text_puts(out, ", \"notes\": [");
		vec_foreach(note, &finding->notes) {
			text_puts(out, note == finding->notes.items ? "" : ", ");
			json_append_string(out, *note);
		}
		json_append_member(out, "], ", "help", finding->help);
		text_puts(out, "}");
		separator = ", ";
	}
	text_puts(out, separator[0] == '[' ? "[]" : "]");
}

void diff_render_plan_json(const struct diff_story *story, struct text *out)
{
	const struct diff *diff = story->diff;
	struct diff_roles roles = diff_roles(diff);
	struct diff_names then = {0};

	vec_foreach(name, &roles.gateways.items)
		*vec_push(diff->arena, &then.items) = *name;
	vec_foreach(name, &roles.servers.items)
		*vec_push(diff->arena, &then.items) = *name;
	json_append_member(out, "{\n  ", "format", "wgtopo-plan");
	text_puts(out, ",\n  \"version\": 1");
	json_append_member(out, ",\n  ", "against", story->against);
	json_append_member(out, ",\n  ", "commit", story->commit);
	text_printf(out, ",\n  \"changes\": %zu", diff->n_files);
	write_member(out, "leaving", &roles.leaving);
	write_member(out, "first", &roles.first);
	write_member(out, "then", &then);
	write_member(out, "new_keys", &roles.renewed);
	write_member(out, "devices", &roles.devices);
	write_member(out, "removed", &roles.removed);
	write_member(out, "new", &roles.come);
	write_member(out, "new_devices", &roles.users);
	write_member(out, "restarted", &roles.restarted);
	write_member(out, "at_rest", &roles.at_rest);
	json_append_member(
		out, ",\n  ", "interrupted",
		diff->hosts.n_items == 0 ? NULL : diff_outcome_text(diff_outcome(diff, &roles)));
	write_moved(out, diff, &roles.moved);
	write_rehomed(out, &roles);
	write_groups(out, diff);
	write_shifts(out, diff);
	write_expiries(out, story);
	write_findings(out, story, false);
	write_findings(out, story, true);
	json_append_member(out, ",\n  ", "lock_change", story->lock_change);
	text_puts(out, "\n}\n");
}
