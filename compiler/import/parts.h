/* SPDX-License-Identifier: MIT */
#pragma once

/* The steps of an import, in the order in which they are taken. */

#include "compiler/import/net.h"

struct conf;
struct text;

/* read.c */
struct import_key *import_find_key(const struct import *import, const struct net_key *key);
struct import_key *import_get_key(struct import *import, const struct net_key *key);
void import_count_faults(struct import *import);
struct import_host *import_add_host(struct import *import);
struct import_view *import_add_view(struct import *import, struct import_host *host,
				    struct import_key *key, const struct net_prefix *allowed_ips,
				    size_t n_allowed_ips);

/* names.c: what a file's path and its first comment say of its host; then valid names for all. */
void import_name_by_path(struct import *import, struct import_host *host, const char *comment);
void import_name_hosts(struct import *import);
const char *import_name_in_comment(struct arena *arena, const char *comment);

/* A name that nobody has yet, made of `wanted`. */
const char *import_make_name(struct import *import, const char *wanted);

/*
 * masks.c: allowed IPs that have an interface's mask. Narrows views, before they are sorted, and
 * gathers the prefixes of keys; at the end tells what was guessed.
 */
void import_settle_masks(struct import *import);
void import_report_masks(struct import *import);

/* identify.c: whose file is whose; and hosts for the keys that have no file. */
void import_identify(struct import *import);

/* Two files of one key are one device where both of its peers are gateways; then. */
void import_settle_ways(struct import *import);

/* overlay.c: each host's addresses in the overlay, and the pools that they come from. */
void import_find_addresses(struct import *import);
void import_find_pools(struct import *import);
struct net_prefix import_subnet(const struct net_address *address, unsigned int length);
bool import_holds_address(const struct import *import, const struct net_prefix *prefix);
bool import_is_overlay(const struct import *import, const struct net_prefix *prefix);

/* claims.c: where allowed IPs lead. */
void import_settle_claims(struct import *import);
void import_sort_claims(struct arena *arena, struct import_host *host);

/* The peer that the host sends packets for the address or for all of the prefix to; or NULL. */
const struct import_view *import_owner(const struct import_host *host,
				       const struct net_address *address);
const struct import_view *import_owner_of(const struct import_host *host,
					  const struct net_prefix *prefix);
bool import_claims(const struct import_host *host, const struct net_prefix *prefix);
void import_report_unused(struct import *import);
bool import_is_default(const struct net_prefix *prefix);

/* roles.c: who routes networks, who is a gateway, who a device. */
void import_find_routes(struct import *import);
void import_find_roles(struct import *import);
bool import_is_same_machine(const struct import_host *a, const struct import_host *b);

/* The view that `from` has of `to`, or NULL. */
const struct import_view *import_find_view(const struct import_host *from,
					   const struct import_host *to);

/* lans.c: who shares a LAN; then exposure.c: what the others see of everybody. */
void import_find_lans(struct import *import);
void import_find_exposures(struct import *import);
bool import_is_local(const struct import *import, const struct net_endpoint *endpoint);
struct import_site *import_add_site(struct import *import, const char *wanted);
struct import_place *import_add_place(struct import *import, struct import_host *host,
				      struct import_site *site);

/* manifest.c: the same from what wgtopo noted. */
struct import_key *import_key_in_manifest(struct import *import, const struct import_host *host);
void import_take_manifest_names(struct import *import);
void import_take_manifest_places(struct import *import);

/* settings.c: what holds for the whole network. */
void import_find_settings(struct import *import);

/* report.c: whether the compiler writes the line itself. */
bool import_is_made_anew(const struct import_host *host, const struct import_setting *setting);
