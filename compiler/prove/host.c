/* SPDX-License-Identifier: MIT */

/*
 * Everything about one host: its peers are those with whom the verdicts give it a tunnel, and every
 * address that is anybody's leaves by the peer that is its first hop.
 */

#include <string.h>

#include "base/arena.h"
#include "compiler/prove/steps.h"

struct finding *prove_note(struct prove *prove, enum diag_rule rule, enum finding_part part,
			   size_t place)
{
	const struct finding wanted = {
		.rule = rule,
		.host = prove->view.host,
		.part = part,
		.place = place,
	};

	return findings_note(&prove->findings, &wanted);
}

void prove_say(struct prove *prove, struct finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	finding->message = arena_vprintf(prove->arena, format, arguments);
	va_end(arguments);
}

/* The space, cut at every prefix of the host's, where one ends inside an atom. */
static struct space *make_own_space(struct prove *prove)
{
	struct view *view = &prove->view;
	struct space_edges edges = {0};

	vec_foreach(edge, &prove->edges)
		*vec_push(view->arena, &edges) = *edge;
	vec_foreach(section, &view->sections) {
		for (size_t i = 0; i < (*section)->n_prefixes; i++)
			*vec_push(view->arena, &edges) = (*section)->prefixes[i].prefix;
	}
	vec_foreach(address, &view->head->addresses) {
		*vec_push(view->arena, &edges) = net_prefix_of_host(&address->address);
		edges.items[edges.n_items - 1].length = address->length;
	}
	for (size_t i = 0; view->routes != NULL && i < view->routes->items.n_items; i++)
		*vec_push(view->arena, &edges) = view->routes->items.items[i].prefix;
	return space_create(view->arena, prove->claims, prove->n_claims, &edges);
}

/* The sections again, in a space of the host's own. */
static void place_sections(struct prove *prove, const struct space *space)
{
	struct view *view = &prove->view;

	vec_foreach(item, &view->sections) {
		struct section *section = arena_copy(view->arena, *item, sizeof(**item));

		section->prefixes = arena_copy(view->arena, section->prefixes,
					       section->n_prefixes * sizeof(*section->prefixes));
		section_place(section, space);
		*item = section;
	}
}

static bool is_cut(const struct prove *prove)
{
	const struct view *view = &prove->view;
	struct space_range range;

	vec_foreach(section, &view->sections) {
		if ((*section)->has_cut)
			return true;
	}
	vec_foreach(address, &view->head->addresses) {
		struct net_prefix prefix = {address->address, address->length};

		if (!space_find_range(prove->space, &prefix, &range))
			return true;
	}
	for (size_t i = 0; view->routes != NULL && i < view->routes->items.n_items; i++) {
		if (!space_find_range(prove->space, &view->routes->items.items[i].prefix, &range))
			return true;
	}
	return false;
}

static void report_stranger(struct prove *prove, const struct section *section, size_t place)
{
	struct finding *finding = prove_note(prove, DIAG_KEY_MISMATCH, PART_PUBLIC_KEY, place);
	bool is_own = net_key_compare(&section->key, &prove->view.host->public_key) == 0;

	if (finding != NULL) {
		prove_say(prove, finding,
			  is_own ? "'%s' has its own key as a peer, which wg drops without a word"
				 : "'%s' has a peer whose key is nobody's in the manifest",
			  prove->view.host->name);
	}
}

/* Takes one section. Nothing else is said of a peer that should not be there. */
static void check_section(struct prove *prove, size_t place)
{
	struct view *view = &prove->view;
	struct section *section = view->sections.items[place - 1];
	const struct manifest_host *peer = prove_whose(prove, section, view->host);
	struct finding *finding = NULL;

	if (peer == view->host)
		peer = NULL;
	*vec_push(prove->arena, &view->peers) = peer;
	if (peer == NULL) {
		report_stranger(prove, section, place);
		return;
	}
	preshared_note(prove, peer, place);
	if (prove->seen[peer->index] != 0) {
		finding = prove_note(prove, DIAG_PEER_TWICE, PART_PEER, place);
		if (finding != NULL) {
			prove_say(prove, finding,
				  "'%s' has a second section for '%s', and only the last "
				  "one's allowed IPs hold",
				  view->host->name, peer->name);
		}
	}
	prove->seen[peer->index] = (uint32_t)place;
	if (prove->row.next[peer->index] == peer->index) {
		tunnel_check(prove, peer, section, place);
		return;
	}
	finding = prove_note(prove, DIAG_PEER_ONE_SIDED, PART_PEER, place);
	if (finding != NULL) {
		prove_say(prove, finding, "'%s' has '%s' as a peer, which has no tunnel to it",
			  view->host->name, peer->name);
	}
}

static void check_missing(struct prove *prove)
{
	const struct manifest_host *host = prove->view.host;

	for (size_t i = 0; i < prove->manifest->n_hosts; i++) {
		struct finding *finding;

		if (prove->row.next[i] != i || prove->seen[i] != 0 || i == host->index)
			continue;
		finding = prove_note(prove, DIAG_PEER_ONE_SIDED, PART_INTERFACE, 0);
		if (finding == NULL)
			continue;
		prove_say(prove, finding,
			  "'%s' lacks '%s' among its peers, which has a tunnel to it", host->name,
			  prove->manifest->hosts[i].name);
	}
}

/* Marks those that pass packets on. */
static void note_hops(struct prove *prove)
{
	const struct manifest_host *host = prove->view.host;
	const struct party *own = &prove->parties[host->index];

	for (size_t i = 0; i < prove->manifest->n_hosts; i++) {
		uint32_t next = prove->row.next[i];

		if (next == PROVE_NOBODY || i == host->index)
			continue;
		prove->summary.n_pairs++;
		prove->summary.n_direct += next == i;
		prove->summary.n_relayed += next != i;
		for (enum net_family family = NET_IPV4; next != i && family < NET_N_FAMILIES;
		     family++) {
			if (own->has_end[family] && prove->parties[i].has_end[family])
				prove->parties[next].must_forward[family] = true;
		}
	}
}

static void aim(struct finding *finding, const struct manifest_host *target,
		const struct net_address *address)
{
	finding->target = target;
	finding->address = *address;
}

const char *prove_name(struct arena *arena, const struct manifest_host *host)
{
	return host == NULL ? "a stranger" : arena_printf(arena, "'%s'", host->name);
}

/* What the address is to its owner. */
static const char *words_for(const struct space_atom *atom)
{
	return atom->kind == SPACE_NETWORK ? "a network behind" : "an address of";
}

/* The wrong way out of a host, for one atom. */
static void report_astray(struct prove *prove, const struct space_atom *atom, size_t place)
{
	const struct view *view = &prove->view;
	const struct manifest_host *owner = &prove->manifest->hosts[atom->owner];
	const struct manifest_host *next = &prove->manifest->hosts[prove->row.next[atom->owner]];
	size_t right = prove->seen[next->index];
	const struct manifest_host *taker = place == 0 ? NULL : view->peers.items[place - 1];
	char text[NET_ADDRESS_TEXT];
	struct finding *finding;

	if (place == 0 && right == 0)
		return; /* the whole peer is missing, which is said */
	finding = prove_note(prove, DIAG_PATH_BROKEN, PART_ALLOWED_IPS, place != 0 ? place : right);
	if (finding == NULL)
		return;
	(void)net_address_format(&atom->first, text);
	aim(finding, owner, &atom->first);
	if (place == 0) {
		prove_say(prove, finding,
			  "'%s' gives %s, %s '%s', to no peer; it should go to '%s'",
			  view->host->name, text, words_for(atom), owner->name, next->name);
	} else {
		prove_say(prove, finding, "'%s' gives %s, %s '%s', to %s; it should go to '%s'",
			  view->host->name, text, words_for(atom), owner->name,
			  prove_name(view->arena, taker), next->name);
	}
}

static void report_unrouted(struct prove *prove, const struct space_atom *atom)
{
	const struct manifest_host *owner = &prove->manifest->hosts[atom->owner];
	struct finding *finding = prove_note(prove, DIAG_PATH_BROKEN, PART_ROUTE, 0);
	char text[NET_ADDRESS_TEXT];

	if (finding == NULL)
		return;
	aim(finding, owner, &atom->first);
	prove_say(prove, finding, "'%s' does not route %s, %s '%s', into the tunnel",
		  prove->view.host->name, net_address_format(&atom->first, text), words_for(atom),
		  owner->name);
}

static void report_own_lan(struct prove *prove, const struct space_atom *atom, uint32_t line)
{
	struct finding *finding = prove_note(prove, DIAG_UNDERLAY_ROUTED, PART_ROUTE, line);
	char text[NET_ADDRESS_TEXT];

	if (finding != NULL) {
		prove_say(prove, finding,
			  "'%s' routes %s, which is on its own side, into the tunnel",
			  prove->view.host->name, net_address_format(&atom->first, text));
	}
}

/* The route's own MTU is the one of the tunnel that it leads to, if that has any. */
static void check_route_mtu(struct prove *prove, const struct table *table, size_t i,
			    const struct manifest_host *next)
{
	const struct manifest_tuned *tuned =
		manifest_find_tuned(prove->manifest, prove->view.host, next);
	unsigned int wanted = tuned == NULL ? 0 : tuned->mtu;
	struct finding *finding;

	if (table->route_mtu[i] == wanted)
		return;
	finding = prove_note(prove, DIAG_MTU_DIFFERS, PART_ROUTE, table->route_line[i]);
	if (finding == NULL)
		return;
	if (wanted == 0) {
		prove_say(prove, finding,
			  "a route to '%s' with an MTU of %u, for which the topology "
			  "sets none",
			  next->name, table->route_mtu[i]);
	} else {
		prove_say(prove, finding,
			  "the route to '%s' does not have the MTU of %u that the topology "
			  "sets",
			  next->name, wanted);
	}
}

/* Whether packets for somebody else's address leave as they should. */
static void check_atom(struct prove *prove, const struct space *space, const struct table *table,
		       size_t i)
{
	const struct space_atom *atom = &space->atoms[i];
	const struct manifest_host *host = prove->view.host;
	uint32_t next = prove->row.next[atom->owner];
	uint32_t place = table->owner[i];
	const struct manifest_host *taker;

	if (atom->owner == host->index) {
		if (atom->kind == SPACE_NETWORK && table->route_length[i] > atom->length)
			report_own_lan(prove, atom, table->route_line[i]);
		return;
	}
	if (table->own_length[i] > 0 && atom->kind != SPACE_OVERLAY) {
		if (table->route_length[i] >= table->own_length[i])
			report_own_lan(prove, atom, table->route_line[i]);
		return;
	}
	if (next == PROVE_NOBODY || !prove->parties[host->index].has_end[atom->first.family])
		return;
	prove->summary.n_flows++;
	if (table->route_length[i] == 0)
		report_unrouted(prove, atom);
	taker = place == 0 ? NULL : prove->view.peers.items[place - 1];
	if (taker == NULL || taker->index != next)
		report_astray(prove, atom, place);
	if (host->kind != MANIFEST_DEVICE && atom->kind != SPACE_LAN)
		check_route_mtu(prove, table, i, &prove->manifest->hosts[next]);
}

/* wg-quick keeps its own packets out of a default route of its making, and out of no other. */
static void check_endpoints(struct prove *prove, const struct table *table)
{
	const struct view *view = &prove->view;

	for (size_t k = 0; k < view->sections.n_items; k++) {
		const struct section *section = view->sections.items[k];
		size_t atom = section->endpoint_atom;
		struct finding *finding;
		char text[NET_ENDPOINT_TEXT];

		if (section->endpoint.port == 0 || section->endpoint.name != NULL ||
		    table->route_length[atom] <= table->own_length[atom] ||
		    (table->route_length[atom] == 1 && !view->head->has_no_routes))
			continue;
		finding = prove_note(prove, DIAG_ENDPOINT_IN_TUNNEL, PART_ENDPOINT, k + 1);
		if (finding != NULL) {
			prove_say(prove, finding,
				  "'%s' routes the endpoint %s into the tunnel that it is "
				  "the way to",
				  view->host->name, net_endpoint_format(&section->endpoint, text));
		}
	}
}

void host_check(struct prove *prove)
{
	struct view *view = &prove->view;
	const struct space *space = prove->space;
	struct table own;
	struct table *table = &prove->table;

	findings_next_host(&prove->findings);
	interface_check(prove);
	row_make(prove, view->host);
	note_hops(prove);
	memset(prove->seen, 0, prove->manifest->n_hosts * sizeof(*prove->seen));
	view->peers.n_items = 0;
	if (is_cut(prove)) {
		space = make_own_space(prove);
		place_sections(prove, space);
		table_make(&own, view->arena, space->n_atoms);
		table = &own;
	}
	for (size_t i = 1; i <= view->sections.n_items; i++)
		check_section(prove, i);
	check_missing(prove);
	table_fill(prove, space, table);
	for (size_t i = 0; i < space->n_atoms; i++) {
		if (space->atoms[i].owner != PROVE_NOBODY) {
			check_atom(prove, space, table, i);
		} else if (table->own_length[i] > 0 &&
			   table->route_length[i] >= table->own_length[i]) {
			report_own_lan(prove, &space->atoms[i], table->route_line[i]);
		}
	}
	check_endpoints(prove, table);
	prove->parties[view->host->index].is_done = true;
}
