/* SPDX-License-Identifier: MIT */

/*
 * Tunnels of a device with several gateways. A prefix has one owner on every host, so that one
 * overlay address cannot be reached through two gateways: at each of them the device is a host of
 * its own, with addresses and a file of its own, and the same key. The file's name is that of the
 * interface. The first one keeps the network's, because it may be installed already.
 */

#include "compiler/resolve/resolver.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/model/check.h"

enum {
	LONGEST = 15, /* of an interface's name: IFNAMSIZ - 1 */
};

static bool is_taken(const char *const *tunnels, size_t n_tunnels, const char *name)
{
	for (size_t i = 0; i < n_tunnels; i++) {
		if (tunnels[i] != NULL && strcmp(tunnels[i], name) == 0)
			return true;
	}
	return check_interface_name(name) != NULL;
}

/*
 * "lab-gw2"; where that is too long, as much of "gw2" as there is room for, and where that is the
 * name of another one, or of something else, a number behind it. It depends on those before it
 * alone, so that a gateway more at the end renames nothing.
 */
static const char *name_tunnel(struct arena *arena, const char *const *tunnels, size_t way,
			       const char *gateway)
{
	const char *name = arena_printf(arena, "%s-%s", tunnels[0], gateway);

	if (strlen(name) > LONGEST || is_taken(tunnels, way, name))
		name = arena_printf(arena, "%.*s", LONGEST, gateway);
	for (size_t n = way + 1; is_taken(tunnels, way, name); n++) {
		const char *number = arena_printf(arena, "-%zu", n);

		name = arena_printf(arena, "%.*s%s", (int)(LONGEST - strlen(number)), gateway,
				    number);
	}
	return name;
}

/* The same gateway before it in the list, or NULL. */
static const struct given_text *find_repeated(const struct topology_user *user, size_t way)
{
	for (size_t i = 0; i < way; i++) {
		if (strcmp(user->gateways.items[i].value, user->gateways.items[way].value) == 0)
			return &user->gateways.items[i];
	}
	return NULL;
}

/* No number behind such a name would make it that of an interface. */
static void report_no_name(struct resolver *resolver, const struct given_text *gateway)
{
	struct diag *diag = diag_add(resolver->diags, DIAG_NAME_UNKNOWN, gateway->span,
				     "there is no gateway '%s'", gateway->value);

	diag_help(resolver->diags, diag, "name a gateway of this topology");
}

size_t resolver_n_ways(const struct topology_user *user)
{
	return user->gateways.n_items == 0 ? 1 : user->gateways.n_items;
}

const char *const *resolver_tunnels(struct resolver *resolver, const struct topology_user *user)
{
	size_t n_ways = resolver_n_ways(user);
	const char **tunnels = ARENA_ARRAY(resolver->arena, const char *, n_ways);

	/* A network without a name has been reported. */
	tunnels[0] = resolver->network->name == NULL ? "" : resolver->network->name;
	for (size_t way = 1; way < n_ways; way++) {
		const struct given_text *gateway = &user->gateways.items[way];
		const struct given_text *other = find_repeated(user, way);
		struct diag *diag;

		if (check_node_name(gateway->value) != NULL) {
			report_no_name(resolver, gateway);
			continue;
		}
		if (other == NULL) {
			tunnels[way] = name_tunnel(resolver->arena, tunnels, way, gateway->value);
			continue;
		}
		diag = diag_add(resolver->diags, DIAG_BAD_VALUE, gateway->span,
				"'%s' stands twice among the gateways of '%s'", gateway->value,
				user->own.name.value);
		diag_related(resolver->diags, diag, other->span, "here as well");
		diag_help(resolver->diags, diag, "keep one of the two");
	}
	return tunnels;
}
