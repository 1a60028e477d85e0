/* SPDX-License-Identifier: MIT */

/*
 * What a host does with each atom: the longest prefix decides, among allowed IPs as among routes.
 * Of two peers with the same prefix the one that stands last in the file has it (wg(8) moves it).
 */

#include <string.h>

#include "base/arena.h"
#include "compiler/prove/steps.h"

void table_make(struct table *table, struct arena *arena, size_t n_atoms)
{
	*table = (struct table){
		.owner = ARENA_ARRAY(arena, uint32_t, n_atoms),
		.owner_length = ARENA_ARRAY(arena, uint8_t, n_atoms),
		.route_length = ARENA_ARRAY(arena, uint8_t, n_atoms),
		.route_mtu = ARENA_ARRAY(arena, uint16_t, n_atoms),
		.route_line = ARENA_ARRAY(arena, uint32_t, n_atoms),
		.own_length = ARENA_ARRAY(arena, uint8_t, n_atoms),
	};
}

static void clear(struct table *table, size_t n_atoms)
{
	memset(table->owner, 0, n_atoms * sizeof(*table->owner));
	memset(table->owner_length, 0, n_atoms);
	memset(table->route_length, 0, n_atoms);
	memset(table->route_mtu, 0, n_atoms * sizeof(*table->route_mtu));
	memset(table->route_line, 0, n_atoms * sizeof(*table->route_line));
	memset(table->own_length, 0, n_atoms);
}

struct route {
	uint8_t length;
	uint16_t mtu;
	uint32_t line;
};

static void add_route(struct table *table, const struct space_range *range,
		      const struct route *route)
{
	for (uint32_t i = range->first; i < range->end; i++) {
		if (route->length + 1 < table->route_length[i])
			continue;
		table->route_length[i] = (uint8_t)(route->length + 1);
		table->route_mtu[i] = route->mtu;
		table->route_line[i] = route->line;
	}
}

static void report_shared(struct prove *prove, const struct section_prefix *prefix, size_t before,
			  size_t after)
{
	const struct manifest_host *loser = prove->view.peers.items[before - 1];
	const struct manifest_host *winner = prove->view.peers.items[after - 1];
	struct finding *finding = prove_note(prove, DIAG_PREFIX_SHARED, PART_ALLOWED_IPS, after);
	char text[NET_PREFIX_TEXT];

	if (finding == NULL)
		return;
	prove_say(prove, finding, "%s is given to two peers, and only %s, the last, has it; not %s",
		  net_prefix_format(&prefix->prefix, text), prove_name(prove->view.arena, winner),
		  prove_name(prove->view.arena, loser));
}

static void add_owner(struct prove *prove, struct table *table, const struct section_prefix *prefix,
		      size_t number)
{
	uint8_t length = (uint8_t)(prefix->prefix.length + 1);
	size_t shared = 0;

	for (uint32_t i = prefix->range.first; i < prefix->range.end; i++) {
		if (length < table->owner_length[i])
			continue;
		if (length == table->owner_length[i] && table->owner[i] != number)
			shared = table->owner[i];
		table->owner_length[i] = length;
		table->owner[i] = (uint32_t)number;
	}
	if (shared > 0)
		report_shared(prove, prefix, shared, number);
}

static void add_sections(struct prove *prove, struct table *table)
{
	const struct view *view = &prove->view;
	bool are_routes = !view->head->has_no_routes;

	for (size_t i = 0; i < view->sections.n_items; i++) {
		const struct section *section = view->sections.items[i];

		for (size_t k = 0; k < section->n_prefixes; k++) {
			const struct section_prefix *prefix = &section->prefixes[k];
			struct route route = {.length = prefix->prefix.length};

			add_owner(prove, table, prefix, i + 1);
			if (are_routes)
				add_route(table, &prefix->range, &route);
		}
	}
}

static void add_lines(struct prove *prove, const struct space *space, struct table *table)
{
	const struct view *view = &prove->view;
	struct space_range range;

	vec_foreach(address, &view->head->addresses) {
		struct net_prefix prefix = {address->address, address->length};
		struct route route = {.length = address->length};

		if (space_find_range(space, &prefix, &range))
			add_route(table, &range, &route);
	}
	if (view->routes == NULL || !interface_applies_routes(view->arena, view->host, view->head))
		return;
	for (size_t i = 0; i < view->routes->items.n_items; i++) {
		const struct conf_route *line = &view->routes->items.items[i];
		struct route route = {line->prefix.length, line->mtu, (uint32_t)i + 1};

		if (strcmp(line->device, view->host->interface) == 0 &&
		    space_find_range(space, &line->prefix, &range))
			add_route(table, &range, &route);
	}
}

static void add_own(const struct space *space, const struct manifest_host *host,
		    struct table *table)
{
	struct space_range range;

	vec_foreach(attachment, &host->attachments) {
		vec_foreach(prefix, &attachment->site->prefixes) {
			if (!space_find_range(space, prefix, &range))
				continue; /* every site's are edges */
			for (uint32_t i = range.first; i < range.end; i++) {
				if (table->own_length[i] <= prefix->length)
					table->own_length[i] = (uint8_t)(prefix->length + 1);
			}
		}
	}
}

void table_fill(struct prove *prove, const struct space *space, struct table *table)
{
	clear(table, space->n_atoms);
	add_sections(prove, table);
	add_lines(prove, space, table);
	add_own(space, prove->view.host, table);
}
