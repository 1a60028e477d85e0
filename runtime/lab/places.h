/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Places: where everything of a manifest stands, every address known. What the manifest leaves open
 * (DNS names, addresses that are not fixed, roaming devices, routers, machines on the networks
 * behind hosts) is invented here. The sites are the manifest's, and, where devices roam, a cafe.
 */

#include "base/manifest/manifest.h"

struct arena;

struct places_address {
	struct net_address address;
	bool is_invented; /* nobody can know it: it is in no file, and has no name */
};

struct places_one_to_one {
	struct places_address outer;
	const struct manifest_host *host;
};

struct places_site {
	const struct manifest_site *site;
	const struct places_site *inside;     /* NULL for the internet */
	size_t index;                         /* in places->sites */
	size_t depth;                         /* boxes between it and the internet */
	vec_of(struct net_prefix) prefixes;   /* of its LAN */
	vec_of(struct places_address) public; /* of its router, in the site outside; IPv4 */
	vec_of(struct places_one_to_one) one_to_one;
};

struct places_attachment {
	const struct places_site *site;
	vec_of(struct places_address) addresses; /* IPv4 first */
};

struct places_host {
	const struct manifest_host *host;
	vec_of(struct places_attachment) attachments; /* at least one; by site */
};

/* A machine on a network behind a host: it stands for all of that network. */
struct places_machine {
	const struct places_host *host;
	const struct places_attachment *attachment; /* it is on the LAN there; NULL: on one of the
						       host's own */
	struct net_prefix prefix;
	struct net_address address;
};

/* What a DNS name means at a site. */
struct places_name {
	const char *name;
	const struct places_site *site;
	vec_of(struct net_address) addresses;
};

struct places {
	const struct manifest *manifest;
	vec_of(struct places_site) sites; /* by manifest index, then the cafe, if any */
	struct places_host *hosts;        /* by manifest index */
	vec_of(struct places_machine) machines;
	vec_of(struct places_name) names;
};

/* 0, or MANIFEST_E_CONTENT with words: two machines with one address, or none left to invent. */
int places_make(struct arena *arena, const struct manifest *manifest, struct places **ret_places,
		const char **ret_fault);

/* Whether the box translates packets of the family: IPv4 only. */
static inline bool places_translates(const struct places_site *site, enum net_family family)
{
	return site->site->box[family].mapping != MANIFEST_MAPPING_NONE;
}

bool places_site_is_within(const struct places_site *site, const struct places_site *outer);

/* The innermost site that holds both. */
const struct places_site *places_common_site(const struct places_site *a,
					     const struct places_site *b);

/*
 * The addresses of the family that the host at the attachment has, as seen in `at`, its site or one
 * around it: its own, or after translation one. May be empty.
 */
struct places_view {
	const struct places_address *items;
	size_t n_items;
	bool is_pool; /* the first of several that take turns */
};
struct places_view places_seen(const struct places_host *host,
			       const struct places_attachment *attachment,
			       const struct places_site *at, enum net_family family);

/* The host's first attachment at the site or inside it, or NULL. */
const struct places_attachment *places_attachment_within(const struct places_host *host,
							 const struct places_site *site);
