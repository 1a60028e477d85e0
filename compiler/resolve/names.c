/* SPDX-License-Identifier: MIT */

/*
 * Names. Sites, gateways, servers, users and groups share one set of them, so that a name alone
 * says what is meant. A group exists by being named in `groups`.
 */

#include "compiler/resolve/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"

/* What a name stands for, for messages. */
struct meaning {
	const char *kind;
	struct span span;
};

struct names {
	struct resolver *resolver;
	struct map meanings;
	vec_of(struct network_host) hosts;
};

/* Claims a name. False, with a diagnostic, where it stands for something already. */
static bool claim(struct names *names, const char *name, struct span span, const char *kind)
{
	struct diag_bag *diags = names->resolver->diags;
	struct meaning *meaning = ARENA_NEW(names->resolver->arena, struct meaning);
	const struct meaning *other;
	struct diag *diag;

	*meaning = (struct meaning){kind, span};
	other = map_put(names->resolver->arena, &names->meanings, name, meaning);
	if (other == NULL || (strcmp(kind, "group") == 0 && strcmp(other->kind, "group") == 0))
		return true;
	if (!span_is_given(other->span)) {
		diag = diag_add(diags, DIAG_NAME_DUPLICATE, span,
				"'%s' is always there and cannot be the name of a %s", name, kind);
		diag_help(diags, diag, "choose another name");
		return false;
	}
	diag = diag_add(diags, DIAG_NAME_DUPLICATE, span, "the name '%s' of a %s is taken by a %s",
			name, kind, other->kind);
	diag_related(diags, diag, other->span, "the %s", other->kind);
	diag_help(diags, diag,
		  "sites, gateways, servers, users and groups share one set of names; rename one");
	return false;
}

static void add_site(struct names *names, const char *name, struct span span,
		     const struct topology_site *given)
{
	struct network *network = names->resolver->network;
	struct network_site *site;

	if (!claim(names, name, span, "site"))
		return;
	site = vec_push(names->resolver->arena, &network->sites);
	*site = (struct network_site){
		.name = name,
		.index = network->sites.n_items - 1,
		.given = given,
		.span = span,
	};
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct network_host *add_host(struct names *names, const char *name, enum host_kind kind,
				     const struct topology_node *node,
				     const struct topology_node *owner)
{
	struct given_number port = names->resolver->topology->network.listen_port;
	struct network_host *host = vec_push(names->resolver->arena, &names->hosts);

	if (span_is_given(node->listen_port.span))
		port = node->listen_port;
	*host = (struct network_host){
		.name = name,
		.kind = kind,
		.listen_port = span_is_given(port.span) ? (uint16_t)port.value : 51820,
		.port_is_pinned = span_is_given(node->listen_port.span),
		.tunnel = names->resolver->network->name,
		.node = node,
	};
	vec_reserve(names->resolver->arena, &host->groups, owner->groups.n_items);
	vec_foreach(group, &owner->groups) {
		if (claim(names, group->value, group->span, "group"))
			*vec_push(names->resolver->arena, &host->groups) = group->value;
	}
	if (host->groups.n_items > 0) {
		qsort(host->groups.items, host->groups.n_items, sizeof(*host->groups.items),
		      compare_texts);
	}
	return host;
}

/* A host for every gateway of the user, and the tunnels' names in that order. */
static void add_device(struct names *names, const char *name, const struct topology_user *user,
		       const struct topology_node *device, const char *const *tunnels)
{
	for (size_t way = 0; way < resolver_n_ways(user); way++) {
		struct network_host *host;

		if (tunnels[way] == NULL)
			continue;
		host = add_host(names, name, HOST_DEVICE, device, &user->own);
		if (way > 0) {
			host->name = arena_printf(names->resolver->arena, "%s@%s", name,
						  user->gateways.items[way].value);
		}
		host->user = user;
		host->way = way;
		host->tunnel = tunnels[way];
		host->is_expired = resolver_is_expired(names->resolver, user);
	}
}

static void add_user(struct names *names, const struct topology_user *user)
{
	struct diag_bag *diags = names->resolver->diags;
	const struct topology_node *own = &user->own;
	const char *const *tunnels;
	struct diag *diag;

	if (!claim(names, own->name.value, own->name.span, "user"))
		return;
	tunnels = resolver_tunnels(names->resolver, user);
	if (user->devices.n_items == 0) {
		add_device(names, own->name.value, user, own, tunnels);
		return;
	}
	if (span_is_given(own->public_key.span)) {
		diag = diag_add(diags, DIAG_KEY_SHARED, own->public_key.span,
				"user '%s' has devices, so the key has to stand with one of them",
				own->name.value);
		diag_help(diags, diag,
			  "move 'public_key' into a device: two machines never share a key");
	}
	if (own->at.n_items > 0 || own->address.n_items > 0) {
		diag = diag_add(
			diags, DIAG_BAD_VALUE, own->name.span,
			"user '%s' has devices, so 'at' and 'address' have to stand with them",
			own->name.value);
		diag_help(diags, diag, "move them into the devices that they belong to");
	}
	vec_foreach(device, &user->devices) {
		const char *name = arena_printf(names->resolver->arena, "%s/%s", own->name.value,
						device->name.value);

		add_device(names, name, user, device, tunnels);
	}
}

static void add_nodes(struct names *names, const struct topology_node *nodes, size_t n_nodes,
		      enum host_kind kind)
{
	for (size_t i = 0; i < n_nodes; i++) {
		const struct topology_node *node = &nodes[i];

		if (claim(names, node->name.value, node->name.span, network_kind_text(kind)))
			(void)add_host(names, node->name.value, kind, node, node);
	}
}

static int compare_hosts(const void *a, const void *b)
{
	const struct network_host *left = a;
	const struct network_host *right = b;

	if (left->is_expired != right->is_expired)
		return left->is_expired ? 1 : -1;
	return strcmp(left->name, right->name);
}

static int compare_sites(const void *a, const void *b)
{
	const struct topology_site *const *left = a;
	const struct topology_site *const *right = b;

	return strcmp((*left)->name.value, (*right)->name.value);
}

/*
 * Sites by name as well, so that their numbers do not depend on the order in the YAML. There is
 * room for all of them at once: others point at them, and they must not move.
 */
static void add_sites(struct names *names)
{
	const struct topology *topology = names->resolver->topology;
	size_t n = topology->sites.n_items;
	const struct topology_site **sorted =
		ARENA_ARRAY(names->resolver->arena, const struct topology_site *, n);

	for (size_t i = 0; i < n; i++)
		sorted[i] = &topology->sites.items[i];
	if (n > 0)
		qsort(sorted, n, sizeof(*sorted), compare_sites);
	vec_reserve(names->resolver->arena, &names->resolver->network->sites, n + 1);
	add_site(names, "internet", (struct span){0}, NULL);
	for (size_t i = 0; i < n; i++)
		add_site(names, sorted[i]->name.value, sorted[i]->name.span, sorted[i]);
}

static size_t count_hosts(const struct topology *topology)
{
	size_t n = topology->gateways.n_items + topology->servers.n_items;

	vec_foreach(user, &topology->users) {
		n += resolver_n_ways(user) *
		     (user->devices.n_items == 0 ? 1 : user->devices.n_items);
	}
	return n;
}

/* "alice/laptop" for "alice/laptop@gw2"; it comes before it. */
static const struct network_host *find_home(struct resolver *resolver, const struct map *map,
					    const struct network_host *host)
{
	size_t length = strcspn(host->name, "@");

	return map_get(map, arena_printf(resolver->arena, "%.*s", (int)length, host->name));
}

/* By name, those of expired users behind all others. */
static void keep_hosts(struct resolver *resolver, struct network_host *hosts, size_t n_hosts)
{
	struct network *network = resolver->network;

	network->hosts = hosts;
	if (n_hosts > 0)
		qsort(hosts, n_hosts, sizeof(*hosts), compare_hosts);
	for (size_t i = 0; i < n_hosts; i++) {
		struct network_host *host = &hosts[i];
		struct map *map = host->is_expired ? &resolver->expired : &resolver->hosts;

		host->index = i;
		(void)map_put(resolver->arena, map, host->name, host);
		if (host->way > 0)
			host->home = find_home(resolver, map, host);
		network->n_expired += host->is_expired;
	}
	network->n_hosts = n_hosts - network->n_expired;
}

void resolve_names(struct resolver *resolver)
{
	const struct topology *topology = resolver->topology;
	struct names names = {.resolver = resolver};

	add_sites(&names);
	vec_reserve(resolver->arena, &names.hosts, count_hosts(topology));
	add_nodes(&names, topology->gateways.items, topology->gateways.n_items, HOST_GATEWAY);
	add_nodes(&names, topology->servers.items, topology->servers.n_items, HOST_SERVER);
	vec_foreach(user, &topology->users)
		add_user(&names, user);

	keep_hosts(resolver, names.hosts.items, names.hosts.n_items);
}
