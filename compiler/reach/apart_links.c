/* SPDX-License-Identifier: MIT */

/* What `links` says of pairs, against the tunnels that there are. */

#include "compiler/reach/apart.h"

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/reach/cause.h"
#include "compiler/resolve/network.h"

/*
 * Relays rest on the tunnels of gateways: one that is given up for a relay could take the way of
 * others, or its own, with it.
 */
static void check_tunnel_of_gateway(const struct reach *reach, const struct network_link *link,
				    struct diag_bag *diags)
{
	bool has_gateway =
		link->ends[0]->kind == HOST_GATEWAY || link->ends[1]->kind == HOST_GATEWAY;
	struct diag *diag;

	if (!has_gateway || reach_decide(reach, reach->class_of[link->ends[0]->index],
					 reach->class_of[link->ends[1]->index])
					    .kind == REACH_APART)
		return;
	diag = diag_add(diags, DIAG_BAD_VALUE, link->via_span,
			"'%s' and '%s' have a tunnel of their own, and one of them is a gateway: "
			"relays may rest on it",
			link->ends[0]->name, link->ends[1]->name);
	diag_help(diags, diag,
		  "leave 'via' out: it is for two servers, or for a pair that has no "
		  "tunnel");
}

/* What is said of a tunnel that does not exist. */
static void check_terms(const struct reach *reach, const struct network_host *host,
			const struct network_link *link, struct diag_bag *diags)
{
	const struct network_host *other = network_link_peer(link, host);
	bool has_keepalive = span_is_given(link->persistent_keepalive.span);
	struct diag *diag;

	if (other->index < host->index || link->via != NULL ||
	    (!has_keepalive && !span_is_given(link->mtu.span)) ||
	    reach_decide(reach, reach->class_of[host->index], reach->class_of[other->index]).kind !=
		    REACH_APART)
		return;
	diag = diag_add(diags, DIAG_BAD_VALUE,
			has_keepalive ? link->persistent_keepalive.span : link->mtu.span,
			"'%s' and '%s' have no tunnel of their own, so there is nothing that this "
			"could be for",
			host->name, other->name);
	diag_help(diags, diag, "leave it out, or say it of the pairs with their gateway");
}

void apart_check_links(const struct reach *reach, struct diag_bag *diags)
{
	for (size_t i = 0; i < reach->network->n_hosts; i++) {
		const struct network_host *host = &reach->network->hosts[i];

		vec_foreach(link, &host->links)
			check_terms(reach, host, *link, diags);
	}
	vec_foreach(link, &reach->network->with_via) {
		size_t via = reach->class_of[(*link)->via->index];

		check_tunnel_of_gateway(reach, *link, diags);

		for (size_t i = 0; i < 2; i++) {
			const struct network_host *end = (*link)->ends[i];
			struct reach_verdict verdict =
				reach_decide(reach, reach->class_of[end->index], via);
			struct cause cause;
			struct diag *diag;

			if (verdict.kind != REACH_APART)
				continue;
			cause = cause_of(reach, end, &verdict, 0);
			diag = diag_add(diags, DIAG_NAT_UNREACHABLE, (*link)->via_span,
					"'%s' cannot relay for '%s', to which it has no tunnel: %s",
					(*link)->via->name, end->name, rule_text(verdict.rule));
			diag_related(diags, diag, cause.span, "%s", cause.text);
			diag_help(diags, diag, "name a gateway that has a tunnel to both ends");
		}
	}
}
