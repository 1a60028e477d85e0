/* SPDX-License-Identifier: MIT */

/* The report as text, with a matrix where it fits on a screen, and as JSON. */

#include "runtime/lab/report.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

enum {
	MOST_IN_MATRIX = 40,
	MOST_LISTED = 20,
	N_VERDICTS = MANIFEST_RELAY + 1,
};

/* How a verdict is counted and drawn. MANIFEST_NONE: a device and what is not its gateway. */
struct look {
	const char *words;
	const char *key; /* in JSON */
	char letter;
};

static const struct look looks[N_VERDICTS] = {
	[MANIFEST_NONE] = {"through gateways", "through_gateways", 'G'},
	[MANIFEST_LAN] = {"lan", "lan", 'L'},
	[MANIFEST_DIRECT] = {"direct", "direct", 'D'},
	[MANIFEST_PUNCH] = {"punch", "punch", 'P'},
	[MANIFEST_RELAY] = {"relay", "relay", 'R'},
};

struct count {
	size_t n_pairs;
	size_t n_right;
};

void report_init(struct report *report, struct arena *arena, const struct manifest *manifest)
{
	*report = (struct report){
		.arena = arena,
		.manifest = manifest,
		.marks = ARENA_ARRAY(arena, uint8_t, manifest->n_hosts * manifest->n_hosts),
	};
}

static uint8_t *mark_of(const struct report *report, const struct manifest_host *from,
			const struct manifest_host *to)
{
	return &report->marks[from->index * report->manifest->n_hosts + to->index];
}

void report_observed(struct report *report, const struct manifest_host *from,
		     const struct manifest_host *to)
{
	*mark_of(report, from, to) |= REPORT_OBSERVED;
}

static void keep(struct report *report, const struct report_disagreement *about, const char *from,
		 const char *to)
{
	struct report_disagreement *kept = vec_push(report->arena, &report->disagreements);

	*kept = *about;
	kept->from = arena_printf(report->arena, "%s", from);
	kept->to = arena_printf(report->arena, "%s", to);
	kept->expected = arena_printf(report->arena, "%s", about->expected);
	kept->seen = arena_printf(report->arena, "%s", about->seen);
}

void report_disagree(struct report *report, const struct manifest_host *from,
		     const struct manifest_host *to, const struct report_disagreement *about)
{
	*mark_of(report, from, to) |= REPORT_WRONG;
	keep(report, about, from->name, to->name);
}

void report_disagree_machine(struct report *report, const struct report_disagreement *about)
{
	report->n_machine_failures++;
	keep(report, about, about->from, about->to);
}

bool report_agrees(const struct report *report)
{
	return report->disagreements.n_items == 0;
}

static enum manifest_verdict verdict_of(const struct report *report, size_t from, size_t to)
{
	const struct manifest_host *via;

	return manifest_verdict(report->manifest, &report->manifest->hosts[from],
				&report->manifest->hosts[to], &via);
}

/* Ordered pairs by verdict; returns all together. */
static struct count count_pairs(const struct report *report, struct count ret_counts[N_VERDICTS])
{
	size_t n_hosts = report->manifest->n_hosts;
	struct count all = {0};

	for (size_t i = 0; i < n_hosts * n_hosts; i++) {
		struct count *count;
		bool is_right;

		if (report->marks[i] == 0)
			continue;
		count = &ret_counts[verdict_of(report, i / n_hosts, i % n_hosts)];
		is_right = (report->marks[i] & REPORT_WRONG) == 0;
		count->n_pairs++;
		count->n_right += is_right;
		all.n_pairs++;
		all.n_right += is_right;
	}
	return all;
}

static void write_cell(const struct report *report, size_t from, size_t to, struct text *out)
{
	uint8_t mark = report->marks[from * report->manifest->n_hosts + to];
	char letter = '.';

	if (mark != 0)
		letter = looks[verdict_of(report, from, to)].letter;
	text_printf(out, " %c%c", letter, (mark & REPORT_WRONG) != 0 ? '!' : ' ');
}

static void write_matrix(const struct report *report, struct text *out)
{
	const struct manifest *manifest = report->manifest;
	size_t width = 0;

	for (size_t i = 0; i < manifest->n_hosts; i++) {
		if (strlen(manifest->hosts[i].name) > width)
			width = strlen(manifest->hosts[i].name);
	}
	text_printf(out,
		    "from row to column: L lan, D direct, P punch, R relay, G through "
		    "gateways; ! not as predicted\n\n%*s",
		    (int)width + 5, "");
	for (size_t i = 0; i < manifest->n_hosts; i++)
		text_printf(out, "%2zu ", i + 1);
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		text_printf(out, "\n%3zu %-*s", i + 1, (int)width, manifest->hosts[i].name);
		for (size_t k = 0; k < manifest->n_hosts; k++)
			write_cell(report, i, k, out);
	}
	text_puts(out, "\n\n");
}

static void write_disagreement(const struct report_disagreement *each, struct text *out)
{
	text_printf(out, "%s -> %s", each->from, each->to);
	if (each->where[0] != '\0')
		text_printf(out, " %s", each->where);
	text_printf(out, ", %s: expected %s, seen: %s\n", each->when, each->expected, each->seen);
}

static void write_disagreements(const struct report *report, struct text *out)
{
	size_t n_listed = 0;

	vec_foreach(each, &report->disagreements) {
		if (n_listed++ == MOST_LISTED)
			break;
		write_disagreement(each, out);
	}
	if (report->disagreements.n_items > MOST_LISTED) {
		text_printf(out, "and %zu more, which --format json lists\n",
			    report->disagreements.n_items - MOST_LISTED);
	}
	if (n_listed > 0)
		text_puts(out, "\n");
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void write_counts(const struct report *report, struct text *out)
{
	struct count counts[N_VERDICTS] = {0};
	struct count all = count_pairs(report, counts);
	const char *before = " (";

	text_printf(out, "lab: %zu ordered pair%s, %zu as predicted", all.n_pairs,
		    plural(all.n_pairs), all.n_right);
	for (size_t i = 0; i < N_VERDICTS; i++) {
		size_t verdict = (i + 1) % N_VERDICTS; /* those of devices last */

		if (counts[verdict].n_pairs == 0)
			continue;
		text_printf(out, "%s%zu %s", before, counts[verdict].n_right, looks[verdict].words);
		before = ", ";
	}
	text_puts(out, all.n_pairs == 0 ? "\n" : ")\n");
}

void report_write_text(const struct report *report, struct text *out)
{
	if (report->manifest->n_hosts <= MOST_IN_MATRIX)
		write_matrix(report, out);
	write_disagreements(report, out);
	if (report->n_tried + report->n_untried > 0) {
		text_printf(out, "lab: %zu relayed pair%s tried without the relay", report->n_tried,
			    plural(report->n_tried));
		if (report->n_untried > 0) {
			text_printf(out, ", %zu not (too many, or nobody knows an endpoint)",
				    report->n_untried);
		}
		text_puts(out, "\n");
	}
	if (report->n_machine_probes > 0) {
		text_printf(out,
			    "lab: %zu way%s from and to networks behind hosts, %zu as predicted\n",
			    report->n_machine_probes, plural(report->n_machine_probes),
			    report->n_machine_probes - report->n_machine_failures);
	}
	write_counts(report, out);
}

static void write_member(struct text *out, const char *before, const char *name, const char *value)
{
	text_printf(out, "%s\"%s\": ", before, name);
	json_append_string(out, value);
}

void report_write_json(const struct report *report, struct text *out)
{
	struct count counts[N_VERDICTS] = {0};
	struct count all = count_pairs(report, counts);

	write_member(out, "{\n  ", "network", report->manifest->network);
	text_printf(out, ",\n  \"agrees\": %s,\n  \"pairs\": %zu,\n  \"as_predicted\": %zu,\n",
		    report_agrees(report) ? "true" : "false", all.n_pairs, all.n_right);
	text_puts(out, "  \"verdicts\": {");
	for (size_t i = 0; i < N_VERDICTS; i++) {
		size_t verdict = (i + 1) % N_VERDICTS;

		text_printf(out, "%s\n    \"%s\": {\"pairs\": %zu, \"as_predicted\": %zu}",
			    i == 0 ? "" : ",", looks[verdict].key, counts[verdict].n_pairs,
			    counts[verdict].n_right);
	}
	text_printf(out,
		    "\n  },\n  \"networks_behind_hosts\": {\"ways\": %zu, \"as_predicted\": %zu},\n"
		    "  \"tried_without_relay\": {\"pairs\": %zu, \"left_out\": %zu},\n"
		    "  \"disagreements\": [",
		    report->n_machine_probes, report->n_machine_probes - report->n_machine_failures,
		    report->n_tried, report->n_untried);
	vec_foreach(each, &report->disagreements) {
		text_puts(out, each == report->disagreements.items ? "" : ",");
		write_member(out, "\n    {", "from", each->from);
		write_member(out, ", ", "to", each->to);
		write_member(out, ", ", "where", each->where);
		write_member(out, ", ", "when", each->when);
		write_member(out, ", ", "expected", each->expected);
		write_member(out, ", ", "seen", each->seen);
		text_puts(out, "}");
	}
	text_puts(out, report_agrees(report) ? "]\n}\n" : "\n  ]\n}\n");
}
