/* SPDX-License-Identifier: MIT */

/* The topology as somebody would write it who has read topologies/, and its lock. */

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/edit/edit.h"
#include "compiler/import/parts.h"
#include "compiler/resolve/lock.h"

enum {
	USUAL_PORT = 51820,
};

static int compare_hosts(const void *a, const void *b)
{
	const struct import_host *const *left = a;
	const struct import_host *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* The hosts of a kind by name, without further ways; ends with NULL. */
static const struct import_host **sorted(const struct import *import, enum import_kind kind)
{
	const struct import_host **hosts =
		ARENA_ARRAY(import->arena, const struct import_host *, import->hosts.n_items + 1);
	size_t n = 0;

	import_foreach_host(host, import) {
		if (host->kind == kind && host->home == NULL)
			hosts[n++] = host;
	}
	qsort(hosts, n, sizeof(const struct import_host *), compare_hosts);
	return hosts;
}

static void write_prefixes(struct text *out, const struct net_prefix *prefixes, size_t n_prefixes)
{
	text_puts(out, "[");
	for (size_t i = 0; i < n_prefixes; i++) {
		char buffer[NET_PREFIX_TEXT];

		text_puts(out, i == 0 ? "" : ", ");
		edit_write_scalar(out, net_prefix_format(&prefixes[i], buffer));
	}
	text_puts(out, "]");
}

static void write_network(const struct import *import, struct text *out)
{
	text_puts(out, "network:\n  name: ");
	edit_write_scalar(out, import->name);
	text_puts(out, "\n  addresses: ");
	write_prefixes(out, import->pools.items, import->pools.n_items);
	text_puts(out, "\n");
	if (import->listen_port != USUAL_PORT)
		text_printf(out, "  listen_port: %u\n", import->listen_port);
	if (import->keepalive_s != 0)
		text_printf(out, "  persistent_keepalive: %u\n", import->keepalive_s);
	text_printf(out, "  mtu: %u%s\n", import->mtu,
		    import->is_mtu_given ? "" : " # no file says: what wg-quick takes");
	if (import->has_preshared)
		text_puts(out, "  preshared_keys: true\n");
	if (import->domain != NULL) {
		text_puts(out, "  domain: ");
		edit_write_scalar(out, import->domain);
		text_puts(out, "\n");
	}
}

static void write_entries(struct text *out, const char *key, const struct import_entry *entries,
			  size_t n_entries)
{
	if (n_entries == 0)
		return;
	text_join(out, ", ", key, ": { ");
	for (size_t i = 0; i < n_entries; i++) {
		text_join(out, i == 0 ? "" : ", ", entries[i].name, ": ", entries[i].host->name);
		if (entries[i].port != 0)
			text_printf(out, ":%u", entries[i].port);
	}
	text_puts(out, " }");
}

static void write_site(const struct import_site *site, struct text *out)
{
	if (site->comment != NULL)
		text_join(out, "  # ", site->comment, "\n");
	text_join(out, "  ", site->name, ": { ");
	if (site->inside != NULL)
		text_join(out, "inside: ", site->inside->name, ", ");
	text_join(out, "nat: ", site->nat);
	if (site->public.n_items > 0) {
		text_puts(out, ", public: [");
		vec_foreach(place, &site->public) {
			text_puts(out, place == site->public.items ? "" : ", ");
			edit_write_scalar(out, *place);
		}
		text_puts(out, "]");
	}
	if (site->prefixes.n_items > 0) {
		text_puts(out, ", prefixes: ");
		write_prefixes(out, site->prefixes.items, site->prefixes.n_items);
	}
	write_entries(out, "forward", site->forward.items, site->forward.n_items);
	write_entries(out, "one_to_one", site->one_to_one.items, site->one_to_one.n_items);
	text_puts(out, site->client_isolation ? ", client_isolation: true }\n" : " }\n");
}

static void write_place(struct text *out, const struct import_place *place)
{
	char buffer[NET_ADDRESS_TEXT];

	edit_write_scalar(out, place->name != NULL ? place->name
			       : place->is_address ? net_address_format(&place->address, buffer)
						   : "dynamic");
}

/* Whether an earlier place of the host is at the same site. */
static bool is_written(const struct import_host *host, const struct import_place *place)
{
	for (const struct import_place *each = host->places.items; each < place; each++) {
		if (each->site == place->site)
			return true;
	}
	return false;
}

static void write_places_at(struct text *out, const struct import_host *host,
			    const struct import_site *site)
{
	size_t n = 0;
	size_t n_written = 0;

	vec_foreach(place, &host->places)
		n += place->site == site;
	text_puts(out, n > 1 ? "[" : "");
	vec_foreach(place, &host->places) {
		if (place->site != site)
			continue;
		text_puts(out, n_written++ > 0 ? ", " : "");
		write_place(out, place);
	}
	text_puts(out, n > 1 ? "]" : "");
}

static void write_at(struct text *out, const struct import_host *host)
{
	const char *separator = "at: { ";

	vec_foreach(place, &host->places) {
		if (is_written(host, place))
			continue;
		text_join(out, separator, place->site == NULL ? "internet" : place->site->name,
			  ": ");
		write_places_at(out, host, place->site);
		separator = ", ";
	}
	if (host->places.n_items > 0)
		text_puts(out, " }, ");
}

static void write_groups(const struct import_host *host, const char *before, const char *behind,
			 struct text *out)
{
	if (host->groups.n_items == 0)
		return;
	text_join(out, before, "groups: [");
	vec_foreach(group, &host->groups) {
		text_puts(out, group == host->groups.items ? "" : ", ");
		edit_write_scalar(out, *group);
	}
	text_join(out, "]", behind);
}

/* What of a host stands in the braces behind its name. */
static void write_node(const struct import *import, const struct import_host *host,
		       struct text *out)
{
	write_at(out, host);
	text_join(out, "public_key: \"", host->key->text, "\"");
	if (host->listen_port != 0 && host->listen_port != import->listen_port)
		text_printf(out, ", listen_port: %u", host->listen_port);
	if (host->routes.n_items > 0 && host->kind != IMPORT_DEVICE) {
		text_puts(out, ", routes: ");
		write_prefixes(out, host->routes.items, host->routes.n_items);
	}
	if (host->kind != IMPORT_DEVICE)
		write_groups(host, ", ", "", out);
}

/* Which lines of the old file are not in the node. */
static void write_left_out(const struct import_host *host, const char *indent, struct text *out)
{
	size_t n = 0;

	vec_foreach(setting, &host->settings) {
		struct position position;

		if (import_is_made_anew(host, setting))
			continue;
		position = source_position(setting->span.source, setting->span.begin);
		if (n++ == 0) {
			text_join(out, indent, "# not imported: ");
		} else {
			text_puts(out, ", ");
		}
		text_printf(out, "%s (line %u)", setting->name, position.line);
	}
	if (n > 0)
		text_puts(out, "\n");
	if (host->is_unplaced)
		text_join(out, indent, "# fill in: where others reach it\n");
	if (host->is_promoted)
		text_join(out, indent, "# was no gateway before\n");
}

static void write_nodes(const struct import *import, const char *section, enum import_kind kind,
			struct text *out)
{
	const struct import_host **hosts = sorted(import, kind);

	if (hosts[0] != NULL)
		text_join(out, "\n", section, ":\n");
	for (; *hosts != NULL; hosts++) {
		write_left_out(*hosts, "  ", out);
		text_puts(out, "  ");
		edit_write_scalar(out, (*hosts)->name);
		text_puts(out, ": { ");
		write_node(import, *hosts, out);
		text_puts(out, " }\n");
	}
}

/* Which gateways the device uses, where there is a choice. */
static void write_gateways(const struct import *import, const struct import_host *device,
			   struct text *out)
{
	size_t n_gateways = 0;

	import_foreach_host(host, import)
		n_gateways += host->kind == IMPORT_GATEWAY;
	if (n_gateways < 2)
		return;
	text_puts(out, "gateways: [");
	for (const struct import_host *way = device; way != NULL; way = way->next)
		text_join(out, way == device ? "" : ", ", way->gateway->name);
	text_puts(out, "]");
}

static size_t length_of_user(const struct import_host *device)
{
	return strcspn(device->name, "/");
}

/* The devices of one user, from `devices` up to those of the next, which is returned. */
static const struct import_host **write_user(const struct import *import,
					     const struct import_host **devices, struct text *out)
{
	size_t length = length_of_user(devices[0]);
	const char *user = arena_printf(import->arena, "%.*s", (int)length, devices[0]->name);

	text_puts(out, "  ");
	edit_write_scalar(out, user);
	text_puts(out, ":\n");
	write_groups(devices[0], "    ", "\n", out);
	text_puts(out, "    ");
	write_gateways(import, devices[0], out);
	if (out->data[out->length - 1] == ']')
		text_puts(out, "\n    ");
	text_puts(out, "devices:\n");
	for (; *devices != NULL && strncmp((*devices)->name, user, length) == 0 &&
	       (*devices)->name[length] == '/';
	     devices++) {
		write_left_out(*devices, "      ", out);
		text_puts(out, "      ");
		edit_write_scalar(out, (*devices)->name + length + 1);
		text_puts(out, ": { ");
		write_node(import, *devices, out);
		text_puts(out, " }\n");
	}
	return devices;
}

static void write_users(const struct import *import, struct text *out)
{
	const struct import_host **devices = sorted(import, IMPORT_DEVICE);

	if (devices[0] != NULL)
		text_puts(out, "\nusers:\n");
	while (*devices != NULL) {
		if ((*devices)->name[length_of_user(*devices)] == '/') {
			devices = write_user(import, devices, out);
			continue;
		}
		write_left_out(*devices, "  ", out);
		text_puts(out, "  ");
		edit_write_scalar(out, (*devices)->name);
		text_puts(out, ": { ");
		write_gateways(import, *devices, out);
		text_puts(out, out->data[out->length - 1] == ']' ? ", " : "");
		write_groups(*devices, "", ", ", out);
		write_node(import, *devices, out);
		text_puts(out, " }\n");
		devices++;
	}
}

static void write_links(const struct import *import, struct text *out)
{
	if (import->links.n_items > 0)
		text_puts(out, "\nlinks:\n");
	vec_foreach(link, &import->links) {
		text_join(out, "  - { between: [", link->ends[0]->name, ", ", link->ends[1]->name,
			  "]");
		if (link->via != NULL)
			text_join(out, ", via: ", link->via->name);
		if (link->keepalive_s != 0)
			text_printf(out, ", persistent_keepalive: %u", link->keepalive_s);
		if (link->mtu != 0)
			text_printf(out, ", mtu: %u", link->mtu);
		text_puts(out, " }\n");
	}
}

/* Whether a NAT on the way keeps ports, so that the compiler gives them out (resolve/ports.c). */
static bool has_port_given_out(const struct import_host *host)
{
	static const char *const others[] = {"none",  "firewall",    "symmetric",
					     "cgnat", "udp-blocked", "unknown"};

	vec_foreach(place, &host->places) {
		for (const struct import_site *site = place->site; site != NULL;
		     site = site->inside) {
			bool keeps = strstr(site->nat, "port_preservation: false") == NULL;

			for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
				keeps = keeps && strcmp(site->nat, others[i]) != 0;
			if (keeps)
				return true;
		}
	}
	return false;
}

/*
 * Who has no address yet has no line: the compiler gives out the next free one. Ports that it does
 * not have to remember it leaves out again.
 */
static void write_lock(const struct import *import, struct text *out)
{
	struct lock lock = {0};

	import_foreach_host(host, import) {
		struct lock_entry *entry;

		if (host->n_addresses == 0)
			continue;
		entry = lock_add(import->arena, &lock, host->name);
		memcpy(entry->addresses, host->addresses, sizeof(entry->addresses));
		entry->n_addresses = host->n_addresses;
		if (has_port_given_out(host))
			entry->port = host->listen_port;
	}
	lock_write(&lock, out);
}

void import_write(const struct import *import, struct text *topology, struct text *lock)
{
	text_printf(
		topology,
		"# Made by `wgtopo import` of %zu file%s. Read it before you compile: what the\n"
		"# comments ask for the old files did not tell.\n\n",
		import->n_files, import->n_files == 1 ? "" : "s");
	write_network(import, topology);
	if (import->sites.n_items > 0)
		text_puts(topology, "\nsites:\n");
	vec_foreach(site, &import->sites)
		write_site(*site, topology);
	write_nodes(import, "gateways", IMPORT_GATEWAY, topology);
	write_nodes(import, "servers", IMPORT_SERVER, topology);
	write_users(import, topology);
	write_links(import, topology);
	write_lock(import, lock);
}
