/* SPDX-License-Identifier: MIT */

/* Which gateways stand between two classes, and which of them a pair uses. */

#include "compiler/reach/relay.h"

#include <string.h>

#include "base/arena.h"
#include "compiler/reach/reach.h"
#include "compiler/resolve/network.h"

/* The longer the way, the more; 0 where there is none. */
static unsigned int cost_of(enum reach_verdict_kind kind)
{
	switch (kind) {
	case REACH_LAN:
		return 1;
	case REACH_DIRECT:
		return 2;
	case REACH_PUNCH:
		return 3;
	case REACH_APART:
	case REACH_N_VERDICTS:
		break;
	}
	return 0;
}

struct relay_lists {
	const struct network_host **scratch; /* room for all gateways */
	vec_of(struct relays) known;
};

struct relay_lists *relay_lists_create(struct arena *arena, const struct network *network)
{
	struct relay_lists *lists = ARENA_NEW(arena, struct relay_lists);

	lists->scratch = ARENA_ARRAY(arena, const struct network_host *, network->gateways.n_items);
	return lists;
}

/* The first `n` of the scratch list, as they were kept before, or are now. */
static struct relays keep(struct arena *arena, struct relay_lists *lists, size_t n)
{
	size_t size = n * sizeof(*lists->scratch);
	struct relays *relays;

	if (n == 0)
		return (struct relays){0};
	vec_foreach(known, &lists->known) {
		if (known->n_gateways == n && memcmp(known->gateways, lists->scratch, size) == 0)
			return *known;
	}
	relays = vec_push(arena, &lists->known);
	*relays = (struct relays){arena_copy(arena, lists->scratch, size), n};
	return *relays;
}

struct relays relays_between(const struct reach *reach, size_t first, size_t second)
{
	const struct network *network = reach->network;
	struct relay_lists *lists = reach->relay_lists;
	size_t n_found = 0;
	size_t known = reach->n_classes; /* the class that `one` and `other` are of */
	unsigned int one = 0;
	unsigned int other = 0;
	unsigned int best = 0;

	vec_foreach(gateway, &network->gateways) {
		size_t class = reach->class_of[(*gateway)->index];

		if (class != known) {
			one = cost_of(reach_decide(reach, first, class).kind);
			other = cost_of(reach_decide(reach, second, class).kind);
			known = class;
		}
		if (one == 0 || other == 0 || (best != 0 && one + other > best))
			continue;
		if (one + other < best)
			n_found = 0;
		best = one + other;
		lists->scratch[n_found++] = *gateway;
	}
	return keep(reach->arena, lists, n_found);
}

unsigned int relay_share(const struct network *network, const struct network_host *host)
{
	const struct net_address *address = &host->addresses[0];
	size_t last = net_family_bits(address->family) / 8 - 1;

	if (network->gateways.n_items < 2)
		return 0;
	return address->bytes[last] % RELAY_SHARES;
}

const struct network_host *relay_of(const struct relays *relays, unsigned int share,
				    unsigned int other_share)
{
	if (relays->n_gateways == 0)
		return NULL;
	return relays->gateways[(share + other_share) % relays->n_gateways];
}
