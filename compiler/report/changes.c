/* SPDX-License-Identifier: MIT */

/*
 * What is different from the last report. Hosts are compared by name, findings by all but their
 * line, verdicts pair by pair; hosts that were alike before and are alike now are compared once.
 *
 * Where nothing is different, what the last report showed stays: otherwise a second run would wipe
 * out what nobody may have read yet. So the same page twice in a row is the same bytes.
 */

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/glyph.h"
#include "base/memory.h"
#include "base/text.h"
#include "compiler/report/parts.h"
#include "compiler/report/previous.h"
#include "compiler/report/quote.h"

enum {
	MAX_ROWS = 500, /* of verdicts that changed; the others are counted */
};

/* Hosts of one group now that were of one group before. */
struct bunch {
	size_t before;
	size_t now;
	const struct network_host *first;
	const struct network_host *second;
	const struct network_host *last;
	size_t n_hosts;
};

struct comparison {
	struct report *report;
	struct previous previous;
	vec_of(struct bunch) bunches;
	size_t *bunch_of; /* by host index; SIZE_MAX: a new host */
	json_t *verdicts;
	size_t n_left_out;
};

/* Takes over `value`. NULL, for want of memory, is found here once for all. */
static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		memory_exhausted();
}

static void set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value) < 0)
		memory_exhausted();
}

/* It is as it will be read back: only with characters that can be shown. */
const char *report_finding_name(struct report *report, const struct diag *diag)
{
	cleanup_(text_finish) struct text out = {0};
	const char *path = span_is_given(diag->span) ? diag->span.source->path : "wgtopo";

	glyph_append_string(&out, strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1);
	text_puts(&out, diag->severity == DIAG_ERROR ? ": error: " : ": warning: ");
	glyph_append_string(&out, diag->message);
	text_join(&out, " [", diag_rules[diag->rule].slug, "]");
	return arena_copy(report->arena, out.data, out.length);
}

static void find_bunches(struct comparison *c)
{
	const struct network *network = c->report->network;
	struct map known = {0};

	c->bunch_of = ARENA_ARRAY(c->report->arena, size_t, network->n_hosts);
	vec_reserve(c->report->arena, &c->bunches, network->n_hosts);
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];
		const struct previous_host *before = map_get(&c->previous.by_name, host->name);
		struct bunch *bunch;

		c->bunch_of[i] = SIZE_MAX;
		if (before == NULL)
			continue;
		bunch = map_put(c->report->arena, &known,
				arena_printf(c->report->arena, "%zu %zu", before->group,
					     c->report->group_of[i]),
				c->bunches.items + c->bunches.n_items);
		if (bunch == NULL) {
			bunch = vec_push(c->report->arena, &c->bunches);
			*bunch = (struct bunch){before->group, c->report->group_of[i],
						.first = host};
		}
		if (bunch->n_hosts++ == 1)
			bunch->second = host;
		bunch->last = host;
		c->bunch_of[i] = (size_t)(bunch - c->bunches.items);
	}
}

/* One device at two gateways is no pair. Names of one device stand near each other. */
static size_t count_same(const struct comparison *c, size_t a, size_t b)
{
	const struct network *network = c->report->network;
	size_t n_same = 0;

	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *home = network->hosts[i].home;

		for (size_t k = home == NULL ? i : home->index; k < i; k++) {
			bool is_same = network_host_is_same(&network->hosts[i], &network->hosts[k]);

			n_same += is_same && ((c->bunch_of[i] == a && c->bunch_of[k] == b) ||
					      (c->bunch_of[i] == b && c->bunch_of[k] == a));
		}
	}
	return n_same;
}

static size_t count_pairs(const struct comparison *c, size_t a, size_t b)
{
	const struct bunch *one = &c->bunches.items[a];
	const struct bunch *other = &c->bunches.items[b];
	size_t n = a == b ? one->n_hosts * (one->n_hosts - 1) / 2 : one->n_hosts * other->n_hosts;

	if (one->first->kind != HOST_DEVICE || other->first->kind != HOST_DEVICE)
		return n;
	return n - count_same(c, a, b);
}

static const char *label_of(const struct comparison *c, const struct bunch *bunch)
{
	return report_label(c->report->arena, bunch->first, bunch->last, bunch->n_hosts);
}

static bool is_verdict(int verdict)
{
	return verdict > REPORT_NO_PAIR && verdict < REPORT_N_VERDICTS;
}

static void compare_bunches(struct comparison *c, size_t a, size_t b, bool wants_worse)
{
	const struct bunch *one = &c->bunches.items[a];
	const struct bunch *other = &c->bunches.items[b];
	int was = *grid_at(&c->previous.verdicts, one->before, other->before);
	int now = report_verdict(c->report, one->now, other->now);
	size_t n;

	if (was == now || !is_verdict(was) || !is_verdict(now) || (a == b && one->n_hosts < 2) ||
	    (now > was) != wants_worse)
		return;
	n = count_pairs(c, a, b);
	if (n == 0)
		return;
	if (json_array_size(c->verdicts) >= MAX_ROWS) {
		c->n_left_out += n;
		return;
	}
	append(c->verdicts,
	       json_pack("{s:s, s:s, s:I, s:i, s:i, s:s, s:s}", "a", label_of(c, one), "b",
			 label_of(c, other), "pairs", (json_int_t)n, "was", was, "now", now, "from",
			 one->first->name, "to", (a == b ? one->second : other->first)->name));
}

/* First what became worse. */
static void compare_verdicts(struct comparison *c)
{
	find_bunches(c);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t a = 0; a < c->bunches.n_items; a++) {
			for (size_t b = a; b < c->bunches.n_items; b++)
				compare_bunches(c, a, b, pass == 0);
		}
	}
}

static json_t *list_added(struct comparison *c)
{
	const struct network *network = c->report->network;
	json_t *added = json_array();

	for (size_t i = 0; i < network->n_hosts; i++) {
		if (map_get(&c->previous.by_name, network->hosts[i].name) == NULL)
			append(added, json_string(network->hosts[i].name));
	}
	return added;
}

static json_t *list_removed(struct comparison *c)
{
	const struct network *network = c->report->network;
	json_t *removed = json_array();
	struct map names = {0};

	for (size_t i = 0; i < network->n_hosts; i++) {
		(void)map_put(c->report->arena, &names, network->hosts[i].name, &network->hosts[i]);
	}
	vec_foreach(host, &c->previous.hosts) {
		if (map_get(&names, host->name) == NULL)
			append(removed, json_string(host->name));
	}
	return removed;
}

struct names {
	const char **items;
	size_t n_items;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those in `names` that are not in `others`, each as often as that. Both are sorted. */
static json_t *list_missing(const struct names *names, const struct names *others)
{
	json_t *missing = json_array();
	size_t k = 0;

	for (size_t i = 0; i < names->n_items; i++) {
		while (k < others->n_items && strcmp(others->items[k], names->items[i]) < 0)
			k++;
		if (k < others->n_items && strcmp(others->items[k], names->items[i]) == 0) {
			k++;
		} else {
			append(missing, json_string(names->items[i]));
		}
	}
	return missing;
}

static void sort(struct names *names)
{
	if (names->n_items > 0)
		qsort(names->items, names->n_items, sizeof(*names->items), compare_names);
}

static void compare_findings(struct comparison *c, json_t *changes)
{
	const struct diag_bag *diags = c->report->input->diags;
	struct names now = {.n_items = diags->items.n_items};
	struct names before = {.n_items = c->previous.findings.n_items};

	now.items = ARENA_ARRAY(c->report->arena, const char *, now.n_items);
	for (size_t i = 0; i < now.n_items; i++)
		now.items[i] = report_finding_name(c->report, diags->items.items[i]);
	before.items = ARENA_ARRAY(c->report->arena, const char *, before.n_items);
	for (size_t i = 0; i < before.n_items; i++)
		before.items[i] = c->previous.findings.items[i];
	sort(&now);
	sort(&before);
	set(changes, "findings_new", list_missing(&now, &before));
	set(changes, "findings_gone", list_missing(&before, &now));
}

static bool is_empty(const json_t *changes)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)changes, name, value)
	{
		if (json_is_array(value) && json_array_size(value) > 0)
			return false;
	}
	return true;
}

static json_t *compare(struct comparison *c)
{
	json_t *changes = json_object();

	c->verdicts = json_array();
	compare_verdicts(c);
	set(changes, "added", list_added(c));
	set(changes, "removed", list_removed(c));
	set(changes, "verdicts", c->verdicts);
	set(changes, "more_pairs", json_integer((json_int_t)c->n_left_out));
	compare_findings(c, changes);
	if (is_empty(changes)) {
		json_decref(changes);
		return json_incref(c->previous.changes);
	}
	return changes;
}

static json_t *make_note(const char *note)
{
	return json_pack("{s:s}", "note", note);
}

static json_t *find_changes(struct report *report)
{
	struct comparison comparison = {.report = report};
	json_t *document = NULL;
	json_t *changes;

	if (report->input->before == NULL)
		return json_null();
	if (!previous_read(report->arena, report->input->before, &comparison.previous, &document)) {
		return make_note("the last report could not be read: it is damaged, or another "
				 "version of wgtopo wrote it");
	}
	if (strcmp(comparison.previous.network, report->network->name) != 0) {
		changes = make_note("the last report is of another network");
	} else {
		changes = compare(&comparison);
	}
	json_decref(document);
	return changes;
}

/* What was made now and what was read back are written alike. */
static void write_value(const json_t *value, struct text *out)
{
	const char *name;
	json_t *item;
	size_t i;

	if (json_is_object(value)) {
		const char *separator = "{";

		json_object_foreach((json_t *)value, name, item)
		{
			text_puts(out, separator);
			quote_json(out, name);
			text_puts(out, ": ");
			write_value(item, out);
			separator = ", ";
		}
		text_puts(out, separator[0] == '{' ? "{}" : "}");
	} else if (json_is_array(value)) {
		text_puts(out, "[");
		json_array_foreach(value, i, item)
		{
			text_puts(out, i == 0 ? "\n" : ",\n");
			write_value(item, out);
		}
		text_puts(out, "]");
	} else if (json_is_string(value)) {
		quote_json(out, json_string_value(value));
	} else if (json_is_integer(value)) {
		text_printf(out, "%lld", (long long)json_integer_value(value));
	} else {
		text_puts(out, "null");
	}
}

void report_write_changes(struct report *report, struct text *out)
{
	json_t *changes = find_changes(report);

	if (changes == NULL)
		memory_exhausted();
	write_value(changes, out);
	json_decref(changes);
}
