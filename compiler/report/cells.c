/* SPDX-License-Identifier: MIT */

/* Pairs of classes, each told by the examples of the two. */

#include "compiler/report/cells.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/plan/planner.h"
#include "compiler/reach/relay.h"
#include "compiler/reach/remedy.h"

/* In the texts of fixes these stand for the names of the two hosts. */
static const char *const names[] = {"{1}", "{2}"}; /* no name has a brace */

static size_t find_meeting(struct report *report, struct report_cells *cells,
			   const struct reach_verdict *verdict)
{
	vec_foreach(meeting, &cells->meetings) {
		if (meeting->site == verdict->site && meeting->family == verdict->family)
			return (size_t)(meeting - cells->meetings.items);
	}
	*vec_push(report->arena, &cells->meetings) =
		(struct report_meeting){verdict->site, verdict->family};
	return cells->meetings.n_items - 1;
}

static struct report_use *find_use(struct report *report, struct report_cells *cells, size_t class,
				   size_t meeting)
{
	struct report_use *fresh;

	vec_foreach(use, &cells->uses[class]) {
		if (use->meeting == meeting)
			return use;
	}
	fresh = vec_push(report->arena, &cells->uses[class]);
	fresh->meeting = meeting;
	return fresh;
}

/* Two next to each other, and what `links` says of them, or NULL. */
struct tunnel {
	const struct network_host *hosts[2];
	const struct network_link *link;
	struct reach_verdict verdict;
	size_t meeting;
};

/* Stands for the site that a reason or a fix is about: the box number `hop` in front of an end. */
static const char *box_name(struct report *report, size_t end, size_t hop)
{
	return arena_printf(report->arena, "{%c%zu}", end == 0 ? 'a' : 'b', hop);
}

/* The box of that name in front of an end, in place of its name; or the name. */
static const char *replace_box(struct report *report, const struct tunnel *tunnel, size_t end,
			       const char *name)
{
	const struct network_attachment *attachment = reach_attachment(
		report->reach, tunnel->hosts[end], tunnel->verdict.site, tunnel->verdict.family);
	size_t hop = 0;

	if (attachment == NULL)
		return name;
	for (const struct network_site *site = attachment->site; site != tunnel->verdict.site;
	     site = site->inside) {
		if (strcmp(site->name, name) == 0)
			return box_name(report, end, hop);
		hop++;
	}
	return name;
}

/* [whether it is told the other's endpoint, seconds, why] */
static void write_end(struct report *report, const struct tunnel *tunnel, size_t end,
		      struct report_strings *strings, struct text *out)
{
	struct plan_peer seen = plan_tunnel(report->reach, tunnel->hosts[end],
					    tunnel->hosts[1 - end], tunnel->link);
	char reason[PLAN_TEXT];

	if (seen.behind != NULL)
		seen.behind = replace_box(report, tunnel, end, seen.behind);
	text_printf(out, "[%d, %u, %zu]", tunnel->verdict.ends[1 - end].has_endpoint,
		    seen.persistent_keepalive_s,
		    report_string(report, strings, plan_reason_text(&seen, reason)));
}

/* The fix with what stands for the names of boxes, which are quoted, in their places. */
static void write_fix(struct report *report, const struct tunnel *tunnel, const char *fix,
		      struct report_strings *strings, struct text *out)
{
	cleanup_(text_finish) struct text template = {0};
	const char *quote;

	for (quote = strchr(fix, '\''); quote != NULL; quote = strchr(fix, '\'')) {
		size_t length = strcspn(quote + 1, "'");
		const char *name = arena_printf(report->arena, "%.*s", (int)length, quote + 1);
		const char *box = replace_box(report, tunnel, 0, name);

		if (box == name)
			box = replace_box(report, tunnel, 1, name);
		text_append(&template, fix, (size_t)(quote - fix) + 1);
		text_puts(&template, box);
		fix = quote + 1 + length;
		if (*fix == '\'')
			text_append(&template, fix++, 1);
	}
	text_puts(&template, fix);
	text_number(out, report_string(report, strings, template.data));
}

/* The fixes for a pair that is apart; that by a forward is the host's own: 'f' and which end. */
static void write_fixes(struct report *report, const struct tunnel *tunnel,
			struct report_strings *strings, struct report_cells *cells,
			struct text *out)
{
	struct arena *scratch = arena_create();
	struct reach reach = *report->reach;
	struct network_host first = *tunnel->hosts[0];
	struct network_host second = *tunnel->hosts[1];
	struct remedies remedies;

	reach.arena = scratch;
	first.name = names[0];
	second.name = names[1];
	remedies = remedies_find(&reach, &first, 1, &second, 1);
	text_puts(out, "[");
	for (size_t i = 0; i < remedies.n_texts; i++) {
		size_t end = remedies.forward_end;

		text_puts(out, i == 0 ? "" : ", ");
		if (i > 0 || !remedies.has_forward) {
			write_fix(report, tunnel, remedies.texts[i], strings, out);
			continue;
		}
		find_use(report, cells, report->reach->class_of[tunnel->hosts[end]->index],
			 tunnel->meeting)
			->partner = tunnel->hosts[1 - end];
		text_printf(out, "\"f%zu\"", end);
	}
	text_puts(out, "]");
	(void)arena_destroy(scratch);
}

/* The gateways of which the shares of a pair choose one. */
static void write_relays(struct report *report, const struct tunnel *tunnel, struct text *out)
{
	const size_t *class_of = report->reach->class_of;
	struct relays relays = {0};

	if (tunnel->hosts[0]->kind != HOST_DEVICE && tunnel->hosts[1]->kind != HOST_DEVICE) {
		relays = relays_between(report->reach, class_of[tunnel->hosts[0]->index],
					class_of[tunnel->hosts[1]->index]);
	}
	text_puts(out, ", [");
	for (size_t i = 0; i < relays.n_gateways; i++)
		text_printf(out, "%s%zu", i == 0 ? "" : ",", relays.gateways[i]->index);
	text_puts(out, "]");
}

/* A device has its gateway as a peer also where it cannot reach it. */
static bool are_peers(const struct tunnel *tunnel)
{
	return tunnel->verdict.kind != REACH_APART || tunnel->hosts[0]->kind == HOST_DEVICE ||
	       tunnel->hosts[1]->kind == HOST_DEVICE;
}

/* ["direct", rule, meeting, way or null, both ends or nulls, fixes, relays] */
static void write_cell(struct report *report, const struct tunnel *tunnel,
		       struct report_strings *strings, struct report_cells *cells, struct text *out)
{
	bool is_apart = tunnel->verdict.kind == REACH_APART;
	char way[PLAN_TEXT];

	text_printf(out, "[\"%s\", %zu, %zu, ", reach_verdict_text(tunnel->verdict.kind),
		    report_string(report, strings, rule_text(tunnel->verdict.rule)),
		    tunnel->meeting);
	if (is_apart) {
		text_puts(out, "null");
	} else {
		struct plan_peer seen = plan_tunnel(report->reach, tunnel->hosts[0],
						    tunnel->hosts[1], tunnel->link);

		text_number(out, report_string(report, strings, plan_path_text(&seen, way)));
	}
	for (size_t end = 0; end < 2; end++) {
		text_puts(out, ", ");
		if (are_peers(tunnel)) {
			write_end(report, tunnel, end, strings, out);
		} else {
			text_puts(out, "null");
		}
	}
	text_puts(out, ", ");
	if (is_apart) {
		write_fixes(report, tunnel, strings, cells, out);
		write_relays(report, tunnel, out);
		text_puts(out, "]");
	} else {
		text_puts(out, "[], []]");
	}
}

static size_t find_cell(struct report *report, const struct network_host *a,
			const struct network_host *b, const struct network_link *link,
			struct report_strings *strings, struct report_cells *cells)
{
	cleanup_(text_finish) struct text cell = {0};
	struct tunnel tunnel = {
		.hosts = {a, b},
		.link = link,
		.verdict = reach_decide(report->reach, report->reach->class_of[a->index],
					report->reach->class_of[b->index]),
	};

	tunnel.meeting = find_meeting(report, cells, &tunnel.verdict);
	for (size_t i = 0; i < 2; i++) {
		(void)find_use(report, cells, report->reach->class_of[tunnel.hosts[i]->index],
			       tunnel.meeting);
	}
	write_cell(report, &tunnel, strings, cells, &cell);
	return report_string(report, &cells->cells, cell.data);
}

size_t report_cell_of_link(struct report *report, const struct network_link *link, size_t from,
			   struct report_strings *strings, struct report_cells *cells)
{
	return find_cell(report, link->ends[from], link->ends[1 - from], link, strings, cells);
}

/* Whether hosts of the two classes are next to each other on some path. */
static bool are_neighbours(const struct report *report, size_t first, size_t second)
{
	const struct network_host *a = report->reach->classes[first].example;
	const struct network_host *b = report->reach->classes[second].example;

	if (a->kind != HOST_DEVICE && b->kind != HOST_DEVICE)
		return true;
	if (a->kind == HOST_DEVICE && b->kind == HOST_DEVICE)
		return false;
	for (size_t i = 0; i < report->n_groups; i++) {
		const struct report_group *group = &report->groups[i];
		size_t class = report->reach->class_of[group->example->index];
		const struct network_host *gateway = group->example->gateway;

		if (class == (a->kind == HOST_DEVICE ? first : second) && gateway != NULL &&
		    report->reach->class_of[gateway->index] ==
			    (a->kind == HOST_DEVICE ? second : first))
			return true;
	}
	return false;
}

static int32_t cell_of_classes(struct report *report, size_t first, size_t second,
			       struct report_strings *strings, struct report_cells *cells)
{
	const struct network_host *a = report->reach->classes[first].example;
	const struct network_host *b = report->reach->classes[second].example;

	if (first == second)
		b = report->reach->classes[second].second;
	if (b == NULL || !are_neighbours(report, first, second))
		return -1;
	return (int32_t)find_cell(report, a, b, NULL, strings, cells);
}

void report_write_cells(struct report *report, struct report_strings *strings,
			struct report_cells *cells, struct text *out)
{
	struct arena *scratch = arena_create();
	struct grid grid = grid_create(scratch, report->reach->n_classes);

	cells->uses = arena_alloc(report->arena, grid.n * sizeof(*cells->uses));
	for (size_t first = 0; first < grid.n; first++) {
		for (size_t second = 0; second < grid.n; second++) {
			*grid_at(&grid, first, second) =
				cell_of_classes(report, first, second, strings, cells);
		}
	}
	grid_write(&grid, out);
	(void)arena_destroy(scratch);
}
