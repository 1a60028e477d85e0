/* SPDX-License-Identifier: MIT */

/*
 * The data of the page. It holds what makes up an explanation of any pair, not the explanations:
 * cells by pairs of classes, ends by host and meeting. page.js puts them together as explain does.
 */

#include "base/arena.h"
#include "base/text.h"
#include "compiler/model/schema.h"
#include "compiler/plan/planner.h"
#include "compiler/reach/evidence.h"
#include "compiler/reach/outward.h"
#include "compiler/reach/relay.h"
#include "compiler/reach/remedy.h"
#include "compiler/report/cells.h"
#include "compiler/report/quote.h"

/* While it is written; strings come last, because all the others use them. */
struct writing {
	struct report *report;
	struct report_strings strings;
	struct report_cells cells;
	struct text *out;
};

static void key(struct text *out, const char *separator, const char *name)
{
	text_join(out, separator, "\"", name, "\": ");
}

static void member(struct text *out, const char *separator, const char *name, const char *value)
{
	key(out, separator, name);
	if (value == NULL) {
		text_puts(out, "null");
	} else {
		quote_json(out, value);
	}
}

static size_t intern(struct writing *writing, const char *string)
{
	return report_string(writing->report, &writing->strings, string);
}

static void write_head(struct writing *writing)
{
	const struct report_input *input = writing->report->input;
	const char *reason;
	unsigned int mtu = planner_mtu(input->planner, &reason);
	struct text *out = writing->out;

	text_puts(out, "{\"format\": \"wgtopo-report\", \"version\": 1");
	member(out, ",\n", "network", input->network->name);
	member(out, ",\n", "domain", input->network->domain);
	member(out, ",\n", "topology", input->topology);
	text_printf(out, ",\n\"mtu\": %u", mtu);
	member(out, ",\n", "mtu_reason", reason);
}

static void write_sites(struct writing *writing)
{
	struct text *out = writing->out;

	key(out, ",\n", "sites");
	text_puts(out, "[");
	vec_foreach(site, &writing->report->network->sites) {
		text_puts(out, site->index == 0 ? "" : ", ");
		quote_json(out, site->name);
	}
	text_puts(out, "]");
}

static void write_groups(struct writing *writing)
{
	const struct report *report = writing->report;
	struct text *out = writing->out;

	key(out, ",\n", "groups");
	text_puts(out, "[");
	for (size_t i = 0; i < report->n_groups; i++) {
		member(out, i == 0 ? "\n{" : ",\n{", "label", report->groups[i].label);
		member(out, ", ", "where", report->groups[i].where);
		text_puts(out, "}");
	}
	key(out, "],\n", "verdicts");
	grid_write(&report->verdicts, out);
}

/* [meeting, place, [site, box, seen, ...], endpoint, the fix by a forward] */
static void write_use(struct writing *writing, const struct network_host *host,
		      const struct report_use *use)
{
	const struct report *report = writing->report;
	const struct report_meeting *meeting = &writing->cells.meetings.items[use->meeting];
	const struct reach_verdict there = {.site = meeting->site, .family = meeting->family};
	struct net_endpoint endpoint = reach_exposure(report->reach, host, &there).endpoint;
	struct outward outward =
		outward_look(report->arena, report->reach, host, meeting->site, meeting->family);
	char buffer[NET_ENDPOINT_TEXT];
	struct text *out = writing->out;

	text_printf(out, "[%zu, %zu, [", use->meeting, intern(writing, outward.place));
	vec_foreach(hop, &outward.hops) {
		text_printf(out, "%s%zu", hop == outward.hops.items ? "" : ", ", hop->site->index);
		text_printf(out, ", %zu", intern(writing, hop->box));
		text_printf(out, ", %zu", intern(writing, hop->seen));
	}
	text_puts(out, "], ");
	if (endpoint.port == 0) {
		text_puts(out, "null");
	} else {
		text_number(out, intern(writing, net_endpoint_format(&endpoint, buffer)));
	}
	if (use->partner != NULL) {
		struct remedies remedies = remedies_find(report->reach, host, 1, use->partner, 1);

		text_printf(out, ", %zu", intern(writing, remedies.texts[0]));
	}
	text_puts(out, "]");
}

/* [file:line:column, text, ...] */
static void write_evidence(struct writing *writing, struct evidence *evidence)
{
	struct arena *arena = writing->report->arena;
	struct text *out = writing->out;

	key(out, ", ", "evidence");
	text_puts(out, "[");
	vec_foreach(line, &evidence->lines) {
		struct position position = source_position(line->span.source, line->span.begin);
		const char *place = arena_printf(arena, "%s:%u:%u", line->span.source->path,
						 position.line, position.column);

		text_printf(out, "%s%zu", line == evidence->lines.items ? "" : ", ",
			    intern(writing, place));
		text_printf(out, ", %zu", intern(writing, line->text));
	}
	text_puts(out, "]");
}

static void write_addresses(const struct network_host *host, struct text *out)
{
	char buffer[NET_ADDRESS_TEXT];

	key(out, ", ", "addresses");
	text_puts(out, "[");
	for (size_t i = 0; i < host->n_addresses; i++) {
		text_puts(out, i == 0 ? "" : ", ");
		quote_json(out, net_address_format(&host->addresses[i], buffer));
	}
	text_puts(out, "]");
}

static void write_names(const struct network_host *host, struct text *out)
{
	if (host->user != NULL)
		member(out, ", ", "user", host->user->own.name.value);
	if (host->groups.n_items == 0)
		return;
	key(out, ", ", "groups");
	text_puts(out, "[");
	vec_foreach(group, &host->groups) {
		text_puts(out, group == host->groups.items ? "" : ", ");
		quote_json(out, *group);
	}
	text_puts(out, "]");
}

static void write_host(struct writing *writing, const struct network_host *host)
{
	const struct report *report = writing->report;
	size_t class = report->reach->class_of[host->index];
	struct evidence evidence = {0};
	struct text *out = writing->out;

	member(out, "{", "name", host->name);
	member(out, ", ", "kind", network_kind_text(host->kind));
	text_printf(out, ", \"group\": %zu, \"class\": %zu, \"share\": %u",
		    report->group_of[host->index], class, relay_share(report->network, host));
	if (host->gateway != NULL)
		text_printf(out, ", \"gateway\": %zu", host->gateway->index);
	if (host->home != NULL)
		text_printf(out, ", \"home\": %zu", host->home->index);
	write_addresses(host, out);
	write_names(host, out);
	evidence_collect(writing->report->arena, host, &evidence);
	write_evidence(writing, &evidence);
	key(out, ", ", "ends");
	text_puts(out, "[");
	vec_foreach(use, &writing->cells.uses[class]) {
		text_puts(out, use == writing->cells.uses[class].items ? "" : ", ");
		write_use(writing, host, use);
	}
	text_puts(out, "]}");
}

static void write_hosts(struct writing *writing)
{
	const struct network *network = writing->report->network;

	key(writing->out, ",\n", "hosts");
	text_puts(writing->out, "[");
	for (size_t i = 0; i < network->n_hosts; i++) {
		text_puts(writing->out, i == 0 ? "\n" : ",\n");
		write_host(writing, &network->hosts[i]);
	}
	text_puts(writing->out, "]");
}

static void write_link(struct writing *writing, const struct network_link *link)
{
	struct report *report = writing->report;
	struct evidence evidence = {0};
	struct text *out = writing->out;

	text_printf(out, "\n{\"ends\": [%zu, %zu], \"cells\": [", link->ends[0]->index,
		    link->ends[1]->index);
	for (size_t from = 0; from < 2; from++) {
		text_puts(out, from == 0 ? "" : ", ");
		text_number(out, report_cell_of_link(report, link, from, &writing->strings,
						     &writing->cells));
	}
	text_puts(out, "]");
	if (link->via != NULL) {
		text_printf(out, ", \"via\": %zu", link->via->index);
		evidence_collect_via(report->arena, link, &evidence);
		write_evidence(writing, &evidence);
	}
	if (span_is_given(link->mtu.span))
		text_printf(out, ", \"mtu\": %lld", (long long)link->mtu.value);
	text_puts(out, "}");
}

/* Each stands with both of its ends; it is written with the first. */
static void write_links(struct writing *writing)
{
	const struct network *network = writing->report->network;
	const char *separator = "";

	key(writing->out, ",\n", "links");
	text_puts(writing->out, "[");
	for (size_t i = 0; i < network->n_hosts; i++) {
		vec_foreach(link, &network->hosts[i].links) {
			if ((*link)->ends[0] != &network->hosts[i])
				continue;
			text_puts(writing->out, separator);
			write_link(writing, *link);
			separator = ",";
		}
	}
	text_puts(writing->out, "]");
}

static void write_meetings(struct writing *writing)
{
	struct text *out = writing->out;

	key(out, ",\n", "meetings");
	text_puts(out, "[");
	vec_foreach(meeting, &writing->cells.meetings) {
		text_printf(out, "%s[%zu, \"%s\"]",
			    meeting == writing->cells.meetings.items ? "" : ", ",
			    meeting->site->index, meeting->family == NET_IPV4 ? "ipv4" : "ipv6");
	}
	text_puts(out, "]");
}

/* As the text renderer shows a finding, without the line that counts them all. */
static void write_finding(struct report *report, struct diag *diag, struct text *out)
{
	cleanup_(text_finish) struct text shown = {0};
	struct diag_bag alone = {
		.arena = report->arena,
		.secrets = {report->input->diags->secrets.items,
			    report->input->diags->secrets.n_items, 0},
	};

	*vec_push(report->arena, &alone.items) = diag;
	diag_render_text(&alone, false, &shown);
	member(out, "{", "rule", diag_rules[diag->rule].slug);
	member(out, ", ", "severity", diag->severity == DIAG_ERROR ? "error" : "warning");
	member(out, ", ", "name", report_finding_name(report, diag));
	member(out, ", ", "text", shown.data);
	text_puts(out, "}");
}

static void write_findings(struct writing *writing)
{
	const struct diag_bag *diags = writing->report->input->diags;

	key(writing->out, ",\n", "findings");
	text_puts(writing->out, "[");
	vec_foreach(diag, &diags->items) {
		text_puts(writing->out, diag == diags->items.items ? "\n" : ",\n");
		write_finding(writing->report, *diag, writing->out);
	}
	text_puts(writing->out, "]");
}

static void write_strings(struct text *out, const char *name, const struct report_strings *strings,
			  bool is_json)
{
	key(out, ",\n", name);
	text_puts(out, "[");
	vec_foreach(string, &strings->items) {
		text_puts(out, string == strings->items.items ? "\n" : ",\n");
		if (is_json) {
			text_puts(out, *string);
		} else {
			quote_json(out, *string);
		}
	}
	text_puts(out, "]");
}

void report_write_data(struct report *report, struct text *out)
{
	struct writing writing = {.report = report, .out = out};

	write_head(&writing);
	write_sites(&writing);
	write_groups(&writing);
	key(out, ",\n", "pairs");
	report_write_cells(report, &writing.strings, &writing.cells, out);
	write_links(&writing);
	write_hosts(&writing);
	write_meetings(&writing);
	write_findings(&writing);
	write_strings(out, "cells", &writing.cells.cells, true);
	write_strings(out, "strings", &writing.strings, false);
	key(out, ",\n", "changes");
	report_write_changes(report, out);
	text_puts(out, "}");
}
