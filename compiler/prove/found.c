/* SPDX-License-Identifier: MIT */

/* Files that were found: first each by itself, then each with its peers, then all of them. */

#include "compiler/prove/found.h"

#include <string.h>

#include "base/arena.h"
#include "compiler/prove/found_parts.h"

void found_add(struct found *found, const char *path, const struct conf *conf)
{
	*vec_push(found->arena, &found->hosts) = (struct found_host){.path = path, .conf = conf};
}

static void report_faults(struct examination *x, const struct found_host *host)
{
	vec_foreach(fault, &host->conf->faults) {
		struct diag *diag =
			diag_add(x->diags, DIAG_CONF_INVALID, fault->span, "%s", fault->message);

		if (fault->help != NULL)
			diag_help(x->diags, diag, "%s", fault->help);
	}
}

static void make_space(struct examination *x)
{
	struct arena *arena = x->found->arena;
	struct space_edges edges = {0};

	vec_foreach(host, &x->found->hosts) {
		vec_foreach(address, &host->conf->addresses)
			*vec_push(arena, &edges) = net_prefix_of_host(&address->address);
		vec_foreach(peer, &host->conf->peers) {
			vec_foreach(prefix, &peer->allowed_ips)
				*vec_push(arena, &edges) = prefix->prefix;
		}
	}
	x->space = space_create(arena, NULL, 0, &edges);
}

static void report_shared(struct examination *x, const struct found_host *host, size_t before,
			  const struct conf_prefix *prefix)
{
	const struct conf_peer *loser = &host->conf->peers.items[before - 1];
	char text[NET_PREFIX_TEXT];
	struct diag *diag =
		diag_add(x->diags, DIAG_PREFIX_SHARED, prefix->span,
			 "%s is given to two peers, and only this one, the last, has it",
			 net_prefix_format(&prefix->prefix, text));

	diag_related(x->diags, diag, loser->span, "has it no more");
}

static void give(struct examination *x, const struct found_host *host, size_t number,
		 const struct conf_prefix *prefix, uint8_t *lengths)
{
	uint32_t *next = x->next[found_index(x, host)];
	uint8_t length = (uint8_t)(prefix->prefix.length + 1);
	struct space_range range;
	size_t shared = 0;

	if (!space_find_range(x->space, &prefix->prefix, &range))
		return; /* all are edges */
	for (uint32_t i = range.first; i < range.end; i++) {
		if (length < lengths[i])
			continue;
		if (length == lengths[i] && next[i] != number)
			shared = next[i];
		lengths[i] = length;
		next[i] = (uint32_t)number;
	}
	if (shared > 0)
		report_shared(x, host, shared, prefix);
}

/* wg-quick keeps its own packets out of a default route, and out of no other. */
static void check_endpoints(struct examination *x, const struct found_host *host,
			    const uint8_t *lengths)
{
	vec_foreach(peer, &host->conf->peers) {
		const struct net_endpoint *endpoint = &peer->endpoint;

		if (endpoint->port == 0 || endpoint->name != NULL || host->conf->has_no_routes ||
		    lengths[space_find(x->space, &endpoint->address)] <= 1)
			continue;
		diag_add(x->diags, DIAG_ENDPOINT_IN_TUNNEL, peer->endpoint_span,
			 "'%s' routes the endpoint into the tunnel that it is the way to",
			 host->name);
	}
}

static void make_table(struct examination *x, const struct found_host *host)
{
	uint8_t *lengths = ARENA_ARRAY(x->found->arena, uint8_t, x->space->n_atoms);

	x->next[found_index(x, host)] = ARENA_ARRAY(x->found->arena, uint32_t, x->space->n_atoms);
	for (size_t i = 0; i < host->conf->peers.n_items; i++) {
		vec_foreach(prefix, &host->conf->peers.items[i].allowed_ips)
			give(x, host, i + 1, prefix, lengths);
	}
	check_endpoints(x, host, lengths);
}

static void check_addresses(struct examination *x)
{
	struct map seen = {0};

	vec_foreach(host, &x->found->hosts) {
		vec_foreach(address, &host->conf->addresses) {
			char text[NET_ADDRESS_TEXT];
			const struct found_host *other;
			struct diag *diag;

			net_address_format(&address->address, text);
			other = map_put(x->found->arena, &seen,
					arena_copy(x->found->arena, text, strlen(text)), host);
			if (other == NULL || other == host)
				continue;
			diag = diag_add(x->diags, DIAG_ADDRESS_CONFLICT, address->span,
					"'%s' has the address %s of '%s'", host->name, text,
					other->name);
			diag_related(x->diags, diag, other->conf->span, "'%s'", other->name);
		}
	}
}

void found_examine(struct found *found, struct diag_bag *diags, struct found_summary *ret_summary)
{
	struct examination x = {.found = found, .diags = diags, .summary = ret_summary};

	*ret_summary = (struct found_summary){.n_hosts = found->hosts.n_items};
	found_name_hosts(found);
	found_learn_keys(&x);
	vec_foreach(host, &found->hosts)
		report_faults(&x, host);
	check_addresses(&x);
	make_space(&x);
	x.next = ARENA_ARRAY(found->arena, uint32_t *, found->hosts.n_items);
	vec_foreach(host, &found->hosts)
		make_table(&x, host);
	found_check_tunnels(&x);
	found_check_ways(&x);
}
