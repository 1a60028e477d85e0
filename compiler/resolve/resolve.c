/* SPDX-License-Identifier: MIT */

/* The steps of resolve, and the defaults of the network as a whole. */

#include "compiler/resolve/resolve.h"

#include "base/arena.h"
#include "base/date.h"
#include "compiler/resolve/resolver.h"

static void resolve_defaults(struct resolver *resolver)
{
	const struct topology_network *given = &resolver->topology->network;
	struct network *network = resolver->network;

	network->topology = resolver->topology;
	network->name = given->name.value;
	network->domain = given->domain.value;
	network->pools = given->addresses.items;
	network->n_pools = given->addresses.n_items;
	network->persistent_keepalive = span_is_given(given->persistent_keepalive.span)
						? given->persistent_keepalive.value
						: KEEPALIVE_AUTO;
	network->mtu = given->mtu;
	if (!span_is_given(given->mtu.span))
		network->mtu.value = MTU_AUTO;
	network->unreachable = given->unreachable;
	if (!span_is_given(given->unreachable.span))
		network->unreachable.value = UNREACHABLE_RELAY;
}

struct network *resolve_topology(struct arena *arena, const struct topology *topology,
				 struct lock *lock, const struct resolve_options *options,
				 struct diag_bag *diags)
{
	struct resolver resolver = {
		.arena = arena,
		.diags = diags,
		.topology = topology,
		.lock = lock,
		.network = ARENA_NEW(arena, struct network),
	};

	resolver.rekey = options->rekey;
	resolver.has_as_of = options->as_of != NULL && date_parse(options->as_of, &resolver.as_of);
	resolve_defaults(&resolver);
	resolve_expiries(&resolver);
	resolve_names(&resolver);
	resolve_sites(&resolver);
	resolve_places(&resolver);
	resolve_forwards(&resolver);
	resolve_entries(&resolver);
	resolve_keys(&resolver);
	resolve_addresses(&resolver);
	resolve_ports(&resolver);
	resolve_targets(&resolver);
	resolve_sockets(&resolver);
	resolve_routes(&resolver);
	resolve_overlaps(&resolver);
	resolve_gateways(&resolver);
	resolve_links(&resolver);
	resolve_assertions(&resolver);
	return resolver.network;
}
