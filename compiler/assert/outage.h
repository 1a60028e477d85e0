/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Outage: what is left when a node or a site is lost. Configurations are static: every pair keeps
 * to its path, and has none once a node of it is gone. With a site go the sites inside it, the
 * nodes that are nowhere else, and the tunnels that lead through it.
 *
 * Asked of networks without errors, in which everybody reaches everybody.
 */

#include <stdbool.h>
#include <stddef.h>

#include "compiler/plan/path.h"

struct arena;
struct kinds_member;
struct network;
struct network_site;
struct planner;
struct reach;

struct outage {
	const struct network *network;
	const struct reach *reach;
	const struct planner *planner;
	const struct network_host *host; /* that is lost; NULL: a site is */
	const struct network_site *site; /* that is lost, or NULL */
	bool *is_gone;                   /* by host index */
};

/* Finds out who is gone. `host` or `site` is set in `outage`, and the three before them. */
void outage_begin(struct outage *outage, struct arena *arena);

/* Its name, and what it is: "gateway 'gw2'". */
const char *outage_name(const struct outage *outage);
const char *outage_kind(const struct outage *outage);

/* Whether nothing gets along the path any more. */
bool outage_breaks(const struct outage *outage, const struct path *path);

/* Whether the tunnel between two who are left dies, because it leads through the lost site. */
bool outage_ends_tunnel(const struct outage *outage, const struct network_host *a,
			const struct network_host *b);

/*
 * Whether two nodes who are left reach each other: by any way of the one and any of the other.
 * `ret_path` is the path then; else the one that they had.
 */
bool outage_spares(const struct outage *outage, const struct kinds_member *a,
		   const struct kinds_member *b, struct path *ret_path);
