/* SPDX-License-Identifier: MIT */

/* Pairs that fail, told as one finding: the first of them, the lines that make them so, and what
 * would mend it. */

#include "compiler/assert/pairs.h"

#include "base/cleanup.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/assert/words.h"
#include "compiler/plan/planner.h"
#include "compiler/reach/cause.h"
#include "compiler/reach/remedy.h"
#include "compiler/resolve/network.h"

enum {
	MOST_RELATED = 4,
	MOST_REMEDIES = 3,
};

struct report {
	const struct assert_context *context;
	const struct network_assertion *assertion;
	const struct pairs *pairs;
	struct diag_bag *diags;
	struct diag *diag;
};

static const char *predicate_of(const struct network_assertion *assertion)
{
	switch (assertion->form) {
	case ASSERTION_REACH:
		return "do not reach each other";
	case ASSERTION_DENY:
		return "reach each other";
	case ASSERTION_DIRECT:
		return "have no tunnel of their own";
	case ASSERTION_RELAYED:
		return "are not relayed";
	case ASSERTION_SURVIVES:
	case ASSERTION_N_FORMS:
		break;
	}
	unreachable();
}

/* "'gpu01' and 'home01'", "all 12 pairs of 'gpu' and 'home'", "3 of 10 pairs in 'gpu'" */
static void put_subject(const struct report *report, struct text *out)
{
	const struct pairs *pairs = report->pairs;
	const struct network_selection *ends = report->assertion->ends;
	const struct path *path = &pairs->examples[0].path;

	if (pairs->n_all == 1) {
		text_join(out, "'", path->nodes[0]->name, "' and '",
			  path->nodes[path->n_nodes - 1]->name, "'");
		return;
	}
	if (pairs->n_failing == pairs->n_all) {
		text_printf(out, pairs->n_all == 2 ? "both pairs" : "all %zu pairs", pairs->n_all);
	} else {
		text_printf(out, "%zu of %zu pairs", pairs->n_failing, pairs->n_all);
	}
	if (strcmp(ends[0].given.value, ends[1].given.value) == 0) {
		text_join(out, " in '", ends[0].given.value, "'");
	} else {
		text_join(out, " of '", ends[0].given.value, "' and '", ends[1].given.value, "'");
	}
}

static void add_paths(const struct report *report)
{
	const struct pairs *pairs = report->pairs;

	for (size_t i = 0; i < pairs->n_examples; i++) {
		cleanup_(text_finish) struct text path = {0};

		words_put_path(&pairs->examples[i].path, pairs->examples[i].cut, &path);
		diag_note(report->diags, report->diag, "%s", path.data);
	}
	if (pairs->n_failing > pairs->n_examples) {
		diag_note(report->diags, report->diag, "and %zu more pair%s",
			  pairs->n_failing - pairs->n_examples,
			  pairs->n_failing - pairs->n_examples == 1 ? "" : "s");
	}
}

static void relate(const struct report *report, struct span span, const char *text)
{
	if (span_is_given(span) && !diag_shows(report->diag, span) &&
	    report->diag->related.n_items < MOST_RELATED)
		diag_related(report->diags, report->diag, span, "%s", text);
}

static struct reach_verdict verdict_of(const struct report *report, const struct network_host *a,
				       const struct network_host *b)
{
	const struct reach *reach = report->context->reach;

	return reach_decide(reach, reach->class_of[a->index], reach->class_of[b->index]);
}

/* What the two are to each other: what keeps them apart, or lets them meet. */
static void relate_causes(const struct report *report, const struct network_host *a,
			  const struct network_host *b)
{
	const struct reach *reach = report->context->reach;
	struct reach_verdict verdict = verdict_of(report, a, b);
	const struct network_host *ends[2] = {a, b};

	for (size_t i = 0; i < 2; i++) {
		struct cause cause = cause_of(reach, ends[i], &verdict, i);

		relate(report, cause.span, cause.text);
	}
}

static void relate_gateway(const struct report *report, const struct network_host *device)
{
	const struct topology_user *user;
	cleanup_(text_finish) struct text text = {0};

	if (device->kind != HOST_DEVICE)
		return;
	user = device->user;
	text_join(&text, "'", device->name, "' reaches everybody through '", device->gateway->name,
		  "'");
	relate(report,
	       device->way < user->gateways.n_items ? user->gateways.items[device->way].span
						    : device->node->name.span,
	       text.data);
}

/* The lines that make the pair what it is. */
static void relate_pair(const struct report *report, const struct pairs_example *pair)
{
	const struct path *path = &pair->path;
	const struct network_host *from = path->nodes[0];
	const struct network_host *to = path->nodes[path->n_nodes - 1];
	const struct network_link *link = path_find_via(path);
	cleanup_(text_finish) struct text text = {0};

	if (pair->cut < path->n_nodes) {
		relate_causes(report, path->nodes[pair->cut], path->nodes[pair->cut + 1]);
		return;
	}
	if (path->n_nodes > 2) {
		relate_gateway(report, from);
		relate_gateway(report, to);
	}
	if (link != NULL) {
		text_join(&text, "relayed by '", link->via->name, "' here");
		relate(report, link->via_span, text.data);
	} else if (path->relay != NULL) {
		relate_causes(report, path_mesh_end(from), path_mesh_end(to));
	} else if (path->n_nodes == 2 && report->assertion->form == ASSERTION_RELAYED) {
		relate_causes(report, from, to);
	}
}

static void offer_remedies(const struct report *report, const struct network_host *a,
			   const struct network_host *b)
{
	struct remedies remedies = remedies_find(report->context->reach, a, 1, b, 1);

	for (size_t i = 0; i < remedies.n_texts && i < MOST_REMEDIES; i++)
		diag_help(report->diags, report->diag, "%s", remedies.texts[i]);
}

static bool is_of_mesh(const struct path *path)
{
	return path->nodes[0]->kind != HOST_DEVICE &&
	       path->nodes[path->n_nodes - 1]->kind != HOST_DEVICE;
}

/* Remedies that end in what was told already are not told again: one forward may mend two. */
static void offer_once(const struct report *report, const char *text)
{
	if (report->diag->help == NULL || strstr(report->diag->help, text) == NULL)
		diag_help(report->diags, report->diag, "%s", text);
}

/* What would give the pairs of two classes tunnels; only the cheapest where there are others. */
static void offer_for(const struct report *report, const struct pairs_obstacle *obstacle)
{
	struct remedies remedies =
		remedies_find(report->context->reach, obstacle->ends[0], obstacle->n_hosts[0],
			      obstacle->ends[1], obstacle->n_hosts[1]);
	size_t most = report->pairs->n_obstacles == 1 ? MOST_REMEDIES : 1;

	for (size_t i = 0; i < remedies.n_texts && i < most; i++)
		offer_once(report, remedies.texts[i]);
}

/* All that is in the way, each kind of obstacle once. */
static void offer_tunnels(const struct report *report)
{
	const struct pairs *pairs = report->pairs;

	for (size_t i = 0; i < pairs->n_obstacles; i++)
		offer_for(report, &pairs->obstacles[i]);
	if (pairs->n_unexplained > 0) {
		diag_help(report->diags, report->diag,
			  "and likewise for %zu more pair%s; `wgtopo explain` shows for each what "
			  "would mend it",
			  pairs->n_unexplained, pairs->n_unexplained == 1 ? "" : "s");
	}
	if (pairs->n_links > 0) {
		diag_help(report->diags, report->diag, "%sleave 'via' out of %s",
			  pairs->n_obstacles == 0 ? "" : "and then ",
			  pairs->n_links == 1 ? "that link" : "those links");
	}
	if (pairs->n_of_devices > 0) {
		diag_help(report->diags, report->diag,
			  "a device has a tunnel to its gateway only: say `reach` or `relayed` of "
			  "it, or make it a server");
	}
}

/* The gateway that could relay for the two, or NULL. */
static const struct network_host *
find_relay(const struct report *report, const struct network_host *a, const struct network_host *b)
{
	vec_foreach(gateway, &report->context->network->gateways) {
		if (report->assertion->via != NULL && report->assertion->via != *gateway)
			continue;
		if (*gateway != a && *gateway != b &&
		    verdict_of(report, a, *gateway).kind != REACH_APART &&
		    verdict_of(report, b, *gateway).kind != REACH_APART)
			return *gateway;
	}
	return NULL;
}

static void offer_relay(const struct report *report, const struct pairs_example *pair)
{
	const struct path *path = &pair->path;
	const struct network_host *from = path->nodes[0];
	const struct network_host *to = path->nodes[path->n_nodes - 1];
	const struct network_host *relay = find_relay(report, from, to);
	const struct network_host *via = report->assertion->via;

	if (pair->cut < path->n_nodes) {
		offer_remedies(report, path->nodes[pair->cut], path->nodes[pair->cut + 1]);
	} else if (!is_of_mesh(path) && path->n_nodes == 2) {
		diag_help(report->diags, report->diag,
			  "a device and its gateway have a tunnel of their own: say `direct`");
	} else if (!is_of_mesh(path) && via != NULL) {
		const struct network_host *device = from->kind == HOST_DEVICE ? from : to;

		diag_help(report->diags, report->diag, "write `gateways: [%s]` in user '%s'",
			  via->name, device->user->own.name.value);
	} else if (relay == NULL && via != NULL) {
		diag_help(report->diags, report->diag,
			  "'%s' has no tunnel to one of them: name another gateway", via->name);
	} else if (relay != NULL) {
		diag_help(report->diags, report->diag,
			  "have them relayed: `links: [{ between: [%s, %s], via: %s }]`",
			  from->name, to->name, relay->name);
	} else {
		diag_help(report->diags, report->diag,
			  "a relay is a gateway with a tunnel to both, and there is none");
	}
}

static void add_help(const struct report *report)
{
	const struct pairs_example *pair = &report->pairs->examples[0];

	switch (report->assertion->form) {
	case ASSERTION_REACH:
		offer_remedies(report, pair->path.nodes[pair->cut],
			       pair->path.nodes[pair->cut + 1]);
		return;
	case ASSERTION_DENY:
		diag_help(report->diags, report->diag,
			  "there are no access filters yet, so every port of a node that is "
			  "reached is open: leave the assertion out until then, and keep what "
			  "nobody may reach out of this network");
		return;
	case ASSERTION_DIRECT:
		offer_tunnels(report);
		return;
	case ASSERTION_RELAYED:
		offer_relay(report, pair);
		return;
	case ASSERTION_SURVIVES:
	case ASSERTION_N_FORMS:
		break;
	}
	unreachable();
}

struct diag *pairs_report(const struct assert_context *context,
			  const struct network_assertion *assertion, const struct pairs *pairs,
			  struct diag_bag *diags)
{
	cleanup_(text_finish) struct text message = {0};
	struct report report = {context, assertion, pairs, diags, NULL};

	put_subject(&report, &message);
	text_join(&message, " ", predicate_of(assertion));
	if (assertion->via != NULL)
		text_join(&message, " by '", assertion->via->name, "'");
	report.diag = diag_add(diags, DIAG_ASSERT_FAILED, assertion->span, "%s", message.data);
	for (size_t i = 0; i < pairs->n_examples; i++)
		relate_pair(&report, &pairs->examples[i]);
	add_paths(&report);
	add_help(&report);
	return report.diag;
}
