/* SPDX-License-Identifier: MIT */

/*
 * Groups and their verdicts. A class says how its hosts meet others; the way of a device leads
 * through its gateway, so that devices of one class behind two gateways are two groups.
 */

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/plan/path.h"
#include "compiler/report/parts.h"

static bool has_chosen_relay(const struct network_host *host)
{
	vec_foreach(link, &host->links) {
		if ((*link)->via != NULL)
			return true;
	}
	return false;
}

/* Whether some host reaches this one otherwise than those of its class. */
static bool is_singular(const struct network_host *host)
{
	return host->devices.n_items > 0 || has_chosen_relay(host);
}

static const char *key_of(const struct report *report, const struct network_host *host)
{
	return arena_printf(report->arena, "%zu %d %zu %zu", report->reach->class_of[host->index],
			    (int)host->kind, host->gateway == NULL ? 0 : host->gateway->index + 1,
			    is_singular(host) ? host->index + 1 : 0);
}

/* "campus", "internet and campus", "anywhere" */
static const char *describe_where(const struct report *report, const struct network_host *host)
{
	cleanup_(text_finish) struct text out = {0};
	size_t n = host->attachments.n_items;

	if (n == 0)
		return "anywhere";
	for (size_t i = 0; i < n; i++) {
		text_join(&out,
			  i == 0       ? ""
			  : i + 1 == n ? " and "
				       : ", ",
			  host->attachments.items[i].site->name);
	}
	return arena_copy(report->arena, out.data, out.length);
}

const char *report_label(struct arena *arena, const struct network_host *first,
			 const struct network_host *last, size_t n_hosts)
{
	if (n_hosts == 1)
		return first->name;
	return arena_printf(arena, "%s%s%s", first->name, n_hosts == 2 ? ", " : " … ", last->name);
}

static void find_groups(struct report *report)
{
	const struct network *network = report->network;
	size_t *group_of = ARENA_ARRAY(report->arena, size_t, network->n_hosts);
	struct map known = {0};

	report->groups = ARENA_ARRAY(report->arena, struct report_group, network->n_hosts);
	report->group_of = group_of;
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];
		struct report_group *fresh = &report->groups[report->n_groups];
		struct report_group *group =
			map_put(report->arena, &known, key_of(report, host), fresh);

		if (group == NULL) {
			group = fresh;
			group->example = host;
			group->where = describe_where(report, host);
			report->n_groups++;
		}
		if (group->n_hosts++ == 1)
			group->second = host;
		group->last = host;
		group_of[i] = (size_t)(group - report->groups);
	}
	for (size_t i = 0; i < report->n_groups; i++) {
		struct report_group *group = &report->groups[i];

		group->label =
			report_label(report->arena, group->example, group->last, group->n_hosts);
	}
}

static enum report_verdict find_verdict(const struct report *report,
					const struct network_host *from,
					const struct network_host *to)
{
	static const enum report_verdict verdicts[REACH_N_VERDICTS] = {
		[REACH_APART] = REPORT_UNREACHABLE,
		[REACH_PUNCH] = REPORT_PUNCH,
		[REACH_DIRECT] = REPORT_DIRECT,
		[REACH_LAN] = REPORT_LAN,
	};
	struct path path = path_between(report->input->planner, from, to);

	if (path_find_cut(report->reach, &path) < path.n_nodes)
		return REPORT_UNREACHABLE;
	if (path.n_nodes > 2)
		return REPORT_RELAY;
	return verdicts[reach_decide(report->reach, report->reach->class_of[from->index],
				     report->reach->class_of[to->index])
				.kind];
}

static void find_verdicts(struct report *report)
{
	size_t n = report->n_groups;

	report->verdicts = grid_create(report->arena, n);
	for (size_t a = 0; a < n; a++) {
		for (size_t b = a; b < n; b++) {
			const struct network_host *other =
				a == b ? report->groups[a].second : report->groups[b].example;
			enum report_verdict verdict = REPORT_NO_PAIR;

			if (other != NULL)
				verdict = find_verdict(report, report->groups[a].example, other);
			*grid_at(&report->verdicts, a, b) = verdict;
			*grid_at(&report->verdicts, b, a) = verdict;
		}
	}
}

struct report *report_create(const struct report_input *input)
{
	struct report *report = ARENA_NEW(input->arena, struct report);

	report->input = input;
	report->arena = input->arena;
	report->network = input->network;
	report->reach = input->reach;
	find_groups(report);
	find_verdicts(report);
	return report;
}

size_t report_string(struct report *report, struct report_strings *strings, const char *string)
{
	size_t *number = map_get(&strings->known, string);
	const char *kept;

	if (number != NULL)
		return *number;
	kept = arena_copy(report->arena, string, strlen(string));
	number = ARENA_NEW(report->arena, size_t);
	*number = strings->items.n_items;
	*vec_push(report->arena, &strings->items) = kept;
	(void)map_put(report->arena, &strings->known, kept, number);
	return *number;
}
