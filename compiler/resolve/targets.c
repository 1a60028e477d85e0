/* SPDX-License-Identifier: MIT */

/*
 * Targets: where a forward leads. At the host that is its listening port; on the way to a host of
 * a site further in, the port at which that site's box takes it over. A forward that ends before
 * is on the router's page for nothing, so it is a mistake: everybody counts on it.
 */

#include "compiler/resolve/resolver.h"

#include "base/diag/diag.h"

/* How packets get from behind the box of a site to a host. */
struct arrival {
	uint16_t port; /* that they have to have there; 0: they do not get to the host */
	const struct network_site *box; /* on the way, which takes them over, or stops them; NULL:
					   nothing is in the way, or the host is not there */
};

/* Whether the box leaves the ports of packets to the host alone, and lets all of them in. */
static bool is_passed_whole(const struct network_site *site, const struct network_host *host,
			    enum net_family family)
{
	const struct nat_behaviour *box = &site->box[family];

	if (box->blocks_udp)
		return false;
	if (family == NET_IPV4 && network_find_one_to_one(site, host) != NULL)
		return true;
	return box->mapping == NAT_MAPPING_NONE && box->filtering == NAT_FILTERING_NONE;
}

static struct arrival arrive_at(const struct network_site *site, const struct network_site *end,
				const struct network_host *host, enum net_family family)
{
	const struct network_forward *forward;

	while (site != end) {
		site = network_site_below(site, end);
		if (is_passed_whole(site, host, family))
			continue;
		forward = network_find_forward(site, host, family);
		return (struct arrival){
			.port = forward == NULL || site->box[family].blocks_udp ? 0 : forward->port,
			.box = site,
		};
	}
	return (struct arrival){.port = host->listen_port};
}

/* The host on the site's own LAN comes first, then the first one that packets get through to. */
static struct arrival arrive(const struct network_site *site, const struct network_host *host,
			     enum net_family family)
{
	struct arrival best = {0};

	vec_foreach(attachment, &host->attachments) {
		struct arrival arrival;

		if (!network_site_is_within(attachment->site, site) ||
		    !network_attachment_speaks(attachment, family))
			continue;
		arrival = arrive_at(site, attachment->site, host, family);
		if (attachment->site == site)
			return arrival;
		if (best.port == 0 && (best.box == NULL || arrival.port != 0))
			best = arrival;
	}
	return best;
}

static void report_absent(struct resolver *resolver, const struct network_site *site,
			  const struct network_host *host, enum net_family family, struct span span)
{
	struct diag *diag = diag_add(resolver->diags, DIAG_FORWARD_USELESS, span,
				     "'%s' has no %s address at '%s'", host->name,
				     family == NET_IPV4 ? "IPv4" : "IPv6", site->name);

	diag_related(resolver->diags, diag, host->node->name.span, "'%s'", host->name);
	diag_help(resolver->diags, diag, "write the address into its 'at', or leave this out");
}

static void report_stopped(struct resolver *resolver, const struct network_host *host,
			   const struct arrival *arrival, struct span span)
{
	struct diag *diag;

	diag = diag_add(resolver->diags, DIAG_FORWARD_USELESS, span,
			"the box of '%s' does not pass it on to '%s'", arrival->box->name,
			host->name);
	diag_related(resolver->diags, diag, arrival->box->span, "'%s' is behind it", host->name);
	diag_help(resolver->diags, diag, "add a forward for '%s' to site '%s' too", host->name,
		  arrival->box->name);
}

/* The entry names a port that is not the one. */
static void report_port(struct resolver *resolver, const struct network_forward *forward,
			const struct arrival *arrival)
{
	const char *name = forward->host->name;
	struct diag *diag;

	if (arrival->box == NULL) {
		diag = diag_add(resolver->diags, DIAG_FORWARD_USELESS, forward->span,
				"nothing listens on port %u of '%s'", forward->host_port, name);
		diag_help(resolver->diags, diag,
			  "its listen_port is %u; or give it `listen_port: %u`", arrival->port,
			  forward->host_port);
		return;
	}
	diag = diag_add(resolver->diags, DIAG_FORWARD_USELESS, forward->span,
			"port %u of the box of '%s' does not lead to '%s'", forward->host_port,
			arrival->box->name, name);
	diag_related(resolver->diags, diag, arrival->box->span, "'%s' is behind it", name);
	diag_help(resolver->diags, diag, "port %u of it does", arrival->port);
}

/* The outer port is not the inner one, and nothing translates it. */
static void report_pinhole(struct resolver *resolver, const struct network_forward *forward,
			   const struct arrival *arrival)
{
	const char *name = forward->host->name;
	struct diag *diag;

	if (arrival->box == NULL) {
		diag = diag_add(resolver->diags, DIAG_FORWARD_USELESS, forward->given->name.span,
				"'%s' listens on port %u, and a firewall does not change ports",
				name, arrival->port);
		diag_related(resolver->diags, diag, forward->host->node->name.span, "'%s'", name);
		diag_help(resolver->diags, diag,
			  "open port %u instead, or give '%s' `listen_port: %u`", arrival->port,
			  name, forward->port);
		return;
	}
	diag = diag_add(resolver->diags, DIAG_FORWARD_USELESS, forward->given->name.span,
			"port %u of the box of '%s' does not lead to '%s', and a firewall does not "
			"change ports",
			forward->port, arrival->box->name, name);
	diag_related(resolver->diags, diag, arrival->box->span, "'%s' is behind it", name);
	diag_help(resolver->diags, diag, "open port %u instead", arrival->port);
}

/* Whether packets of the family end up where somebody listens. */
static bool check_port(struct resolver *resolver, const struct network_site *site,
		       const struct network_forward *forward, enum net_family family,
		       const struct arrival *arrival)
{
	if (forward->host_port != 0 && forward->host_port != arrival->port) {
		report_port(resolver, forward, arrival);
		return false;
	}
	if (site->box[family].mapping == NAT_MAPPING_NONE && forward->port != arrival->port) {
		report_pinhole(resolver, forward, arrival);
		return false;
	}
	return true;
}

/* In no family do packets get through. */
static void report_none(struct resolver *resolver, const struct network_site *site,
			const struct network_forward *forward,
			const struct arrival arrivals[static NET_N_FAMILIES])
{
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		if (arrivals[family].box != NULL) {
			report_stopped(resolver, forward->host, &arrivals[family], forward->span);
			return;
		}
	}
	report_absent(resolver, site, forward->host, forward->in[NET_IPV4] ? NET_IPV4 : NET_IPV6,
		      forward->span);
}

/* A port that is open in both families is of use where it leads on in one of them. */
static void resolve_target(struct resolver *resolver, const struct network_site *site,
			   struct network_forward *forward)
{
	struct arrival arrivals[NET_N_FAMILIES] = {0};
	uint16_t port = 0;

	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		struct arrival *arrival = &arrivals[family];

		if (!forward->in[family])
			continue;
		*arrival = arrive(site, forward->host, family);
		if (arrival->port == 0)
			continue;
		if (!check_port(resolver, site, forward, family, arrival))
			return;
		port = arrival->port;
	}
	if (port == 0) {
		report_none(resolver, site, forward, arrivals);
		return;
	}
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++)
		forward->in[family] = arrivals[family].port != 0;
	forward->host_port = port;
}

static void resolve_site_targets(struct resolver *resolver, struct network_site *site)
{
	vec_foreach(forward, &site->forwards)
		resolve_target(resolver, site, forward);
	vec_foreach(one_to_one, &site->one_to_one) {
		struct arrival arrival = arrive(site, one_to_one->host, NET_IPV4);

		if (arrival.port != 0)
			continue;
		if (arrival.box == NULL) {
			report_absent(resolver, site, one_to_one->host, NET_IPV4, one_to_one->span);
		} else {
			report_stopped(resolver, one_to_one->host, &arrival, one_to_one->span);
		}
	}
}

/* From the innermost sites outward: each looks at the forwards of those inside it. */
void resolve_targets(struct resolver *resolver)
{
	struct network *network = resolver->network;
	size_t deepest = 0;

	vec_foreach(site, &network->sites)
		deepest = site->depth > deepest ? site->depth : deepest;
	for (size_t depth = deepest; depth > 0; depth--) {
		vec_foreach(site, &network->sites) {
			if (site->depth == depth)
				resolve_site_targets(resolver, site);
		}
	}
}
