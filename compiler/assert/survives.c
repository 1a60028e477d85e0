/* SPDX-License-Identifier: MIT */

/* Who loses whom in an outage that the network was to survive, and the lines because of which. */

#include "compiler/assert/survives.h"

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/assert/loss.h"
#include "compiler/assert/words.h"
#include "compiler/plan/planner.h"
#include "compiler/reach/cause.h"
#include "compiler/reach/remedy.h"
#include "compiler/resolve/network.h"

enum {
	MOST_TOLD = 3, /* cuts, and networks, before the others are counted */
	MOST_REMEDIES = 2,
};

struct report {
	const struct assert_context *context;
	const struct outage *outage;
	const struct loss *loss;
	struct diag_bag *diags;
	struct diag *diag;
};

static void put_network(const struct loss_network *network, struct text *out)
{
	char buffer[NET_PREFIX_TEXT];

	text_join(out, net_prefix_format(&network->prefix->value, buffer), ", which '",
		  network->owner->name, "' routes");
}

/* "losing gateway 'gw2' cuts 'alice/laptop' off from 12 nodes"; several losses are counted. */
static void put_message(const struct report *report, struct text *out)
{
	const struct loss *loss = report->loss;
	const struct outage *outage = report->outage;
	size_t n_losers = 0; /* of the network that most of them need */

	text_join(out, "losing ", outage_kind(outage), " '", outage_name(outage), "' cuts ");
	if (loss->cuts.n_items == 1) {
		words_put_cut(&loss->cuts.items[0], "off from", out);
	} else if (loss->cuts.n_items > 1) {
		words_put_count(loss->n_pairs_lost, "pair", out);
		text_puts(out, " of nodes off from each other");
	}
	if (loss->networks.n_items == 0)
		return;
	text_puts(out, loss->cuts.n_items > 0 ? ", and " : "");
	vec_foreach(network, &loss->networks)
		n_losers = network->n_losers > n_losers ? network->n_losers : n_losers;
	words_put_count(n_losers, "node", out);
	text_puts(out, " off from ");
	if (loss->networks.n_items == 1) {
		put_network(&loss->networks.items[0], out);
	} else {
		words_put_count(loss->networks.n_items, "network", out);
	}
}

static void relate(const struct report *report, struct span span, const char *text)
{
	if (span_is_given(span) && !diag_shows(report->diag, span))
		diag_related(report->diags, report->diag, span, "%s", text);
}

/* The device at an end of the path that has lost its gateway, or NULL. */
static const struct network_host *find_stranded(const struct outage *outage,
						const struct path *path)
{
	const struct network_host *ends[2] = {path->nodes[0], path->nodes[path->n_nodes - 1]};

	for (size_t i = 0; i < 2; i++) {
		if (ends[i]->kind == HOST_DEVICE &&
		    (outage->is_gone[ends[i]->gateway->index] ||
		     outage_ends_tunnel(outage, ends[i], ends[i]->gateway)))
			return ends[i];
	}
	return NULL;
}

static void relate_gateways(const struct report *report, const struct network_host *device)
{
	const struct topology_user *user = device->user;
	struct arena *arena = report->context->arena;
	struct span span = device->node->name.span;

	if (user->gateways.n_items > 0)
		span = user->gateways.items[0].span;
	relate(report, span,
	       user->gateways.n_items < 2
		       ? arena_printf(arena, "'%s' has no gateway but '%s'", user->own.name.value,
				      device->gateway->name)
		       : arena_printf(arena, "'%s' loses each of its gateways",
				      user->own.name.value));
}

/* Why the two are relayed at all. */
static void relate_relay(const struct report *report, const struct path *path)
{
	const struct reach *reach = report->context->reach;
	const struct network_host *ends[2] = {path_mesh_end(path->nodes[0]),
					      path_mesh_end(path->nodes[path->n_nodes - 1])};
	const struct network_link *link = path_find_via(path);
	struct reach_verdict verdict = reach_decide(reach, reach->class_of[ends[0]->index],
						    reach->class_of[ends[1]->index]);

	if (link != NULL) {
		relate(report, link->via_span,
		       arena_printf(report->context->arena, "relayed by '%s' here",
				    link->via->name));
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		struct cause cause = cause_of(reach, ends[i], &verdict, i);

		relate(report, cause.span, cause.text);
	}
}

/* Where a tunnel of the path leads through the lost site. */
static void relate_site(const struct report *report, const struct path *path)
{
	for (size_t i = 0; i < path->n_nodes; i++) {
		const struct network_host *host = path->nodes[i];

		vec_foreach(attachment, &host->attachments) {
			if (!network_site_is_within(attachment->site, report->outage->site))
				continue;
			relate(report, attachment->places[0].span,
			       arena_printf(report->context->arena,
					    "'%s' has a tunnel through '%s'", host->name,
					    report->outage->site->name));
		}
	}
}

static void relate_cut(const struct report *report, const struct loss_cut *cut)
{
	const struct network_host *stranded = find_stranded(report->outage, &cut->path);

	if (stranded != NULL) {
		relate_gateways(report, stranded);
	} else if (cut->path.relay != NULL && report->outage->is_gone[cut->path.relay->index]) {
		relate_relay(report, &cut->path);
	} else if (report->outage->site != NULL) {
		relate_site(report, &cut->path);
	}
}

static void add_cuts(const struct report *report)
{
	const struct loss *loss = report->loss;

	for (size_t i = 0; i < loss->cuts.n_items && i < MOST_TOLD; i++) {
		cleanup_(text_finish) struct text text = {0};

		relate_cut(report, &loss->cuts.items[i]);
		words_put_cut(&loss->cuts.items[i],
			      loss->cuts.items[i].nodes.n_items == 1 ? "loses" : "lose", &text);
		if (loss->cuts.n_items > 1)
			diag_note(report->diags, report->diag, "%s", text.data);
	}
	if (loss->cuts.n_items > MOST_TOLD) {
		diag_note(report->diags, report->diag,
			  "and %zu more: `wgtopo explain TOPOLOGY --without %s` tells of all",
			  loss->cuts.n_items - MOST_TOLD, outage_name(report->outage));
	}
}

static void add_networks(const struct report *report)
{
	const struct loss *loss = report->loss;

	for (size_t i = 0; i < loss->networks.n_items && i < MOST_TOLD; i++) {
		char buffer[NET_PREFIX_TEXT];
		const struct loss_network *network = &loss->networks.items[i];

		relate(report, network->prefix->span,
		       arena_printf(report->context->arena, "%s is reached through '%s' alone",
				    net_prefix_format(&network->prefix->value, buffer),
				    network->owner->name));
	}
}

/* Another gateway that a device would have a tunnel to, after the outage too. */
static const struct network_host *find_gateway(const struct report *report,
					       const struct network_host *device)
{
	const struct reach *reach = report->context->reach;

	vec_foreach(gateway, &report->context->network->gateways) {
		struct reach_verdict verdict = reach_decide(reach, reach->class_of[device->index],
							    reach->class_of[(*gateway)->index]);

		if (!report->outage->is_gone[(*gateway)->index] && *gateway != device->gateway &&
		    verdict.kind != REACH_APART &&
		    !outage_ends_tunnel(report->outage, device, *gateway))
			return *gateway;
	}
	return NULL;
}

static void offer_gateway(const struct report *report, const struct network_host *device)
{
	const struct network_host *gateway = find_gateway(report, device);
	const char *user = device->user->own.name.value;

	if (gateway == NULL) {
		diag_help(report->diags, report->diag,
			  "add a second gateway, elsewhere, and name it in `gateways` of '%s' too",
			  user);
	} else {
		diag_help(report->diags, report->diag,
			  "give '%s' a further gateway to switch to: `gateways: [%s, %s]`", user,
			  device->gateway->name, gateway->name);
	}
}

static void offer_tunnel(const struct report *report, const struct path *path)
{
	struct remedies remedies = {0};

	if (path_find_via(path) != NULL) {
		diag_help(report->diags, report->diag,
			  "have '%s' and '%s' a tunnel of their own, without that 'via', where "
			  "NAT lets them",
			  path_mesh_end(path->nodes[0])->name,
			  path_mesh_end(path->nodes[path->n_nodes - 1])->name);
		return;
	}
	remedies = remedies_find(report->context->reach, path_mesh_end(path->nodes[0]), 1,
				 path_mesh_end(path->nodes[path->n_nodes - 1]), 1);
	for (size_t i = 0; i < remedies.n_texts && i < MOST_REMEDIES; i++)
		diag_help(report->diags, report->diag, "%s", remedies.texts[i]);
}

/* The kinds of loss, each with its own fix; what is told once is counted after that. */
struct fixes {
	size_t n_stranded; /* devices without a gateway */
	size_t n_links;    /* pairs that `links` has relayed */
	size_t n_relayed;  /* pairs that NAT keeps apart */
};

static void offer_fix(const struct report *report, const struct loss_cut *cut, struct fixes *fixes)
{
	const struct path *path = &cut->path;
	const struct network_host *stranded = find_stranded(report->outage, path);
	size_t *n_alike = stranded != NULL              ? &fixes->n_stranded
			  : path_find_via(path) != NULL ? &fixes->n_links
							: &fixes->n_relayed;
	bool is_relay_gone = path->relay != NULL && report->outage->is_gone[path->relay->index];

	bool is_first = *n_alike == 0;

	if (stranded != NULL || is_relay_gone)
		*n_alike += stranded != NULL ? cut->nodes.n_items : cut->n_pairs;
	if ((stranded == NULL && !is_relay_gone) || !is_first)
		return;
	if (stranded != NULL) {
		offer_gateway(report, stranded);
	} else {
		offer_tunnel(report, path);
	}
}

static void count_others(const struct report *report, const struct fixes *fixes)
{
	const size_t counts[] = {fixes->n_stranded, fixes->n_links, fixes->n_relayed};
	size_t n_others = 0;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		n_others += counts[i] > 1 ? counts[i] - 1 : 0;

	if (n_others > 0) {
		diag_help(report->diags, report->diag,
			  "and likewise for the other%s: `wgtopo explain TOPOLOGY --without %s` "
			  "tells of all",
			  n_others == 1 ? "" : "s", outage_name(report->outage));
	}
}

static void add_help(const struct report *report)
{
	const struct loss *loss = report->loss;
	struct fixes fixes = {0};

	diag_note(report->diags, report->diag,
		  "configurations are static, so that nothing takes the place of what is lost");
	vec_foreach(cut, &loss->cuts)
		offer_fix(report, cut, &fixes);
	count_others(report, &fixes);
	if (loss->networks.n_items > 0) {
		diag_help(report->diags, report->diag,
			  "a prefix has one owner, so nobody stands in for '%s': give what must "
			  "be reached a tunnel of its own",
			  loss->networks.items[0].owner->name);
	}
}

struct diag *survives_check(const struct assert_context *context,
			    const struct network_assertion *assertion, struct diag_bag *diags)
{
	cleanup_(text_finish) struct text message = {0};
	const struct network_selection *lost = &assertion->ends[0];
	struct outage outage = {
		.network = context->network,
		.reach = context->reach,
		.planner = context->planner,
		.host = lost->site != NULL ? NULL : lost->hosts[0],
		.site = lost->site,
	};
	struct report report = {.context = context, .outage = &outage, .diags = diags};
	struct loss loss;

	outage_begin(&outage, context->arena);
	loss = loss_find(&outage, context->arena);
	if (loss_is_none(&loss))
		return NULL;
	report.loss = &loss;
	put_message(&report, &message);
	report.diag = diag_add(diags, DIAG_ASSERT_SURVIVES, assertion->span, "%s", message.data);
	add_cuts(&report);
	add_networks(&report);
	add_help(&report);
	return report.diag;
}
