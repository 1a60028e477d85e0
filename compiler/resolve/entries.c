/* SPDX-License-Identifier: MIT */

/* The lines of the lock that belong to the hosts of the network, and those that belong to none. */

#include "compiler/resolve/resolver.h"

#include "base/arena.h"
#include "compiler/resolve/lock.h"

/* Turns lines of nodes that are gone into tombstones, and those of nodes that are back into lines.
 */
static void mark_removed(struct resolver *resolver)
{
	vec_foreach(each, &resolver->lock->entries) {
		struct lock_entry *entry = *each;

		if (map_get(&resolver->expired, entry->name) != NULL)
			continue; /* left just as it is */
		entry->is_removed = map_get(&resolver->hosts, entry->name) == NULL;
		if (!entry->is_removed)
			continue;
		entry->port = 0;
		entry->public_key = (struct net_key){0};
		entry->next_public_key = (struct net_key){0};
	}
}

void resolve_entries(struct resolver *resolver)
{
	const struct network *network = resolver->network;
	size_t n_all = network->n_hosts + network->n_expired;

	mark_removed(resolver);
	resolver->entries = ARENA_ARRAY(resolver->arena, struct lock_entry *, n_all);
	for (size_t i = 0; i < n_all; i++) {
		const struct network_host *host = &network->hosts[i];

		resolver->entries[i] = lock_find(resolver->lock, host->name);
		if (resolver->entries[i] == NULL && !host->is_expired) {
			resolver->entries[i] =
				lock_add(resolver->arena, resolver->lock, host->name);
		}
	}
}
