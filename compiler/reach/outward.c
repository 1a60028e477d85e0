/* SPDX-License-Identifier: MIT */

/* Boxes and what is seen behind them, in words. */

#include "compiler/reach/outward.h"

#include "base/arena.h"
#include "compiler/model/schema.h"
#include "compiler/reach/reach.h"
#include "compiler/reach/walk.h"
#include "compiler/resolve/network.h"

/* "symmetric NAT", "firewall", "nothing in between" */
static const char *describe_box(struct arena *arena, const struct network_site *site,
				enum net_family family)
{
	const struct nat_behaviour *box = &site->box[family];

	if (box->blocks_udp)
		return "no UDP gets out";
	if (box->mapping == NAT_MAPPING_NONE && box->filtering == NAT_FILTERING_NONE)
		return "no NAT, no firewall";
	if (box->mapping == NAT_MAPPING_NONE)
		return "stateful firewall";
	if (site->nat == NAT_IN_TERMS) {
		return arena_printf(arena, "NAT, %s mapping, %s filtering%s",
				    nat_mapping_text(box->mapping),
				    nat_filtering_text(box->filtering),
				    box->port_preservation ? ", keeps ports" : "");
	}
	return arena_printf(arena, "%s NAT", schema_nat_text((int)site->nat));
}

/* The place that others send to, or see packets come from, behind the box that was just passed. */
static const char *describe_seen(struct arena *arena, const struct exposure_walk *walk)
{
	char buffer[NET_ENDPOINT_TEXT];
	const struct net_endpoint *out = &walk->out;

	if (walk->is_blocked)
		return "nothing";
	if (walk->lets_in && walk->in.port != 0) {
		return arena_printf(arena, "%s, open to all",
				    net_endpoint_format(&walk->in, buffer));
	}
	if (out->port == 0) {
		return walk->keeps_port ? arena_printf(arena, "an unknown address, port %u",
						       walk->host->listen_port)
					: "an unknown address and port";
	}
	if (walk->keeps_port)
		return arena_printf(arena, "%s", net_endpoint_format(out, buffer));
	if (out->name != NULL)
		return arena_printf(arena, "%s, at a port that nobody knows", out->name);
	return arena_printf(arena, "%s, at a port that nobody knows",
			    net_address_format(&out->address, buffer));
}

struct outward outward_look(struct arena *arena, const struct reach *reach,
			    const struct network_host *host, const struct network_site *site,
			    enum net_family family)
{
	struct outward outward = {.place = "anywhere"};
	const struct network_attachment *attachment = reach_attachment(reach, host, site, family);
	struct exposure_walk walk;
	char buffer[NET_ENDPOINT_TEXT];

	if (attachment == NULL && host->attachments.n_items > 0)
		outward.place = "one of several sites";
	if (attachment == NULL || !exposure_walk_begin(&walk, host, attachment, family))
		return outward;
	outward.place = walk.in.port == 0 ? arena_printf(arena, "a changing address at %s, port %u",
							 attachment->site->name, host->listen_port)
					  : arena_printf(arena, "%s at %s",
							 net_endpoint_format(&walk.in, buffer),
							 attachment->site->name);
	while (walk.site != site) {
		struct outward_hop hop = {
			.site = walk.site,
			.box = describe_box(arena, walk.site, family),
		};

		exposure_walk_out(&walk);
		hop.seen = describe_seen(arena, &walk);
		*vec_push(arena, &outward.hops) = hop;
	}
	return outward;
}
