/* SPDX-License-Identifier: MIT */

/*
 * Listening ports. A NAT that keeps ports can keep one for one host only: the second host that
 * sends from it is moved to another one, and nobody can know to which (RFC 4787 section 4.2.1).
 * So hosts behind one such box get ports of their own: what the topology says stays, then what the
 * lock says, and the rest take the next free one.
 */

#include "compiler/resolve/resolver.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/resolve/lock.h"

/* A port of a box's outer side that is a host's. */
struct claim {
	uint16_t port;
	const struct network_host *host;
	const struct network_forward
		*forward; /* that brought it; or NULL: the host sends from it */
};

struct box {
	vec_of(struct claim) claims; /* by port */
	uint32_t next;               /* no port from the default up to this one is free */
};

struct ports {
	struct resolver *resolver;
	struct box *boxes;  /* by index of the site */
	bool *is_forwarded; /* by index of the host: it has ports that others do not see as free */
	bool *is_settled;   /* by index of the host */
	vec_of(const struct network_site *) way; /* the boxes that keep the port of a host */
};

/* Claims */

/* Where the claim to the port is, or would be. */
static size_t position_of(const struct box *box, uint32_t port)
{
	size_t low = 0;
	size_t high = box->claims.n_items;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (box->claims.items[middle].port < port) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static const struct claim *find_claim(const struct box *box, uint32_t port)
{
	size_t position = position_of(box, port);

	if (position == box->claims.n_items || box->claims.items[position].port != port)
		return NULL;
	return &box->claims.items[position];
}

static void put_claim(struct ports *ports, const struct network_site *site,
		      const struct claim *claim)
{
	struct box *box = &ports->boxes[site->index];
	size_t position = position_of(box, claim->port);
	struct claim *items;
	size_t n_behind = box->claims.n_items - position;

	(void)vec_push(ports->resolver->arena, &box->claims);
	items = &box->claims.items[position];
	memmove(items + 1, items, n_behind * sizeof(*items));
	*items = *claim;
}

/* Whether a host may come out of the box with its own port: one that does so only now and then,
 * too. */
static bool is_port_kept(const struct network_site *site)
{
	const struct nat_behaviour *box = &site->box[NET_IPV4];

	return box->mapping != NAT_MAPPING_NONE && box->port_preservation;
}

/* The boxes on the way out of a host */

static void add_to_way(struct ports *ports, const struct network_site *site)
{
	vec_foreach(other, &ports->way) {
		if (*other == site)
			return;
	}
	*vec_push(ports->resolver->arena, &ports->way) = site;
}

/* A host that is the router itself: what it sends takes ports away from those behind it. */
static void add_own_boxes(struct ports *ports, const struct network_attachment *attachment)
{
	vec_foreach(site, &ports->resolver->network->sites) {
		if (site->inside != attachment->site || site->public == NULL ||
		    site->public->kind != PLACE_ADDRESS || !is_port_kept(site))
			continue;
		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];

			if (place->kind == PLACE_ADDRESS &&
			    net_address_compare(&place->address, &site->public->address) == 0)
				add_to_way(ports, site);
		}
	}
}

/* Behind a box that chooses ports itself, the host's own port is of no account. */
static void find_way(struct ports *ports, const struct network_host *host)
{
	ports->way.n_items = 0;
	vec_foreach(attachment, &host->attachments) {
		add_own_boxes(ports, attachment);
	}
	vec_foreach(attachment, &host->attachments) {
		const struct network_site *site = attachment->site;

		if (!network_attachment_speaks(attachment, NET_IPV4))
			continue;
		for (; site->index != 0; site = site->inside) {
			const struct nat_behaviour *box = &site->box[NET_IPV4];

			if (box->blocks_udp)
				break;
			if (network_find_one_to_one(site, host) != NULL ||
			    box->mapping == NAT_MAPPING_NONE)
				continue; /* nobody else has this address there */
			if (!is_port_kept(site))
				break;
			add_to_way(ports, site);
		}
	}
}

/* The claim of somebody else that is in the way of the host, and at which box; or NULL. */
static const struct claim *find_rival(const struct ports *ports, const struct network_host *host,
				      uint32_t port, const struct network_site **ret_site)
{
	vec_foreach(site, &ports->way) {
		const struct claim *claim = find_claim(&ports->boxes[(*site)->index], port);

		if (claim == NULL || network_host_is_same(claim->host, host))
			continue;
		*ret_site = *site;
		return claim;
	}
	return NULL;
}

static bool is_free(const struct ports *ports, const struct network_host *host, uint32_t port)
{
	const struct network_site *site;

	return find_rival(ports, host, port, &site) == NULL;
}

static void settle(struct ports *ports, struct network_host *host, uint16_t port)
{
	const struct claim claim = {.port = port, .host = host};

	host->listen_port = port;
	ports->is_settled[host->index] = true;
	vec_foreach(site, &ports->way) {
		if (find_claim(&ports->boxes[(*site)->index], port) == NULL)
			put_claim(ports, *site, &claim);
	}
}

/* Who comes when */

static void claim_forwards(struct ports *ports)
{
	vec_foreach(site, &ports->resolver->network->sites) {
		if (!is_port_kept(site))
			continue;
		vec_foreach(forward, &site->forwards) {
			const struct claim claim = {
				.port = forward->port,
				.host = forward->host,
				.forward = forward,
			};

			if (!forward->in[NET_IPV4])
				continue;
			ports->is_forwarded[forward->host->index] = true;
			put_claim(ports, site, &claim);
		}
	}
}

static void report_clash(struct resolver *resolver, const struct network_host *host,
			 const struct claim *rival, const struct network_site *site)
{
	const char *other = rival->host->name;
	struct diag *diag;

	diag = diag_add(resolver->diags, DIAG_PORT_CLASH, host->node->listen_port.span,
			"port %u behind '%s' is that of '%s', and '%s' would be moved to another",
			rival->port, site->name, other, host->name);
	if (rival->forward != NULL) {
		diag_related(resolver->diags, diag, rival->forward->given->name.span,
			     "the forward to '%s'", other);
	} else {
		diag_related(resolver->diags, diag, rival->host->node->listen_port.span, "'%s'",
			     other);
	}
	diag_related(resolver->diags, diag, site->nat_span,
		     "this NAT keeps a port for one host only");
	diag_help(resolver->diags, diag, "give one of the two another 'listen_port'");
}

static void settle_pinned(struct ports *ports)
{
	struct network *network = ports->resolver->network;

	for (size_t i = 0; i < network->n_hosts; i++) {
		struct network_host *host = &network->hosts[i];
		const struct network_site *site;
		const struct claim *rival;

		if (!host->port_is_pinned)
			continue;
		ports->resolver->entries[i]->port = 0;
		find_way(ports, host);
		rival = find_rival(ports, host, host->listen_port, &site);
		if (rival != NULL)
			report_clash(ports->resolver, host, rival, site);
		settle(ports, host, host->listen_port);
	}
}

/*
 * A port once chosen stays, also where the host is alone by now: others hold it as its endpoint.
 * That of an expired host waits for its return.
 */
static void settle_locked(struct ports *ports)
{
	struct network *network = ports->resolver->network;

	for (size_t i = 0; i < network->n_hosts + network->n_expired; i++) {
		struct network_host *host = &network->hosts[i];
		const struct lock_entry *entry = ports->resolver->entries[i];
		uint16_t port = entry == NULL ? 0 : entry->port;

		if (port == 0)
			continue;
		find_way(ports, host);
		if (is_free(ports, host, port))
			settle(ports, host, port);
	}
}

/*
 * The first port, from `first` on, that nobody else has. Those that others passed over are not
 * tried again, except for a host with forwards: the ports of these are free for it alone.
 */
static uint32_t next_port(struct ports *ports, const struct network_host *host, uint32_t first)
{
	uint32_t port = first;

	if (!ports->is_forwarded[host->index]) {
		vec_foreach(site, &ports->way) {
			struct box *box = &ports->boxes[(*site)->index];

			box->next = box->next < first ? first : box->next;
			while (find_claim(box, box->next) != NULL)
				box->next++;
			port = port < box->next ? box->next : port;
		}
	}
	while (!is_free(ports, host, port))
		port++;
	return port;
}

static void settle_new(struct ports *ports, struct network_host *host)
{
	struct resolver *resolver = ports->resolver;
	struct diag *diag;
	uint32_t port;

	find_way(ports, host);
	if (ports->way.n_items == 0)
		return; /* it may have the same port as others */
	port = next_port(ports, host, host->listen_port);
	if (port <= UINT16_MAX) {
		settle(ports, host, (uint16_t)port);
		resolver->entries[host->index]->port = host->listen_port;
		return;
	}
	diag = diag_add(resolver->diags, DIAG_PORT_CLASH, host->node->name.span,
			"no port from %u on is left for '%s' behind '%s'", host->listen_port,
			host->name, ports->way.items[0]->name);
	diag_help(resolver->diags, diag, "choose a lower `listen_port` for the network");
}

void resolve_ports(struct resolver *resolver)
{
	struct network *network = resolver->network;
	size_t n_all = network->n_hosts + network->n_expired;
	struct ports ports = {
		.resolver = resolver,
		.boxes = ARENA_ARRAY(resolver->arena, struct box, network->sites.n_items),
		.is_forwarded = ARENA_ARRAY(resolver->arena, bool, n_all),
		.is_settled = ARENA_ARRAY(resolver->arena, bool, n_all),
	};

	claim_forwards(&ports);
	settle_pinned(&ports);
	settle_locked(&ports);
	for (enum host_kind kind = HOST_GATEWAY; kind < HOST_N_KINDS; kind++) {
		for (size_t i = 0; i < network->n_hosts; i++) {
			struct network_host *host = &network->hosts[i];

			if (host->kind == kind && !ports.is_settled[i])
				settle_new(&ports, host);
		}
	}
}
