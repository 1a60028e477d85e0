/* SPDX-License-Identifier: MIT */

/* The explanation for people: the path, what stands in the way, each tunnel, the evidence. */

#include "base/source.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/explain_parts.h"
#include "compiler/reach/evidence.h"
#include "compiler/resolve/network.h"

static void write_hop(const struct outward_hop *hop, struct text *out)
{
	text_printf(out, "    |  %s: %s; outside it is %s\n", hop->site->name, hop->box, hop->seen);
}

/* From one end outward to where they meet, and from there inward to the other one. */
static void write_chain(const struct explain_pair *pair, struct text *out)
{
	const struct explain_end *a = &pair->ends[0];
	const struct explain_end *b = &pair->ends[1];

	text_printf(out, "  %s, %s\n", a->host->name, a->out.place);
	vec_foreach(hop, &a->out.hops)
		write_hop(hop, out);
	text_printf(out, "    +  %s, %s\n", pair->verdict.site->name,
		    pair->verdict.family == NET_IPV4 ? "IPv4" : "IPv6");
	for (size_t i = b->out.hops.n_items; i-- > 0;)
		write_hop(&b->out.hops.items[i], out);
	text_printf(out, "  %s, %s\n", b->host->name, b->out.place);
}

static void write_end(const struct explain_end *end, struct text *out)
{
	if (end->sees == NULL)
		return;
	text_printf(out, "  %s sends to %s; ", end->host->name,
		    end->endpoint != NULL ? end->endpoint
					  : "where the other's packets come from (no endpoint)");
	if (end->sees->persistent_keepalive_s == 0) {
		text_puts(out, "no keepalive");
	} else {
		text_printf(out, "keepalive every %u s", end->sees->persistent_keepalive_s);
	}
	text_printf(out, ": %s\n", end->reason);
}

static void write_tunnel(const struct explain_pair *pair, struct text *out)
{
	text_printf(out, "\n%s - %s: %s\n", pair->ends[0].host->name, pair->ends[1].host->name,
		    pair->way);
	write_chain(pair, out);
	text_printf(out, "  rule: %s\n", rule_text(pair->verdict.rule));
	write_end(&pair->ends[0], out);
	write_end(&pair->ends[1], out);
}

static void write_apart(const struct explanation *e, struct text *out)
{
	const struct explain_pair *pair = &e->apart;

	if (!e->has_apart)
		return;
	text_printf(out, "\n%s - %s: no tunnel of their own\n", pair->ends[0].host->name,
		    pair->ends[1].host->name);
	write_chain(pair, out);
	if (e->chosen != NULL) {
		text_join(out, "  rule: 'links' has them relayed by ", e->chosen->via->name);
		if (pair->verdict.kind != REACH_APART) {
			text_puts(out, ", though they could\n");
		} else {
			text_join(out,
				  "; by themselves they could not: ", rule_text(pair->verdict.rule),
				  "\n");
		}
		return;
	}
	text_printf(out, "  rule: %s\n", rule_text(pair->verdict.rule));
	for (size_t i = 0; i < e->remedies.n_texts; i++) {
		text_printf(out, "  %s %s\n", i == 0 ? "fix: " : "  or:", e->remedies.texts[i]);
	}
}

/* Every place of each node, and every box around it, with the line of the topology that says so. */
static void write_evidence(const struct explanation *e, struct text *out)
{
	struct evidence evidence = {0};

	text_puts(out, "\nevidence\n");
	for (size_t i = 0; i < e->n_nodes; i++)
		evidence_collect(e->compilation->arena, e->nodes[i], &evidence);
	if (e->chosen != NULL)
		evidence_collect_via(e->compilation->arena, e->chosen, &evidence);
	vec_foreach(line, &evidence.lines) {
		struct position position = source_position(line->span.source, line->span.begin);

		text_printf(out, "  %s:%u:%u: %s\n", line->span.source->path, position.line,
			    position.column, line->text);
	}
}

void explain_write_text(const struct explanation *e, struct text *out)
{
	text_printf(out, "%s %s %s", e->nodes[0]->name, e->is_cut ? "cannot reach" : "reaches",
		    e->nodes[e->n_nodes - 1]->name);
	text_puts(out, e->is_cut         ? "\n\npath\n  "
		       : e->n_nodes == 2 ? " by a tunnel of their own\n\npath\n  "
		       : e->n_nodes == 3 ? " through a gateway\n\npath\n  "
					 : " through gateways\n\npath\n  ");
	for (size_t i = 0; i < e->n_nodes; i++) {
		text_printf(out, "%s%s",
			    i == 0                          ? ""
			    : e->tunnels[i - 1].way == NULL ? " -/- "
							    : " -> ",
			    e->nodes[i]->name);
	}
	text_puts(out, "\n");
	write_apart(e, out);
	for (size_t i = 0; i + 1 < e->n_nodes; i++) {
		if (e->tunnels[i].way != NULL)
			write_tunnel(&e->tunnels[i], out);
	}
	text_printf(out, "\nmtu\n  %u bytes: %s\n", e->mtu, e->mtu_reason);
	write_evidence(e, out);
}
