/* SPDX-License-Identifier: MIT */

/* Who is gone, and which tunnels and paths with them. */

#include "compiler/assert/outage.h"

#include "base/arena.h"
#include "compiler/assert/kinds.h"
#include "compiler/reach/reach.h"
#include "compiler/resolve/network.h"

static bool is_all_within(const struct network_host *host, const struct network_site *site)
{
	vec_foreach(attachment, &host->attachments) {
		if (!network_site_is_within(attachment->site, site))
			return false;
	}
	return host->attachments.n_items > 0; /* else it roams on the internet */
}

void outage_begin(struct outage *outage, struct arena *arena)
{
	const struct network *network = outage->network;

	outage->is_gone = ARENA_ARRAY(arena, bool, network->n_hosts);
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		outage->is_gone[i] = outage->site != NULL ? is_all_within(host, outage->site)
							  : host == outage->host;
	}
}

const char *outage_name(const struct outage *outage)
{
	return outage->site != NULL ? outage->site->name : outage->host->name;
}

const char *outage_kind(const struct outage *outage)
{
	return outage->site != NULL ? "site" : network_kind_text(outage->host->kind);
}

/* Whether the host takes part in the meeting through the lost site. Where nobody knows through
 * which of its sites, the lost one counts.
 */
static bool is_through(const struct outage *outage, const struct network_host *host,
		       const struct reach_verdict *verdict)
{
	const struct network_attachment *attachment =
		reach_attachment(outage->reach, host, verdict->site, verdict->family);

	if (attachment != NULL)
		return network_site_is_within(attachment->site, outage->site);
	vec_foreach(each, &host->attachments) {
		if (network_site_is_within(each->site, outage->site))
			return true;
	}
	return false;
}

bool outage_ends_tunnel(const struct outage *outage, const struct network_host *a,
			const struct network_host *b)
{
	struct reach_verdict verdict;

	if (outage->site == NULL)
		return false;
	verdict = reach_decide(outage->reach, outage->reach->class_of[a->index],
			       outage->reach->class_of[b->index]);
	return is_through(outage, a, &verdict) || is_through(outage, b, &verdict);
}

bool outage_breaks(const struct outage *outage, const struct path *path)
{
	for (size_t i = 0; i < path->n_nodes; i++) {
		if (outage->is_gone[path->nodes[i]->index])
			return true;
	}
	for (size_t i = 0; outage->site != NULL && i + 1 < path->n_nodes; i++) {
		if (outage_ends_tunnel(outage, path->nodes[i], path->nodes[i + 1]))
			return true;
	}
	return false;
}

bool outage_spares(const struct outage *outage, const struct kinds_member *a,
		   const struct kinds_member *b, struct path *ret_path)
{
	for (size_t i = 0; i < a->n_ways; i++) {
		for (size_t k = 0; k < b->n_ways; k++) {
			struct path path = path_between(outage->planner, a->ways[i], b->ways[k]);
			bool is_broken = outage_breaks(outage, &path);

			if (!is_broken || (i == 0 && k == 0))
				*ret_path = path;
			if (!is_broken)
				return true;
		}
	}
	return false;
}
