/* SPDX-License-Identifier: MIT */

/* From a node's name to its line in the lock. */

#include "cli/key_place.h"

#include <string.h>

#include "base/suggest.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/verb.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/lock.h"
#include "compiler/resolve/network.h"

bool key_place_parse(const char *text, struct net_key *ret_key)
{
	return net_key_parse(text, ret_key) == 0 && net_key_is_usable(ret_key);
}

static int find_host(const struct session *session, const struct network_host **ret_host)
{
	const struct network *network = session->before.network;
	const char *name = session->request->operands[0];
	struct suggestion suggestion = suggestion_for(name);

	for (size_t i = 0; i < network->n_hosts; i++) {
		suggestion_offer(&suggestion, network->hosts[i].name);
		if (strcmp(network->hosts[i].name, name) != 0)
			continue;
		*ret_host = network->hosts[i].home == NULL ? &network->hosts[i]
							   : network->hosts[i].home;
		return STATUS_CLEAN;
	}
	if (suggestion.best != NULL) {
		return output_failure("there is no node '%s' in '%s'; did you mean '%s'?", name,
				      session->topology, suggestion.best);
	}
	return output_failure("there is no node '%s' in '%s'; `wgtopo key list` shows all", name,
			      session->topology);
}

int key_place_find(struct session *session, const struct network_host **ret_host)
{
	int status = session_resolve(session);

	return status == STATUS_CLEAN ? find_host(session, ret_host) : status;
}

static void put_key(void *context, const struct network_host *host, struct lock_entry *entry)
{
	const struct key_place *place = context;

	if (strcmp(host->name, place->host->name) != 0)
		return;
	if (place->is_next) {
		entry->next_public_key = place->key;
	} else {
		entry->public_key = place->key;
		entry->next_public_key = (struct net_key){0};
	}
}

int key_place_put(struct key_place *place)
{
	const struct resolve_rekey rekey = {
		.assign = put_key, .context = place, .is_partial = true};
	const struct given_key *given = &place->host->node->public_key;
	int status;

	if (span_is_given(given->span) && net_key_compare(&given->value, &place->key) != 0) {
		struct position position = source_position(given->span.source, given->span.begin);

		return output_failure("%s:%u:%u has another 'public_key' for '%s': take it out, or "
				      "write this one there",
				      given->span.source->path, position.line, position.column,
				      place->host->name);
	}
	status = session_check(place->session, &rekey);
	return status == STATUS_CLEAN ? session_commit(place->session) : status;
}

int key_place_take(struct key_place *place)
{
	const struct net_key *present = &place->host->public_key;

	/* What the topology has is compared with by key_place_put(). */
	if (net_key_is_zero(present) || net_key_compare(present, &place->key) == 0 ||
	    span_is_given(place->host->node->public_key.span))
		return key_place_put(place);
	return output_failure("'%s' has a key already; `wgtopo key rotate %s` replaces it",
			      place->host->name, place->host->name);
}
