/* SPDX-License-Identifier: MIT */

/* Names and their members, put together in one walk over the hosts, which are sorted by name. */

#include "compiler/resolve/selectors.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/suggest.h"
#include "compiler/resolve/network.h"

enum {
	MOST_SUGGESTED = 100,
};

struct members {
	const char *kind;
	const struct network_site *site;
	vec_of(const struct network_host *) hosts;
};

static struct members *members_of(struct selectors *selectors, const char *name, const char *kind)
{
	struct members *members = map_get(&selectors->named, name);

	if (members == NULL) {
		members = ARENA_NEW(selectors->arena, struct members);
		members->kind = kind;
		(void)map_put(selectors->arena, &selectors->named, name, members);
	}
	return members;
}

/* Of those who are left out, the names are known all the same. */
static void add(struct selectors *selectors, const char *name, const char *kind,
		const struct network_host *host)
{
	struct members *members = members_of(selectors, name, kind);
	size_t n = members->hosts.n_items;

	if (!host->is_expired && (n == 0 || members->hosts.items[n - 1] != host))
		*vec_push(selectors->arena, &members->hosts) = host;
}

static void add_host(struct selectors *selectors, const struct network_host *host)
{
	if (host->user != NULL)
		add(selectors, host->user->own.name.value, "user", host);
	add(selectors, host->name, network_kind_text(host->kind), host);
	vec_foreach(group, &host->groups)
		add(selectors, *group, "group", host);
	vec_foreach(attachment, &host->attachments) {
		for (const struct network_site *site = attachment->site; site->index != 0;
		     site = site->inside)
			add(selectors, site->name, "site", host);
	}
}

void selectors_make(struct selectors *selectors, struct arena *arena, const struct network *network)
{
	*selectors = (struct selectors){.arena = arena, .network = network};
	vec_foreach(site, &network->sites)
		members_of(selectors, site->name, "site")->site = site;
	for (size_t i = 0; i < network->n_hosts + network->n_expired; i++)
		add_host(selectors, &network->hosts[i]);
}

static void offer_all(const struct selectors *selectors, struct suggestion *suggestion)
{
	const struct network *network = selectors->network;

	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		if (host->home != NULL)
			continue; /* of another name's making */
		suggestion_offer(suggestion, host->name);
		if (host->user != NULL)
			suggestion_offer(suggestion, host->user->own.name.value);
		vec_foreach(group, &host->groups)
			suggestion_offer(suggestion, *group);
	}
	for (size_t i = 1; i < network->sites.n_items; i++)
		suggestion_offer(suggestion, network->sites.items[i].name);
}

static void report_unknown(const struct selectors *selectors, const struct given_text *given,
			   struct diag_bag *diags)
{
	struct suggestion suggestion = suggestion_for(given->value);
	struct diag *diag = diag_add(diags, DIAG_NAME_UNKNOWN, given->span,
				     "'%s' is no node, user, group or site", given->value);

	/* For the first ones only: a search among all names for each of many costs too much. */
	if (diags->n_errors < MOST_SUGGESTED)
		offer_all(selectors, &suggestion);
	if (suggestion.best != NULL) {
		diag_help(diags, diag, "did you mean '%s'?", suggestion.best);
	} else {
		diag_help(diags, diag,
			  "name a node, a user, a group or a site; a device is `user/device`");
	}
}

/* Whether the host would be of those whom the name stands for. */
static bool is_member(const struct network_host *host, const char *name)
{
	if (strcmp(host->name, name) == 0 || strcmp(host->user->own.name.value, name) == 0)
		return true;
	vec_foreach(group, &host->groups) {
		if (strcmp(*group, name) == 0)
			return true;
	}
	vec_foreach(attachment, &host->attachments) {
		for (const struct network_site *site = attachment->site; site->index != 0;
		     site = site->inside) {
			if (strcmp(site->name, name) == 0)
				return true;
		}
	}
	return false;
}

/* The first user of that name, or in that group, whose time is over. */
static const struct network_expiry *expiry_of(const struct selectors *selectors, const char *name)
{
	const struct network *network = selectors->network;

	for (size_t i = network->n_hosts; i < network->n_hosts + network->n_expired; i++) {
		const struct network_host *host = &network->hosts[i];

		if (is_member(host, name))
			return network_find_expired(network, host->user->own.name.value);
	}
	return NULL;
}

bool selectors_find(const struct selectors *selectors, const struct given_text *given,
		    struct network_selection *ret_selection, struct diag_bag *diags)
{
	const struct members *members = map_get(&selectors->named, given->value);

	if (members == NULL) {
		report_unknown(selectors, given, diags);
		return false;
	}
	*ret_selection = (struct network_selection){
		.given = *given,
		.kind = members->kind,
		.hosts = members->hosts.items,
		.n_hosts = members->hosts.n_items,
		.site = members->site,
	};
	if (members->hosts.n_items == 0)
		ret_selection->expired = expiry_of(selectors, given->value);
	return true;
}
