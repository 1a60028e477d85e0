/* SPDX-License-Identifier: MIT */

/* Files, one by one: what they say is condensed, because a mesh has as many peers as pairs. */

#include "compiler/import/import.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"
#include "compiler/import/parts.h"

enum {
	MOST_SHOWN = 8,
};

struct import *import_create(struct arena *arena, const char *folder, struct diag_bag *diags)
{
	struct import *import = ARENA_NEW(arena, struct import);

	import->arena = arena;
	import->diags = diags;
	import->folder = arena_printf(arena, "%s", folder);
	return import;
}

void import_use_manifest(struct import *import, const struct manifest *manifest)
{
	import->manifest = manifest;
}

struct import_key *import_find_key(const struct import *import, const struct net_key *key)
{
	char text[NET_KEY_TEXT];

	return map_get(&import->by_key, net_key_format(key, text));
}

struct import_key *import_get_key(struct import *import, const struct net_key *key)
{
	struct import_key *found = import_find_key(import, key);
	char text[NET_KEY_TEXT];

	if (found != NULL)
		return found;
	found = ARENA_NEW(import->arena, struct import_key);
	found->key = *key;
	found->index = import->keys.n_items;
	found->text = arena_printf(import->arena, "%s", net_key_format(key, text));
	map_put(import->arena, &import->by_key, found->text, found);
	*vec_push(import->arena, &import->keys) = found;
	return found;
}

static const char *keep(const struct import *import, const char *text)
{
	return text == NULL ? NULL : arena_printf(import->arena, "%s", text);
}

/* The same bytes in the import's own copy of the file. */
static struct span moved(struct span span, const struct source *source)
{
	if (span_is_given(span))
		span.source = source;
	return span;
}

static uint64_t first_bytes(const uint8_t digest[CONF_DIGEST_SIZE])
{
	uint64_t word;

	memcpy(&word, digest, sizeof(word));
	return word;
}

struct import_view *import_add_view(struct import *import, struct import_host *host,
				    struct import_key *key, const struct net_prefix *allowed_ips,
				    size_t n_allowed_ips)
{
	struct import_view *view = vec_push(import->arena, &host->views);

	view->key = key;
	view->allowed_ips =
		arena_copy(import->arena, allowed_ips, n_allowed_ips * sizeof(*allowed_ips));
	view->n_allowed_ips = n_allowed_ips;
	return view;
}

static void take_peer(struct import *import, struct import_host *host, const struct conf_peer *peer,
		      const struct source *source)
{
	struct import_key *key = import_get_key(import, &peer->public_key);
	vec_of(struct net_prefix) prefixes = {0};
	struct import_view *view;

	vec_reserve(import->arena, &prefixes, peer->allowed_ips.n_items);
	vec_foreach(allowed, &peer->allowed_ips) {
		if (net_address_compare(&allowed->address, &allowed->prefix.address) != 0) {
			*vec_push(import->arena, &import->masked) = (struct import_masked){
				.viewer = host,
				.view = host->views.n_items,
				.place = prefixes.n_items,
				.address = allowed->address,
				.span = moved(allowed->span, source),
			};
		}
		*vec_push(import->arena, &prefixes) = allowed->prefix;
	}
	view = import_add_view(import, host, key, prefixes.items, prefixes.n_items);
	view->endpoint = peer->endpoint;
	view->endpoint.name = keep(import, peer->endpoint.name);
	view->keepalive_s = peer->persistent_keepalive_s;
	view->has_preshared = peer->preshared != CONF_SECRET_NONE;
	if (peer->preshared == CONF_SECRET_INLINE)
		view->preshared = first_bytes(peer->preshared_digest);
	view->span = moved(peer->span, source);
	if (!span_is_given(key->span))
		key->span = view->span;
	if (key->comment == NULL)
		key->comment = keep(import, peer->comment);
}

/* Two messages that differ in the words in quotes and in numbers are about the same mistake. */
static const char *kind_of(const struct import *import, const char *message)
{
	char *kind = arena_printf(import->arena, "%s", message);
	bool is_quoted = false;
	char *end = kind;

	for (const char *c = message; *c != '\0'; c++) {
		if (*c == '\'')
			is_quoted = !is_quoted;
		if (!is_quoted && (*c < '0' || *c > '9'))
			*end++ = *c;
	}
	*end = '\0';
	return kind;
}

/* A generator makes the same mistake in every line: it is told once, with a few of the places. */
static void take_fault(struct import *import, const struct conf_fault *fault, struct span span)
{
	const char *kind = kind_of(import, fault->message);
	struct import_fault *known = map_get(&import->faults, kind);

	if (known == NULL) {
		known = ARENA_NEW(import->arena, struct import_fault);
		map_put(import->arena, &import->faults, kind, known);
	}
	if (known->n++ == 0) {
		known->diag =
			diag_add(import->diags, DIAG_IMPORT_INVALID, span, "%s", fault->message);
		if (fault->help != NULL) {
			diag_note(import->diags, known->diag,
				  "so does the import, unless another warning says otherwise");
			diag_help(import->diags, known->diag, "%s", fault->help);
		}
		if (!fault->is_silent) {
			diag_note(import->diags, known->diag,
				  "wg and wg-quick refuse the file for it");
		}
	} else if (known->n <= MOST_SHOWN) {
		diag_related(import->diags, known->diag, span, "here as well: %s", fault->message);
	}
}

void import_count_faults(struct import *import)
{
	for (size_t i = 0; i < import->faults.n_slots; i++) {
		const struct import_fault *fault = import->faults.slots[i].value;

		if (import->faults.slots[i].key != NULL && fault->n > MOST_SHOWN) {
			diag_note(import->diags, fault->diag, "and in %zu more places",
				  fault->n - MOST_SHOWN);
		}
	}
}

static void take_routes(struct import *import, struct import_host *host,
			const struct conf_routes *routes)
{
	vec_foreach(route, &routes->items) {
		*vec_push(import->arena, &host->batch) =
			(struct import_route){route->prefix, route->mtu};
	}
}

static void take_interface(struct import *import, struct import_host *host, const struct conf *conf,
			   const struct source *source)
{
	host->interface = keep(import, conf->interface);
	host->path = keep(import, source->path);
	host->span = moved(conf->span, source);
	host->has_private_key = conf->private_key == CONF_SECRET_INLINE;
	host->listen_port = conf->listen_port;
	host->mtu = conf->mtu;
	host->is_ours = conf->comment != NULL && strstr(conf->comment, "Made by wgtopo") != NULL;
	if (!net_key_is_zero(&conf->public_key))
		host->key = import_get_key(import, &conf->public_key);
	vec_foreach(address, &conf->addresses) {
		*vec_push(import->arena, &host->listed) = (struct import_address){
			address->address, address->length, moved(address->span, source)};
	}
	vec_foreach(setting, &conf->settings) {
		*vec_push(import->arena, &host->settings) = (struct import_setting){
			keep(import, setting->name),
			keep(import, setting->value),
			moved(setting->span, source),
		};
	}
}

struct import_host *import_add_host(struct import *import)
{
	struct import_host *host = ARENA_NEW(import->arena, struct import_host);

	*vec_push(import->arena, &import->hosts) = host;
	return host;
}

void import_add_conf(struct import *import, const struct conf *conf,
		     const struct conf_routes *routes)
{
	const struct source *source = source_create(import->arena, keep(import, conf->source->path),
						    conf->source->text, conf->source->length);
	struct import_host *host;

	if (!span_is_given(conf->span)) {
		diag_add(import->diags, DIAG_IMPORT_INVALID, source_line(source, 1),
			 "'%s' has no [Interface], so that it is nobody's configuration, and is "
			 "left out",
			 source->path);
		return;
	}
	vec_foreach(fault, &conf->faults)
		take_fault(import, fault, moved(fault->span, source));
	import->n_files++;
	host = import_add_host(import);
	take_interface(import, host, conf, source);
	import_name_by_path(import, host, conf->comment);
	vec_reserve(import->arena, &host->views, conf->peers.n_items);
	vec_foreach(peer, &conf->peers) {
		if (!net_key_is_zero(&peer->public_key))
			take_peer(import, host, peer, source);
	}
	if (routes != NULL)
		take_routes(import, host, routes);
}
