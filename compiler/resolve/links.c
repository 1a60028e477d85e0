/* SPDX-License-Identifier: MIT */

/* Who belongs together: devices and their gateways, and the pairs that `links` speaks of. */

#include "compiler/resolve/resolver.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/suggest.h"

enum {
	MOST_SUGGESTED = 100,
};

/* The host of that name; NULL, with a diagnostic, where there is none. */
static struct network_host *find_host(struct resolver *resolver, const struct given_text *given,
				      const char *what)
{
	struct network_host *host = map_get(&resolver->hosts, given->value);
	struct suggestion suggestion = suggestion_for(given->value);
	struct diag *diag;

	if (host != NULL)
		return host;
	diag = diag_add(resolver->diags, DIAG_NAME_UNKNOWN, given->span, "there is no %s '%s'",
			what, given->value);
	/* For the first ones only: a search among all names for each of many costs too much. */
	for (size_t i = 0;
	     resolver->diags->n_errors < MOST_SUGGESTED && i < resolver->network->n_hosts; i++)
		suggestion_offer(&suggestion, resolver->network->hosts[i].name);
	if (suggestion.best != NULL) {
		diag_help(resolver->diags, diag, "did you mean '%s'?", suggestion.best);
	} else {
		diag_help(resolver->diags, diag, "name a %s of this topology", what);
	}
	return NULL;
}

static struct network_host *named_gateway(struct resolver *resolver,
					  const struct topology_user *user)
{
	const struct given_text *given = &user->gateways.items[0];
	struct network_host *gateway;
	struct diag *diag;

	if (user->gateways.n_items > 1) {
		diag = diag_add(resolver->diags, DIAG_NOT_SUPPORTED_YET,
				user->gateways.items[1].span,
				"several gateways for one user are not supported yet");
		diag_help(resolver->diags, diag, "keep the one that '%s' uses",
			  user->own.name.value);
		return NULL;
	}
	gateway = find_host(resolver, given, "gateway");
	if (gateway == NULL || gateway->kind == HOST_GATEWAY)
		return gateway;
	diag = diag_add(resolver->diags, DIAG_NAME_UNKNOWN, given->span,
			"'%s' is a %s, not a gateway", given->value,
			network_kind_text(gateway->kind));
	diag_related(resolver->diags, diag, gateway->node->name.span, "'%s'", given->value);
	diag_help(resolver->diags, diag, "name a gateway, or move '%s' to 'gateways'",
		  given->value);
	return NULL;
}

static void report_choice(struct resolver *resolver, const struct topology_user *user,
			  const struct network_host *gateway)
{
	const char *name = user->own.name.value;
	struct diag *diag;

	if (gateway == NULL) {
		diag = diag_add(resolver->diags, DIAG_GATEWAY_CHOICE, user->own.name.span,
				"there is no gateway through which user '%s' reaches the network",
				name);
		diag_help(resolver->diags, diag, "add one to 'gateways'");
		return;
	}
	diag = diag_add(resolver->diags, DIAG_GATEWAY_CHOICE, user->own.name.span,
			"user '%s' could use any of several gateways", name);
	diag_help(resolver->diags, diag, "say which: `gateways: [%s]`", gateway->name);
}

void resolve_gateways(struct resolver *resolver)
{
	struct network *network = resolver->network;
	struct network_host *first = NULL;
	size_t n_gateways = 0;

	for (size_t i = network->n_hosts; i-- > 0;) {
		if (network->hosts[i].kind != HOST_GATEWAY)
			continue;
		first = &network->hosts[i];
		n_gateways++;
	}
	for (size_t i = 0; i < network->n_hosts; i++) {
		struct network_host *host = &network->hosts[i];
		struct network_host *gateway = first;

		if (host->kind != HOST_DEVICE)
			continue;
		if (host->user->gateways.n_items > 0) {
			gateway = named_gateway(resolver, host->user);
		} else if (n_gateways != 1) {
			report_choice(resolver, host->user, first);
		}
		host->gateway = gateway;
		if (gateway != NULL)
			*vec_push(resolver->arena, &gateway->devices) = host;
	}
}

/* Two ends that have a tunnel of their own: servers and gateways, or a device and its gateway. */
static bool are_peers(const struct network_host *a, const struct network_host *b)
{
	if (a->kind == HOST_DEVICE || b->kind == HOST_DEVICE)
		return a->gateway == b || b->gateway == a;
	return a != b;
}

static bool is_repeated(const struct network_link *link)
{
	vec_foreach(other, &link->ends[0]->links) {
		if (network_link_peer(*other, link->ends[0]) == link->ends[1])
			return true;
	}
	return false;
}

static void resolve_link(struct resolver *resolver, const struct topology_link *given)
{
	struct network_link *link = ARENA_NEW(resolver->arena, struct network_link);
	struct network_host *ends[2];
	const char *fault = NULL;
	const char *fix = NULL;
	struct diag *diag;

	if (given->between.n_items == 0)
		return; /* absent or malformed, and reported */
	if (given->between.n_items == 1) {
		fault = "a link is between two nodes";
		fix = "write `between: [a, b]`";
	} else {
		ends[0] = find_host(resolver, &given->between.items[0], "node");
		ends[1] = find_host(resolver, &given->between.items[1], "node");
		if (ends[0] == NULL || ends[1] == NULL)
			return;
		*link = (struct network_link){
			.ends = {ends[0], ends[1]},
			.persistent_keepalive = given->persistent_keepalive,
			.mtu = given->mtu,
			.span = given->span,
		};
		if (!are_peers(ends[0], ends[1])) {
			fault = "these two have no tunnel of their own";
			fix = "name two servers or gateways, or a device and its gateway";
		} else if (is_repeated(link)) {
			fault = "this pair has another link already";
			fix = "join the two into one";
		}
	}
	if (fault != NULL) {
		diag = diag_add(resolver->diags, DIAG_BAD_VALUE, given->between.items[0].span, "%s",
				fault);
		diag_help(resolver->diags, diag, "%s", fix);
		return;
	}
	for (size_t i = 0; i < 2; i++)
		*vec_push(resolver->arena, &ends[i]->links) = link;
}

void resolve_links(struct resolver *resolver)
{
	vec_foreach(link, &resolver->topology->links)
		resolve_link(resolver, link);
}
