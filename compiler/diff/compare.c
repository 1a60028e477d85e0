/* SPDX-License-Identifier: MIT */

/*
 * Two files of one host, compared by what they say. Peers are known by name, which the manifest of
 * their side has for their key: so one whose key is replaced is still the same.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"
#include "compiler/diff/parts.h"

enum {
	NUMBER_TEXT = 24,
};

static bool is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void note(struct diff *diff, enum diff_field field, const char *peer, const char *from,
		 const char *to)
{
	const struct diff_fact fact = {field, peer, from, to};

	if (!is_same(from, to))
		*vec_push(diff->scratch->arena, &diff->scratch->facts) = facts_put(diff, &fact);
}

/* What is there as a list on both sides; a text that stands on both is no fact. */
struct list {
	vec_of(const char *) items;
};

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct list *list)
{
	if (list->items.n_items > 1) {
		qsort(list->items.items, list->items.n_items, sizeof(list->items.items[0]),
		      compare_texts);
	}
}

static void note_lists(struct diff *diff, enum diff_field field, const char *peer,
		       struct list lists[static DIFF_N_SIDES])
{
	size_t i = 0;
	size_t k = 0;

	sort(&lists[DIFF_BEFORE]);
	sort(&lists[DIFF_AFTER]);
	while (i < lists[DIFF_BEFORE].items.n_items || k < lists[DIFF_AFTER].items.n_items) {
		const char *from = i < lists[DIFF_BEFORE].items.n_items
					   ? lists[DIFF_BEFORE].items.items[i]
					   : NULL;
		const char *to = k < lists[DIFF_AFTER].items.n_items
					 ? lists[DIFF_AFTER].items.items[k]
					 : NULL;
		int order = from == NULL ? 1 : to == NULL ? -1 : strcmp(from, to);

		if (order < 0)
			note(diff, field, peer, from, NULL);
		if (order > 0)
			note(diff, field, peer, NULL, to);
		i += order <= 0;
		k += order >= 0;
	}
}

static const char *number(char buffer[static NUMBER_TEXT], unsigned int value, const char *zero)
{
	if (value == 0)
		return zero;
	(void)snprintf(buffer, NUMBER_TEXT, "%u", value);
	return buffer;
}

/* Where a key comes from; of what is in the file itself only that it is there. */
static const char *secret_text(enum conf_secret secret, const char *file)
{
	switch (secret) {
	case CONF_SECRET_NONE:
		return NULL;
	case CONF_SECRET_INLINE:
		return "in the file";
	case CONF_SECRET_FILE:
		return file;
	case CONF_SECRET_UNFILLED:
		return "to be filled in";
	}
	unreachable();
}

static const char *format_prefix(struct arena *arena, const struct net_prefix *prefix)
{
	char buffer[NET_PREFIX_TEXT];

	return arena_printf(arena, "%s", net_prefix_format(prefix, buffer));
}

static bool has_same_prefixes(const struct conf_peer *a, const struct conf_peer *b)
{
	if (a->allowed_ips.n_items != b->allowed_ips.n_items)
		return false;
	for (size_t i = 0; i < a->allowed_ips.n_items; i++) {
		if (net_prefix_compare(&a->allowed_ips.items[i].prefix,
				       &b->allowed_ips.items[i].prefix) != 0)
			return false;
	}
	return true;
}

static void compare_allowed_ips(struct diff *diff, const struct diff_node *node)
{
	const struct conf_peer *before = node->peers[DIFF_BEFORE];
	const struct conf_peer *after = node->peers[DIFF_AFTER];
	struct arena *arena = diff->scratch->arena;
	struct list lists[DIFF_N_SIDES] = {0};

	if (before != NULL && has_same_prefixes(before, after))
		return;
	for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++) {
		const struct conf_peer *peer = node->peers[side];

		for (size_t i = 0; peer != NULL && i < peer->allowed_ips.n_items; i++) {
			*vec_push(arena, &lists[side].items) =
				format_prefix(arena, &peer->allowed_ips.items[i].prefix);
		}
	}
	note_lists(diff, DIFF_ALLOWED_IPS, node->name, lists);
}

/* Two keys that differ are told as such: nothing else may be said of them. */
static void compare_preshared(struct diff *diff, const struct diff_node *node)
{
	const struct conf_peer *before = node->peers[DIFF_BEFORE];
	const struct conf_peer *after = node->peers[DIFF_AFTER];
	const char *to = secret_text(after->preshared, after->preshared_file);
	const char *from =
		before == NULL ? NULL : secret_text(before->preshared, before->preshared_file);

	if (before != NULL && before->preshared == CONF_SECRET_INLINE &&
	    after->preshared == CONF_SECRET_INLINE &&
	    memcmp(before->preshared_digest, after->preshared_digest, CONF_DIGEST_SIZE) != 0)
		to = "another one in the file";
	note(diff, DIFF_PRESHARED_KEY, node->name, from, to);
}

/* A peer that is there, whether it was or not. */
static void compare_peer(struct diff *diff, const struct diff_node *node)
{
	const struct conf_peer *before = node->peers[DIFF_BEFORE];
	const struct conf_peer *after = node->peers[DIFF_AFTER];
	char keys[DIFF_N_SIDES][NET_KEY_TEXT];
	char endpoints[DIFF_N_SIDES][NET_ENDPOINT_TEXT];
	char keepalives[DIFF_N_SIDES][NUMBER_TEXT];

	note(diff, DIFF_PEER, node->name,
	     before == NULL ? NULL : net_key_format(&before->public_key, keys[DIFF_BEFORE]),
	     net_key_format(&after->public_key, keys[DIFF_AFTER]));
	note(diff, DIFF_ENDPOINT, node->name,
	     before == NULL || before->endpoint.port == 0
		     ? NULL
		     : net_endpoint_format(&before->endpoint, endpoints[DIFF_BEFORE]),
	     after->endpoint.port == 0
		     ? NULL
		     : net_endpoint_format(&after->endpoint, endpoints[DIFF_AFTER]));
	note(diff, DIFF_KEEPALIVE, node->name,
	     before == NULL ? NULL
			    : number(keepalives[DIFF_BEFORE], before->persistent_keepalive_s, NULL),
	     number(keepalives[DIFF_AFTER], after->persistent_keepalive_s, NULL));
	compare_preshared(diff, node);
	compare_allowed_ips(diff, node);
}

/* Who has the key. A device has one key at all of its gateways: there it goes by its host. */
static const char *name_of(const struct diff *diff, enum diff_side side, const struct net_key *key)
{
	struct diff_scratch *scratch = diff->scratch;
	char text[NET_KEY_TEXT];
	const char *name;

	(void)net_key_format(key, text);
	name = map_get(&diff->names[side],
		       arena_printf(scratch->arena, "%s %s", text, scratch->host.name));
	if (name == NULL)
		name = map_get(&diff->names[side], text);
	return name != NULL ? name : arena_printf(scratch->arena, "%s", text);
}

/* Finds the peers of a side by name. Of two sections for one key the last one counts. */
static void take_peers(struct diff *diff, enum diff_side side)
{
	struct diff_scratch *scratch = diff->scratch;
	const struct conf *conf = scratch->confs[side];

	for (size_t i = 0; conf != NULL && i < conf->peers.n_items; i++) {
		const struct conf_peer *peer = &conf->peers.items[i];
		const char *name = name_of(diff, side, &peer->public_key);
		struct diff_node *node = map_get(&scratch->nodes, name);

		if (node == NULL) {
			node = ARENA_NEW(scratch->arena, struct diff_node);
			node->name = name;
			(void)map_put(scratch->arena, &scratch->nodes, name, node);
			*vec_push(scratch->arena, &scratch->order) = node;
		}
		node->peers[side] = peer;
	}
}

static void compare_peers(struct diff *diff)
{
	take_peers(diff, DIFF_BEFORE);
	take_peers(diff, DIFF_AFTER);
	vec_foreach(node, &diff->scratch->order) {
		const struct conf_peer *before = (*node)->peers[DIFF_BEFORE];
		char key[NET_KEY_TEXT];

		if ((*node)->peers[DIFF_AFTER] != NULL) {
			compare_peer(diff, *node);
		} else {
			note(diff, DIFF_PEER, (*node)->name,
			     net_key_format(&before->public_key, key), NULL);
		}
	}
}

static void compare_addresses(struct diff *diff)
{
	struct diff_scratch *scratch = diff->scratch;
	struct list lists[DIFF_N_SIDES] = {0};

	for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++) {
		const struct conf *conf = scratch->confs[side];

		for (size_t i = 0; conf != NULL && i < conf->addresses.n_items; i++) {
			char buffer[NET_ADDRESS_TEXT];

			*vec_push(scratch->arena, &lists[side].items) = arena_printf(
				scratch->arena, "%s/%u",
				net_address_format(&conf->addresses.items[i].address, buffer),
				conf->addresses.items[i].length);
		}
	}
	note_lists(diff, DIFF_ADDRESS, NULL, lists);
}

/* Hooks that give wg keys are told by the keys; Table has a field of its own. */
static bool is_own_fact(const struct conf_setting *setting)
{
	return strncmp(setting->value, "wg set ", 7) != 0 && strcmp(setting->name, "Table") != 0;
}

static void compare_settings(struct diff *diff)
{
	struct diff_scratch *scratch = diff->scratch;
	struct list lists[DIFF_N_SIDES] = {0};

	for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++) {
		const struct conf *conf = scratch->confs[side];

		for (size_t i = 0; conf != NULL && i < conf->settings.n_items; i++) {
			const struct conf_setting *setting = &conf->settings.items[i];

			if (is_own_fact(setting)) {
				*vec_push(scratch->arena, &lists[side].items) = arena_printf(
					scratch->arena, "%s = %s", setting->name, setting->value);
			}
		}
	}
	note_lists(diff, DIFF_SETTING, NULL, lists);
}

static const char *route_text(struct arena *arena, const struct conf_route *route)
{
	const char *prefix = format_prefix(arena, &route->prefix);

	return route->mtu == 0 ? prefix : arena_printf(arena, "%s mtu %u", prefix, route->mtu);
}

/* The one with the prefix: of two, the last one counts. */
static const struct conf_route *find_route(const struct conf_routes *routes,
					   const struct net_prefix *prefix)
{
	for (size_t i = routes == NULL ? 0 : routes->items.n_items; i > 0; i--) {
		const struct conf_route *route = &routes->items.items[i - 1];

		if (net_prefix_compare(&route->prefix, prefix) == 0)
			return route;
	}
	return NULL;
}

static void compare_routes(struct diff *diff)
{
	struct arena *arena = diff->scratch->arena;
	const struct conf_routes *before = diff->scratch->routes[DIFF_BEFORE];
	const struct conf_routes *after = diff->scratch->routes[DIFF_AFTER];

	for (size_t i = 0; before != NULL && i < before->items.n_items; i++) {
		const struct conf_route *from = &before->items.items[i];
		const struct conf_route *to = find_route(after, &from->prefix);

		note(diff, DIFF_ROUTE, NULL, route_text(arena, from),
		     to == NULL ? NULL : route_text(arena, to));
	}
	for (size_t i = 0; after != NULL && i < after->items.n_items; i++) {
		const struct conf_route *to = &after->items.items[i];

		if (find_route(before, &to->prefix) == NULL)
			note(diff, DIFF_ROUTE, NULL, NULL, route_text(arena, to));
	}
}

static const char *table_text(const struct conf *conf)
{
	const struct conf_setting *table = conf_find_setting(conf, "Table");

	return table != NULL ? table->value : conf->has_no_routes ? "off" : NULL;
}

/* The settings that a file has one of. */
static void compare_interface(struct diff *diff)
{
	const struct conf *before = diff->scratch->confs[DIFF_BEFORE];
	const struct conf *after = diff->scratch->confs[DIFF_AFTER];
	char ports[DIFF_N_SIDES][NUMBER_TEXT];
	char mtus[DIFF_N_SIDES][NUMBER_TEXT];

	note(diff, DIFF_INTERFACE, NULL, before == NULL ? NULL : before->interface,
	     after->interface);
	note(diff, DIFF_LISTEN_PORT, NULL,
	     before == NULL ? NULL : number(ports[DIFF_BEFORE], before->listen_port, NULL),
	     number(ports[DIFF_AFTER], after->listen_port, NULL));
	note(diff, DIFF_MTU, NULL,
	     before == NULL ? NULL : number(mtus[DIFF_BEFORE], before->mtu, NULL),
	     number(mtus[DIFF_AFTER], after->mtu, NULL));
	note(diff, DIFF_TABLE, NULL, before == NULL ? NULL : table_text(before), table_text(after));
	note(diff, DIFF_PRIVATE_KEY, NULL,
	     before == NULL ? NULL : secret_text(before->private_key, before->private_key_file),
	     secret_text(after->private_key, after->private_key_file));
}

/* The manifest knows the key of a host; its own file mostly does not. */
static void compare_own_keys(struct diff *diff)
{
	const struct diff_host *host = &diff->scratch->host;
	const struct manifest_host *before = host->sides[DIFF_BEFORE];
	char keys[DIFF_N_SIDES][NET_KEY_TEXT];

	note(diff, DIFF_OWN_KEY, NULL,
	     before == NULL ? NULL : net_key_format(&before->public_key, keys[DIFF_BEFORE]),
	     net_key_format(&host->sides[DIFF_AFTER]->public_key, keys[DIFF_AFTER]));
}

/*
 * The peers of a new host are all that it is told of the others: they are counted, because a
 * network that is new as a whole would be told n * (n - 1) times.
 */
void compare_host(struct diff *diff)
{
	struct diff_host *host = &diff->scratch->host;
	const struct conf *after = diff->scratch->confs[DIFF_AFTER];

	compare_own_keys(diff);
	if (after != NULL) {
		host->n_peers = after->peers.n_items;
		compare_interface(diff);
		compare_addresses(diff);
		compare_settings(diff);
		if (!diff_is_new(host))
			compare_peers(diff);
	}
	compare_routes(diff);
}
