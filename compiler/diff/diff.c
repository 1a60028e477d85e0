/* SPDX-License-Identifier: MIT */

/* From one host after the other to what changes in the network. */

#include "compiler/diff/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"
#include "compiler/diff/parts.h"

/*
 * Devices have one key at all of their gateways, and a host for each: a gateway knows the key by
 * its own. Everybody else has one owner.
 */
static void name_keys(struct diff *diff, enum diff_side side)
{
	const struct manifest *manifest = diff->sides[side];

	for (size_t i = 0; manifest != NULL && i < manifest->n_hosts; i++) {
		const struct manifest_host *host = &manifest->hosts[i];
		char *name = arena_printf(diff->arena, "%s", host->name);
		char key[NET_KEY_TEXT];

		(void)net_key_format(&host->public_key, key);
		(void)map_put(diff->arena, &diff->names[side],
			      host->gateway == NULL ? arena_printf(diff->arena, "%s", key)
						    : arena_printf(diff->arena, "%s %s", key,
								   host->gateway->name),
			      name);
	}
}

struct diff *diff_create(struct arena *arena, const struct manifest *before,
			 const struct manifest *after)
{
	struct diff *diff = ARENA_NEW(arena, struct diff);

	diff->arena = arena;
	diff->sides[DIFF_BEFORE] = before;
	diff->sides[DIFF_AFTER] = after;
	name_keys(diff, DIFF_BEFORE);
	name_keys(diff, DIFF_AFTER);
	return diff;
}

const struct manifest_host *diff_find(const struct diff *diff, enum diff_side side,
				      const char *name)
{
	const struct manifest *manifest = diff->sides[side];

	return manifest == NULL ? NULL : manifest_find_host(manifest, name);
}

bool diff_is_new(const struct diff_host *host)
{
	return host->sides[DIFF_BEFORE] == NULL && host->sides[DIFF_AFTER] != NULL;
}

void diff_begin_host(struct diff *diff, const char *name)
{
	struct arena *arena = arena_create();
	struct diff_scratch *scratch = ARENA_NEW(arena, struct diff_scratch);

	scratch->arena = arena;
	scratch->host.name = arena_copy(diff->arena, name, strlen(name));
	for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++)
		scratch->host.sides[side] = diff_find(diff, side, name);
	diff->scratch = scratch;
}

struct arena *diff_scratch(struct diff *diff)
{
	return diff->scratch->arena;
}

void diff_take_conf(struct diff *diff, enum diff_side side, const struct conf *conf)
{
	struct diff_host *host = &diff->scratch->host;

	diff->scratch->confs[side] = conf;
	if (conf->faults.n_items > 0 && host->fault == NULL)
		host->fault = facts_keep(diff->arena, conf->faults.items[0].message);
}

void diff_take_routes(struct diff *diff, enum diff_side side, const struct conf_routes *routes)
{
	diff->scratch->routes[side] = routes;
}

void diff_note_file(struct diff *diff, const char *path)
{
	const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;

	diff->n_files++;
	if (diff->scratch != NULL) {
		*vec_push(diff->arena, &diff->scratch->host.files) =
			arena_copy(diff->arena, name, strlen(name));
	} else {
		*vec_push(diff->arena, &diff->files) = arena_copy(diff->arena, name, strlen(name));
	}
}

void diff_end_host(struct diff *diff)
{
	struct diff_scratch *scratch = diff->scratch;
	struct diff_host *host = &scratch->host;

	if (host->sides[DIFF_AFTER] != NULL)
		compare_host(diff);
	if (host->files.n_items > 0 || scratch->facts.n_items > 0) {
		host->facts =
			facts_gather(diff->arena, scratch->facts.items, scratch->facts.n_items);
		effect_find(diff, host);
		*vec_push(diff->arena, &diff->hosts) = *host;
	}
	diff->scratch = NULL;
	(void)arena_destroy(scratch->arena);
}

static int compare_hosts(const void *a, const void *b)
{
	const struct diff_host *first = a;
	const struct diff_host *second = b;

	return strcmp(first->name, second->name);
}

void diff_finish(struct diff *diff)
{
	if (diff->hosts.n_items > 1) {
		qsort(diff->hosts.items, diff->hosts.n_items, sizeof(diff->hosts.items[0]),
		      compare_hosts);
	}
	group_hosts(diff);
	shift_find(diff);
}
