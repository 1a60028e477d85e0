/* SPDX-License-Identifier: MIT */

/* The explanation for people: the path, what stands in the way, each tunnel, the evidence. */

#include "base/source.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/explain_parts.h"
#include "compiler/model/schema.h"
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
	if (e->is_chosen) {
		text_puts(out, "  rule: 'links' has them relayed, though they could\n");
		return;
	}
	text_printf(out, "  rule: %s\n", rule_text(pair->verdict.rule));
	for (size_t i = 0; i < e->remedies.n_texts; i++) {
		text_printf(out, "  %s %s\n", i == 0 ? "fix: " : "  or:", e->remedies.texts[i]);
	}
}

/* Lines of the topology that were shown; none is shown twice. */
struct evidence {
	struct arena *arena;
	struct text *out;
	vec_of(struct span) shown;
};

/* Begins a line of evidence. False: it is there already. */
static bool begin_line(struct evidence *evidence, struct span span)
{
	struct position position = source_position(span.source, span.begin);

	vec_foreach(shown, &evidence->shown) {
		if (shown->source == span.source && shown->begin == span.begin)
			return false;
	}
	*vec_push(evidence->arena, &evidence->shown) = span;
	text_printf(evidence->out, "  %s:%u:%u: ", span.source->path, position.line,
		    position.column);
	return true;
}

static void write_place(struct evidence *evidence, const struct network_host *host,
			const struct network_site *site, const struct given_place *place)
{
	struct text *out = evidence->out;
	char buffer[NET_ADDRESS_TEXT];

	if (!begin_line(evidence, place->span))
		return;
	text_printf(out, "%s '%s' is at %s", network_kind_text(host->kind), host->name, site->name);
	if (place->kind == PLACE_ADDRESS) {
		text_printf(out, ", %s\n", net_address_format(&place->address, buffer));
	} else if (place->kind == PLACE_NAME) {
		text_printf(out, ", %s\n", place->name);
	} else {
		text_puts(out, ", without a fixed address\n");
	}
}

/* What the topology says of a site that matters to the host. */
static void write_site(struct evidence *evidence, const struct network_site *site,
		       const struct network_host *host)
{
	struct text *out = evidence->out;

	if (begin_line(evidence, site->nat_span)) {
		text_printf(out, "site '%s' has nat: %s%s%s\n", site->name,
			    schema_nat_text((int)site->nat),
			    site->nat_is_given ? "" : " (not declared)",
			    site->client_isolation ? ", client isolation" : "");
	}
	vec_foreach(forward, &site->forwards) {
		if (forward->host != host || !begin_line(evidence, forward->span))
			continue;
		text_printf(out, "site '%s' ", site->name);
		if (forward->in[NET_IPV4] && site->box[NET_IPV4].mapping != NAT_MAPPING_NONE) {
			text_printf(out, "forwards UDP port %u to '%s', port %u\n", forward->port,
				    host->name, forward->host_port);
		} else {
			text_printf(out, "lets UDP in to port %u of '%s'\n", forward->port,
				    host->name);
		}
	}
	vec_foreach(each, &site->one_to_one) {
		char buffer[NET_ADDRESS_TEXT];

		if (each->host != host || !begin_line(evidence, each->span))
			continue;
		text_printf(out, "site '%s' has %s for '%s' alone\n", site->name,
			    net_address_format(&each->address, buffer), host->name);
	}
}

/* Every place of each node, and every box around it, with the line of the topology that says so. */
static void write_evidence(const struct explanation *e, struct text *out)
{
	struct evidence evidence = {.arena = e->compilation->arena, .out = out};

	text_puts(out, "\nevidence\n");
	for (size_t i = 0; i < e->n_nodes; i++) {
		const struct network_host *host = e->nodes[i];

		if (host->attachments.n_items == 0 &&
		    begin_line(&evidence, host->node->name.span)) {
			text_printf(out, "%s '%s' roams on the internet\n",
				    network_kind_text(host->kind), host->name);
		}
		vec_foreach(attachment, &host->attachments) {
			for (size_t k = 0; k < attachment->n_places; k++) {
				write_place(&evidence, host, attachment->site,
					    &attachment->places[k]);
			}
			for (const struct network_site *site = attachment->site; site->index != 0;
			     site = site->inside)
				write_site(&evidence, site, host);
		}
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
