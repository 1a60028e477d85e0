/* SPDX-License-Identifier: MIT */

/* Places and boxes, each with the line that says so. */

#include "compiler/reach/evidence.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "compiler/model/schema.h"
#include "compiler/resolve/network.h"

static void add(struct arena *arena, struct evidence *evidence, struct span span, const char *text)
{
	*vec_push(arena, &evidence->lines) = (struct evidence_line){span, text};
}

static bool is_new(const struct evidence *evidence, struct span span)
{
	vec_foreach(line, &evidence->lines) {
		if (line->span.source == span.source && line->span.begin == span.begin)
			return false;
	}
	return true;
}

static const char *describe_place(const struct given_place *place,
				  char buffer[static NET_ADDRESS_TEXT])
{
	switch (place->kind) {
	case PLACE_ADDRESS:
		return net_address_format(&place->address, buffer);
	case PLACE_NAME:
		return place->name;
	case PLACE_DYNAMIC:
		return "without a fixed address";
	}
	unreachable();
}

static void collect_place(struct arena *arena, const struct network_host *host,
			  const struct network_site *site, const struct given_place *place,
			  struct evidence *evidence)
{
	char buffer[NET_ADDRESS_TEXT];

	if (!is_new(evidence, place->span))
		return;
	add(arena, evidence, place->span,
	    arena_printf(arena, "%s '%s' is at %s, %s", network_kind_text(host->kind), host->name,
			 site->name, describe_place(place, buffer)));
}

static void collect_forwards(struct arena *arena, const struct network_site *site,
			     const struct network_host *host, struct evidence *evidence)
{
	vec_foreach(forward, &site->forwards) {
		bool is_translated =
			forward->in[NET_IPV4] && site->box[NET_IPV4].mapping != NAT_MAPPING_NONE;

		if (forward->host != host || !is_new(evidence, forward->span))
			continue;
		add(arena, evidence, forward->span,
		    is_translated
			    ? arena_printf(arena, "site '%s' forwards UDP port %u to '%s', port %u",
					   site->name, forward->port, host->name,
					   forward->host_port)
			    : arena_printf(arena, "site '%s' lets UDP in to port %u of '%s'",
					   site->name, forward->port, host->name));
	}
}

/* What the topology says of a site that matters to the host. */
static void collect_site(struct arena *arena, const struct network_site *site,
			 const struct network_host *host, struct evidence *evidence)
{
	char buffer[NET_ADDRESS_TEXT];

	if (is_new(evidence, site->nat_span)) {
		add(arena, evidence, site->nat_span,
		    arena_printf(arena, "site '%s' has nat: %s%s%s", site->name,
				 schema_nat_text((int)site->nat),
				 site->nat_is_given ? "" : " (not declared)",
				 site->client_isolation ? ", client isolation" : ""));
	}
	collect_forwards(arena, site, host, evidence);
	vec_foreach(each, &site->one_to_one) {
		if (each->host != host || !is_new(evidence, each->span))
			continue;
		add(arena, evidence, each->span,
		    arena_printf(arena, "site '%s' has %s for '%s' alone", site->name,
				 net_address_format(&each->address, buffer), host->name));
	}
}

void evidence_collect_via(struct arena *arena, const struct network_link *link,
			  struct evidence *evidence)
{
	add(arena, evidence, link->via_span,
	    arena_printf(arena, "'links' has '%s' and '%s' relayed by '%s'", link->ends[0]->name,
			 link->ends[1]->name, link->via->name));
}

void evidence_collect(struct arena *arena, const struct network_host *host,
		      struct evidence *evidence)
{
	if (host->attachments.n_items == 0 && is_new(evidence, host->node->name.span)) {
		add(arena, evidence, host->node->name.span,
		    arena_printf(arena, "%s '%s' roams on the internet",
				 network_kind_text(host->kind), host->name));
	}
	vec_foreach(attachment, &host->attachments) {
		for (size_t k = 0; k < attachment->n_places; k++) {
			collect_place(arena, host, attachment->site, &attachment->places[k],
				      evidence);
		}
		for (const struct network_site *site = attachment->site; site->index != 0;
		     site = site->inside)
			collect_site(arena, site, host, evidence);
	}
}
