/* SPDX-License-Identifier: MIT */

/* Whose files differ, who is shut out, and whose addresses become somebody else's. */

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/diff/teller.h"

enum {
	MOST_PASSING = 4, /* addresses that are told */
};

static bool is_device(const struct diff_host *host)
{
	const struct manifest_host *side = host->sides[DIFF_AFTER] != NULL
						   ? host->sides[DIFF_AFTER]
						   : host->sides[DIFF_BEFORE];

	return side != NULL && side->kind == MANIFEST_DEVICE;
}

/* ", 4 for 2 devices" */
static void tell_part(struct teller *teller, const char **separator, size_t n_files, size_t n_hosts,
		      const char *one, const char *many)
{
	if (n_files == 0)
		return;
	text_printf(teller->out, "%s%zu for ", *separator, n_files);
	tell_count(teller, n_hosts, one, many);
	*separator = ", ";
}

void tell_files(struct teller *teller)
{
	const struct diff *diff = teller->story->diff;
	struct diff_names network = {0};
	size_t n_files[2] = {0};
	size_t n_hosts[2] = {0};
	const char *separator = ": ";

	vec_foreach(host, &diff->hosts) {
		n_files[is_device(host)] += host->files.n_items;
		n_hosts[is_device(host)] += host->files.n_items > 0;
	}
	tell_count(teller, diff->n_files, "file differs", "files differ");
	tell_part(teller, &separator, n_files[0], n_hosts[0], "server or gateway",
		  "servers and gateways");
	tell_part(teller, &separator, n_files[1], n_hosts[1], "device", "devices");
	vec_foreach(file, &diff->files)
		*vec_push(teller->arena, &network.items) = *file;
	if (network.items.n_items > 0) {
		text_printf(teller->out, "%s%zu for the network as a whole (", separator,
			    network.items.n_items);
		tell_names(teller, &network);
		tell(teller, ")");
	}
}

/* Devices of one gateway whose present key gets nobody in any more. */
struct leaving {
	const char *gateway; /* NULL: it is gone, too */
	struct diff_names names;
};

void tell_shut_out(struct teller *teller, const char *bullet)
{
	const struct diff *diff = teller->story->diff;
	vec_of(struct leaving) all = {0};
	struct map by_gateway = {0}; /* -> the number of an item */

	vec_foreach(name, &teller->roles->leaving.items) {
		const struct manifest_host *gateway = diff_find(diff, DIFF_BEFORE, *name)->gateway;
		bool is_there =
			gateway != NULL && diff_find(diff, DIFF_AFTER, gateway->name) != NULL;
		const char *key = is_there ? gateway->name : "";
		size_t *number = map_get(&by_gateway, key);

		if (number == NULL) {
			number = ARENA_NEW(teller->arena, size_t);
			*number = all.n_items;
			(void)map_put(teller->arena, &by_gateway, key, number);
			*vec_push(teller->arena, &all) =
				(struct leaving){.gateway = is_there ? gateway->name : NULL};
		}
		*vec_push(teller->arena, &all.items[*number].names.items) = *name;
	}
	vec_foreach(leaving, &all) {
		tell(teller, bullet);
		tell_names(teller, &leaving->names);
		tell(teller, ": in with the present key until ");
		if (leaving->gateway != NULL) {
			tell_code(teller, leaving->gateway);
			tell(teller, " is reloaded\n");
		} else {
			tell(teller, "the gateway is stopped, which is gone as well\n");
		}
	}
	if (teller->roles->go.items.n_items > 0) {
		tell(teller, bullet);
		tell_names(teller, &teller->roles->go);
		tell(teller, ": let in by each host that stays until that one is reloaded\n");
	}
}

void tell_passing(struct teller *teller)
{
	size_t n = 0;

	vec_foreach(passing, &teller->roles->passing) {
		if (n++ == MOST_PASSING) {
			text_printf(teller->out, "; and %zu more",
				    teller->roles->passing.n_items - MOST_PASSING);
			break;
		}
		tell(teller, n == 1 ? "" : "; ");
		tell_code(teller, passing->address);
		tell(teller, " from ");
		tell_code(teller, passing->from);
		tell(teller, " to ");
		tell_code(teller, passing->to);
	}
	tell(teller, ". What has it from elsewhere (DNS, hosts files, access lists, known_hosts) "
		     "leads to the wrong machine until it is changed, too.\n");
}
