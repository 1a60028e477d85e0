/* SPDX-License-Identifier: MIT */

/* Who belongs together: devices and their gateways, and the pairs that `links` speaks of. */

#include "compiler/resolve/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/suggest.h"

enum {
	MOST_SUGGESTED = 100,
};

struct network_host *resolver_find_host(struct resolver *resolver, const struct given_text *given,
					const char *what)
{
	struct network_host *host = map_get(&resolver->hosts, given->value);
	struct suggestion suggestion = suggestion_for(given->value);
	struct diag *diag;

	if (host != NULL || map_get(&resolver->expired, given->value) != NULL)
		return host;
	diag = diag_add(resolver->diags, DIAG_NAME_UNKNOWN, given->span, "there is no %s '%s'",
			what, given->value);
	/* For the first ones only: a search among all names for each of many costs too much. */
	for (size_t i = 0;
	     resolver->diags->n_errors < MOST_SUGGESTED && i < resolver->network->n_hosts; i++) {
		if (resolver->network->hosts[i].home == NULL) /* else of this very name's making */
			suggestion_offer(&suggestion, resolver->network->hosts[i].name);
	}
	if (suggestion.best != NULL) {
		diag_help(resolver->diags, diag, "did you mean '%s'?", suggestion.best);
	} else {
		diag_help(resolver->diags, diag, "name a %s of this topology", what);
	}
	return NULL;
}

struct network_host *resolver_find_gateway(struct resolver *resolver,
					   const struct given_text *given)
{
	struct network_host *gateway = resolver_find_host(resolver, given, "gateway");
	struct diag *diag;

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

	for (size_t i = 0; i < network->n_hosts; i++) {
		if (network->hosts[i].kind != HOST_GATEWAY)
			continue;
		first = first == NULL ? &network->hosts[i] : first;
		*vec_push(resolver->arena, &network->gateways) = &network->hosts[i];
	}
	for (size_t i = 0; i < network->n_hosts; i++) {
		struct network_host *host = &network->hosts[i];
		struct network_host *gateway = first;

		if (host->kind != HOST_DEVICE)
			continue;
		if (host->user->gateways.n_items > 0) {
			gateway = resolver_find_gateway(resolver,
							&host->user->gateways.items[host->way]);
		} else if (network->gateways.n_items != 1) {
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

/* What a pair that is relayed cannot be. The span is what to point at. */
static const char *fault_of_relay(const struct network_link *link, struct span *ret_span,
				  const char **ret_fix)
{
	*ret_span = link->via_span;
	if (link->ends[0]->kind == HOST_DEVICE || link->ends[1]->kind == HOST_DEVICE) {
		*ret_fix = "leave 'via' out: `gateways` says which one a user's devices use";
		return "only servers and gateways are relayed: a device has its gateway";
	}
	if (link->via == link->ends[0] || link->via == link->ends[1]) {
		*ret_fix = "name a third node, which is a gateway";
		return "an end of the link cannot relay it";
	}
	*ret_fix = "leave it out, or leave 'via' out";
	*ret_span = link->persistent_keepalive.span;
	if (span_is_given(*ret_span))
		return "a pair that is relayed has no tunnel of its own to keep alive";
	*ret_span = link->mtu.span;
	return span_is_given(*ret_span) ? "a pair that is relayed has no tunnel of its own" : NULL;
}

/* The same of any pair. */
static const char *fault_of_pair(const struct network_link *link, const char **ret_fix)
{
	if (link->ends[0] == link->ends[1] ||
	    (link->via == NULL && !are_peers(link->ends[0], link->ends[1]))) {
		*ret_fix = "name two servers or gateways, or a device and its gateway";
		return "these two have no tunnel of their own";
	}
	if (is_repeated(link)) {
		*ret_fix = "join the two into one";
		return "this pair has another link already";
	}
	return NULL;
}

static void report_link(struct resolver *resolver, struct span span, const char *fault,
			const char *fix)
{
	struct diag *diag = diag_add(resolver->diags, DIAG_BAD_VALUE, span, "%s", fault);

	diag_help(resolver->diags, diag, "%s", fix);
}

/* False, with a diagnostic, where it makes no sense. */
static bool check_link(struct resolver *resolver, const struct topology_link *given,
		       const struct network_link *link)
{
	struct span span = given->between.items[0].span;
	const char *fix;
	const char *fault = fault_of_pair(link, &fix);

	if (fault == NULL && link->via != NULL)
		fault = fault_of_relay(link, &span, &fix);
	if (fault != NULL)
		report_link(resolver, span, fault, fix);
	return fault == NULL;
}

static void resolve_link(struct resolver *resolver, const struct topology_link *given)
{
	struct network_link *link;
	struct network_host *ends[2];
	struct network_host *via = NULL;

	if (given->between.n_items == 0)
		return; /* absent or malformed, and reported */
	if (given->between.n_items == 1) {
		report_link(resolver, given->between.items[0].span, "a link is between two nodes",
			    "write `between: [a, b]`");
		return;
	}
	ends[0] = resolver_find_host(resolver, &given->between.items[0], "node");
	ends[1] = resolver_find_host(resolver, &given->between.items[1], "node");
	if (span_is_given(given->via.span))
		via = resolver_find_gateway(resolver, &given->via);
	if (ends[0] == NULL || ends[1] == NULL || (span_is_given(given->via.span) && via == NULL))
		return;
	link = ARENA_NEW(resolver->arena, struct network_link);
	*link = (struct network_link){
		.ends = {ends[0], ends[1]},
		.persistent_keepalive = given->persistent_keepalive,
		.mtu = given->mtu,
		.via = via,
		.via_span = given->via.span,
		.span = given->span,
	};
	if (!check_link(resolver, given, link))
		return;
	for (size_t i = 0; i < 2; i++)
		*vec_push(resolver->arena, &ends[i]->links) = link;
	if (via != NULL)
		*vec_push(resolver->arena, &resolver->network->with_via) = link;
}

static int compare_links(const void *a, const void *b)
{
	const struct network_link *const *left = a;
	const struct network_link *const *right = b;

	for (size_t i = 0; i < 2; i++) {
		size_t one = (*left)->ends[i]->index;
		size_t other = (*right)->ends[i]->index;

		if (one != other)
			return one < other ? -1 : 1;
	}
	return 0;
}

void resolve_links(struct resolver *resolver)
{
	struct network *network = resolver->network;

	vec_foreach(link, &resolver->topology->links)
		resolve_link(resolver, link);
	if (network->with_via.n_items > 0) {
		qsort(network->with_via.items, network->with_via.n_items,
		      sizeof(*network->with_via.items), compare_links);
	}
}
