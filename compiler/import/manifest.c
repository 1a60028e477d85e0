/* SPDX-License-Identifier: MIT */

/*
 * What only the manifest of wgtopo's own artifacts knows: the sites with their NATs, and who is
 * where. What the files say themselves (keys, addresses, ports, peers) is taken from them.
 */

#include "base/manifest/manifest.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/import/parts.h"
#include "compiler/model/nat.h"
#include "compiler/model/schema.h"

static const char *keep(struct import *import, const char *text)
{
	return arena_printf(import->arena, "%s", text);
}

static const struct manifest_host *find_in_manifest(const struct manifest *manifest,
						    const struct import_host *host)
{
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		const struct manifest_host *each = &manifest->hosts[i];

		if (net_key_compare(&each->public_key, &host->key->key) != 0)
			continue;
		if (each->addresses.n_items == 0 || host->n_addresses == 0 ||
		    net_address_compare(&each->addresses.items[0], &host->addresses[0]) == 0)
			return each;
	}
	return NULL;
}

struct import_key *import_key_in_manifest(struct import *import, const struct import_host *host)
{
	const struct manifest *manifest = import->manifest;

	for (size_t i = 0; manifest != NULL && i < manifest->n_hosts; i++) {
		const struct manifest_host *each = &manifest->hosts[i];

		if (host->listed.n_items > 0 && each->addresses.n_items > 0 &&
		    net_address_compare(&each->addresses.items[0],
					&host->listed.items[0].address) == 0)
			return import_get_key(import, &each->public_key);
	}
	return NULL;
}

void import_take_manifest_names(struct import *import)
{
	static const enum import_kind kinds[] = {
		[MANIFEST_GATEWAY] = IMPORT_GATEWAY,
		[MANIFEST_SERVER] = IMPORT_SERVER,
		[MANIFEST_DEVICE] = IMPORT_DEVICE,
	};

	import_foreach_host(host, import) {
		const struct manifest_host *known = find_in_manifest(import->manifest, host);

		if (known == NULL)
			continue;
		host->kind = kinds[known->kind];
		host->is_kind_given = true;
		host->is_ours = true;
		host->given = arena_printf(import->arena, "%.*s", (int)strcspn(known->name, "@"),
					   known->name);
		if (known->device != NULL || host->kind != IMPORT_DEVICE)
			continue;
		if (host->home != NULL) {
			struct import_host *other = host->home;

			/* The first gateway is the manifest's to say. */
			host->next = other;
			other->next = NULL;
			other->home = host;
			host->home = NULL;
			host->key->host = host;
		}
	}
}

static struct import_site *find_site(struct import *import, const struct manifest_site *site)
{
	if (site == NULL || site->index == 0)
		return NULL;
	vec_foreach(at, &import->sites) {
		if (strcmp((*at)->name, site->name) == 0)
			return *at;
	}
	return NULL;
}

static const char *place_text(struct import *import, const struct manifest_place *place)
{
	char buffer[NET_ADDRESS_TEXT];

	if (place->name != NULL)
		return keep(import, place->name);
	return place->is_address ? keep(import, net_address_format(&place->address, buffer))
				 : "dynamic";
}

static const struct import_host *find_host(const struct import *import,
					   const struct manifest_host *wanted)
{
	import_foreach_host(host, import) {
		if (strcmp(host->name, wanted->name) == 0)
			return host;
	}
	return NULL;
}

/* The terms of RFC 4787, where no word of the language says them all. */
static const char *box_text(struct import *import, const struct manifest_site *site)
{
	static const char *const mappings[] = {
		[MANIFEST_MAPPING_NONE] = "none",
		[MANIFEST_MAPPING_ENDPOINT_INDEPENDENT] = "endpoint-independent",
		[MANIFEST_MAPPING_ADDRESS_DEPENDENT] = "address-dependent",
		[MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT] = "address-and-port-dependent",
	};
	static const char *const filterings[] = {
		[MANIFEST_FILTERING_NONE] = "endpoint-independent",
		[MANIFEST_FILTERING_ENDPOINT_INDEPENDENT] = "endpoint-independent",
		[MANIFEST_FILTERING_ADDRESS_DEPENDENT] = "address-dependent",
		[MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT] = "address-and-port-dependent",
	};
	const struct manifest_box *box = &site->box[NET_IPV4];
	cleanup_(text_finish) struct text out = {0};

	text_join(&out, "{ mapping: ", mappings[box->mapping],
		  ", filtering: ", filterings[box->filtering]);
	if (box->mapping != MANIFEST_MAPPING_NONE) {
		text_printf(&out, ", port_preservation: %s, hairpinning: %s",
			    box->port_preservation ? "true" : "false",
			    box->hairpinning ? "true" : "false");
	}
	if (box->mapping_timeout_s > 0)
		text_printf(&out, ", mapping_timeout: %u", box->mapping_timeout_s);
	text_puts(&out, " }");
	return keep(import, out.data);
}

/* The word, where the language has it; else the terms. */
static const char *nat_text(struct import *import, const struct manifest_site *site)
{
	for (int preset = 0; preset < NAT_N_PRESETS; preset++) {
		if (strcmp(schema_nat_text(preset), site->nat) == 0)
			return schema_nat_text(preset);
	}
	return box_text(import, site);
}

/* Where nothing is translated a plain port is one of both families. */
static const char *forward_text(struct import *import, const struct manifest_forward *forward)
{
	return arena_printf(import->arena, "%u%s", forward->port,
			    forward->in[NET_IPV4] ? "" : "/ipv6");
}

static void take_site(struct import *import, struct import_site *site,
		      const struct manifest_site *known)
{
	site->nat = nat_text(import, known);
	site->inside = find_site(import, known->inside);
	site->client_isolation = known->client_isolation;
	vec_foreach(place, &known->public)
		*vec_push(import->arena, &site->public) = place_text(import, place);
	vec_foreach(prefix, &known->prefixes)
		*vec_push(import->arena, &site->prefixes) = *prefix;
	vec_foreach(forward, &known->forwards) {
		const struct import_host *host = find_host(import, forward->host);

		if (host == NULL)
			continue;
		*vec_push(import->arena, &site->forward) = (struct import_entry){
			.name = forward_text(import, forward),
			.host = host,
			.port = forward->host_port == forward->host->listen_port
					? 0
					: forward->host_port,
		};
	}
	vec_foreach(one, &known->one_to_one) {
		char buffer[NET_ADDRESS_TEXT];
		const struct import_host *host = find_host(import, one->host);

		if (host == NULL)
			continue;
		*vec_push(import->arena, &site->one_to_one) = (struct import_entry){
			.name = keep(import, net_address_format(&one->address, buffer)),
			.host = host,
		};
	}
}

static void take_places(struct import *import, struct import_host *host,
			const struct manifest_host *known)
{
	vec_foreach(attachment, &known->attachments) {
		vec_foreach(place, &attachment->places) {
			struct import_place *own =
				import_add_place(import, host, find_site(import, attachment->site));

			own->is_address = place->is_address;
			own->address = place->address;
			own->name = place->name == NULL ? NULL : keep(import, place->name);
		}
	}
	if (host->listen_port == 0 && host->kind != IMPORT_DEVICE)
		host->listen_port = known->listen_port;
	vec_foreach(group, &known->groups)
		*vec_push(import->arena, &host->groups) = keep(import, *group);
	host->routes.n_items = 0;
	vec_foreach(route, &known->routes)
		*vec_push(import->arena, &host->routes) = *route;
}

void import_take_manifest_places(struct import *import)
{
	const struct manifest *manifest = import->manifest;

	for (size_t i = 1; i < manifest->n_sites; i++) {
		struct import_site *site = import_add_site(import, NULL);

		site->name = keep(import, manifest->sites[i].name);
	}
	for (size_t i = 1; i < manifest->n_sites; i++)
		take_site(import, import->sites.items[i - 1], &manifest->sites[i]);
	import_foreach_host(host, import) {
		const struct manifest_host *known = find_in_manifest(manifest, host);

		if (known != NULL && host->home == NULL) {
			take_places(import, host, known);
			continue;
		}
		if (known == NULL) {
			diag_help(import->diags,
				  diag_add(import->diags, DIAG_IMPORT_GUESS, host->span,
					   "the manifest does not know '%s': it is put on the "
					   "internet, where nobody can send to it",
					   host->name),
				  "write where it is in its 'at'");
			(void)import_add_place(import, host, NULL);
		}
	}
}
