/* SPDX-License-Identifier: MIT */

/* The steps from files to a network, from top to bottom. */

#include "compiler/import/import.h"

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/import/parts.h"

static struct import_host *first_host(const struct import *import)
{
	import_foreach_host(host, import)
		return host;
	return NULL;
}

static bool mark_neighbours(const struct import *import, bool *is_reached)
{
	bool is_changed = false;

	import_foreach_host(host, import) {
		vec_foreach(view, &host->views) {
			bool is_one = is_reached[host->index] || is_reached[view->to->index];
			bool is_both = is_reached[host->index] && is_reached[view->to->index];

			is_changed = is_changed || (is_one && !is_both);
			is_reached[host->index] = is_reached[host->index] || is_one;
			is_reached[view->to->index] = is_reached[view->to->index] || is_one;
		}
		for (struct import_host *way = host->next; way != NULL; way = way->next) {
			is_changed =
				is_changed || is_reached[way->index] != is_reached[host->index];
			is_reached[way->index] |= is_reached[host->index];
			is_reached[host->index] |= is_reached[way->index];
		}
	}
	return is_changed;
}

/* Whether all hosts hang together; else one of those that do not is in `ret_other`. */
static bool is_one_network(struct import *import, const struct import_host **ret_other)
{
	bool *is_reached = ARENA_ARRAY(import->arena, bool, import->hosts.n_items + 1);

	is_reached[first_host(import)->index] = true;
	while (mark_neighbours(import, is_reached))
		;
	import_foreach_host(host, import) {
		if (!is_reached[host->index]) {
			*ret_other = host;
			return false;
		}
	}
	return true;
}

/* A file without peers, that nobody has as a peer either, says nothing of the network. */
static void leave_out_lonely(struct import *import)
{
	bool *is_seen = ARENA_ARRAY(import->arena, bool, import->hosts.n_items + 1);
	size_t n_seen = 0;

	import_foreach_host(host, import) {
		vec_foreach(view, &host->views) {
			is_seen[host->index] = true;
			is_seen[view->to->index] = true;
			n_seen++;
		}
	}
	import_foreach_host(host, import) {
		if (n_seen == 0 || is_seen[host->index] || host->home != NULL || host->next != NULL)
			continue;
		host->is_left_out = true;
		diag_help(import->diags,
			  diag_add(import->diags, DIAG_IMPORT_INVALID, host->span,
				   "'%s' has no peers, is nobody's peer, and is left out",
				   host->path),
			  "add it to the topology, where it belongs to the network");
	}
}

/* Whether there is something to make a network of. */
static bool check(struct import *import)
{
	const struct import_host *first = first_host(import);
	const struct import_host *other;
	struct diag *diag;

	if (first == NULL) {
		diag = diag_add(import->diags, DIAG_IMPORT_FAILED, (struct span){0},
				"'%s' holds no configuration of WireGuard that could be read",
				import->folder);
		diag_help(import->diags, diag,
			  "name a folder with wg-quick files (*.conf), or wg-meshconf's table "
			  "(*.csv)");
		return false;
	}
	leave_out_lonely(import);
	first = first_host(import);
	if (is_one_network(import, &other))
		return true;
	diag = diag_add(
		import->diags, DIAG_IMPORT_FAILED, other->span,
		"this host has no peer in common with the others: they are several networks");
	diag_related(import->diags, diag, first->span, "one of the others");
	diag_help(
		import->diags, diag,
		"put the files of each network into a folder of its own, and import one at a time");
	return false;
}

static void number_hosts(struct import *import)
{
	size_t n = 0;

	vec_foreach(at, &import->hosts)
		(*at)->index = n++;
}

bool import_infer(struct import *import)
{
	import_count_faults(import);
	import_settle_masks(import);
	import_identify(import);
	number_hosts(import);
	if (!check(import))
		return false;
	import_find_addresses(import);
	import_settle_claims(import);
	import_find_pools(import);
	if (import->pools.n_items == 0) {
		diag_help(import->diags,
			  diag_add(import->diags, DIAG_IMPORT_FAILED, first_host(import)->span,
				   "no file says which address any host has in the network"),
			  "add the files of the hosts themselves: their [Interface] has it");
		return false;
	}
	if (import->manifest != NULL)
		import_take_manifest_names(import);
	import_find_routes(import);
	import_find_roles(import);
	import_settle_ways(import);
	import_name_hosts(import);
	if (import->manifest != NULL) {
		import_take_manifest_places(import);
	} else {
		import_find_lans(import);
		import_find_exposures(import);
	}
	import_find_settings(import);
	return true;
}

static void count(struct text *out, size_t n, const char *what, const char *separator)
{
	text_printf(out, "%zu %s%s%s", n, what, n == 1 ? "" : "s", separator);
}

void import_count(const struct import *import, struct text *out)
{
	size_t n[IMPORT_DEVICE + 1] = {0};

	import_foreach_host(host, import)
		n[host->kind] += host->home == NULL;
	count(out, n[IMPORT_GATEWAY], "gateway", ", ");
	count(out, n[IMPORT_SERVER], "server", ", ");
	count(out, n[IMPORT_DEVICE], "device", "");
}

void import_write_key_steps(const struct import *import, struct text *out)
{
	size_t n = 0;

	import_foreach_host(host, import) {
		if (!host->has_private_key || host->kind == IMPORT_DEVICE)
			continue;
		if (n++ == 0) {
			text_printf(
				out,
				"private keys stay where they are; the compiled files read them "
				"from /etc/wireguard/%s.key.\non each server and gateway, as root, "
				"before its old file is replaced:\n"
				"  (umask 077; sed -n 's/^[[:space:]]*PrivateKey[[:space:]]*=[[:space:]]*"
				"\\([^[:space:]#]*\\).*/\\1/Ip' \\\n"
				"    /etc/wireguard/OLD.conf >/etc/wireguard/%s.key)\n",
				import->name, import->name);
		}
	}
}
