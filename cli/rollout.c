/* SPDX-License-Identifier: MIT */

/* From a committed change to new files, and from there to what people do with them. */

#include "cli/rollout.h"

#include <string.h>

#include "base/arena.h"
#include "base/namelist.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/delivery.h"
#include "cli/output.h"
#include "cli/people.h"
#include "cli/session.h"
#include "compiler/deliver.h"
#include "compiler/model/topology.h"
#include "compiler/publish/publish.h"
#include "compiler/resolve/network.h"

enum {
	MOST_NAMED = 100, /* hosts and ranges; the others are counted */
};

/* What a run changed, as it is told. */
struct changes {
	const struct rollout *rollout;
	const struct network *network;
	vec_of(const char *) entrances;            /* gateways of the person's, now or before */
	vec_of(const struct network_host *) hosts; /* the other servers and gateways, by name */
	vec_of(const char *) files;                /* of the person's devices */
};

static struct arena *arena_of(const struct changes *changes)
{
	return changes->rollout->session->after.arena;
}

/* Whether somebody of the person's comes in through the gateway, now or before. */
static bool is_entrance(const struct changes *changes, const char *gateway)
{
	vec_foreach(entrance, &changes->entrances) {
		if (strcmp(*entrance, gateway) == 0)
			return true;
	}
	return false;
}

static void add_entrance(struct changes *changes, const char *gateway)
{
	const struct network_host *host = network_find_host(changes->network, gateway);

	if (host != NULL && host->kind == HOST_GATEWAY && !is_entrance(changes, gateway))
		*vec_push(arena_of(changes), &changes->entrances) = host->name;
}

/* Somebody who has expired has no gateway any more, and may still be in the files of one. */
static void add_entrances_of_expired(struct changes *changes, const struct network *network,
				     const struct topology_user *user)
{
	vec_foreach(gateway, &user->gateways)
		add_entrance(changes, gateway->value);
	for (size_t i = 0; user->gateways.n_items == 0 && i < network->gateways.n_items; i++)
		add_entrance(changes, network->gateways.items[i]->name);
}

static void find_entrances(struct changes *changes, const struct network *network)
{
	for (size_t i = 0; network != NULL && i < network->n_hosts + network->n_expired; i++) {
		const struct network_host *host = &network->hosts[i];

		if (!people_has_host(changes->rollout->person, host))
			continue;
		if (host->is_expired) {
			add_entrances_of_expired(changes, network, host->user);
		} else if (host->gateway != NULL) {
			add_entrance(changes, host->gateway->name);
		}
	}
}

static void note_host(struct changes *changes, const struct network_host *host)
{
	if (!is_entrance(changes, host->name) &&
	    (changes->hosts.n_items == 0 ||
	     changes->hosts.items[changes->hosts.n_items - 1] != host))
		*vec_push(arena_of(changes), &changes->hosts) = host;
}

/* Files come sorted by path, so those of one host one behind the other. */
static void note_change(void *context, const struct publish_change *change)
{
	struct changes *changes = context;
	const struct network_host *host =
		change->host == NULL ? NULL : network_find_host(changes->network, change->host);

	if (host == NULL)
		return; /* of the network as a whole, or of somebody who has left */
	if (host->kind != HOST_DEVICE) {
		note_host(changes, host);
	} else if (!change->is_removed) {
		*vec_push(arena_of(changes), &changes->files) =
			arena_printf(arena_of(changes), "%s", change->path);
	}
}

static bool has_left(void *context, const char *host)
{
	const struct changes *changes = context;

	return network_find_host(changes->network, host) == NULL;
}

/* Other people's devices do not change with this one. */
static bool is_concerned(void *context, const struct network_host *host)
{
	const struct changes *changes = context;

	return host->kind != HOST_DEVICE || people_has_host(changes->rollout->person, host);
}

void rollout_write_command(struct text *out, const char *output, const char *interface,
			   const char *host)
{
	text_join(out, "scp -r ", output, "/hosts/", host, "/etc root@", host, ":/ && ssh root@",
		  host, " bash /etc/wireguard/", interface, ".reload\n");
}

static const char *output_of(const struct rollout *rollout)
{
	const char *output = request_option(rollout->session->request, "output");

	return output == NULL ? "out" : output;
}

/* "gpu[01-12] and store" */
static void write_names(const struct changes *changes, struct text *out)
{
	struct arena *arena = arena_of(changes);
	const char **names = ARENA_ARRAY(arena, const char *, changes->hosts.n_items + 1);
	struct namelist list;

	for (size_t i = 0; i < changes->hosts.n_items; i++)
		names[i] = changes->hosts.items[i]->name;
	list = namelist_fold(arena, names, changes->hosts.n_items);
	namelist_say(&list, MOST_NAMED, out);
}

static void write_person(const struct person *person, struct text *out)
{
	text_puts(out, person->user_name);
	if (person->device_name != NULL)
		text_join(out, "/", person->device_name);
}

/* The addresses and the gateway of each of the person's devices. */
static void write_devices(const struct changes *changes, struct text *out)
{
	for (size_t i = 0; i < changes->network->n_hosts; i++) {
		const struct network_host *host = &changes->network->hosts[i];

		if (!people_has_host(changes->rollout->person, host))
			continue;
		text_puts(out, host->name);
		for (size_t k = 0; k < host->n_addresses; k++) {
			char buffer[NET_ADDRESS_TEXT];

			text_join(out, k == 0 ? ": " : ", ",
				  net_address_format(&host->addresses[k], buffer));
		}
		text_join(out, ", through ", host->gateway->name, "\n");
	}
	vec_foreach(file, &changes->files)
		text_join(out, "  ", output_of(changes->rollout), "/", *file, "\n");
}

/* The sentence before the gateways' commands. */
static void write_first(const struct changes *changes, struct text *out)
{
	switch (changes->rollout->kind) {
	case ROLLOUT_ADDED:
		text_puts(out, "\nnext, let the gateway know:\n");
		return;
	case ROLLOUT_REVOKED:
		write_person(changes->rollout->person, out);
		text_puts(out, " is out of the topology, but gets in until the gateway knows:\n");
		return;
	case ROLLOUT_ROTATED:
		text_puts(out, "\nhand the new file over first; the old one works until the "
			       "gateway knows:\n");
		return;
	}
	unreachable();
}

static void write_changes(const struct changes *changes, struct text *out)
{
	const struct rollout *rollout = changes->rollout;

	if (rollout->kind != ROLLOUT_REVOKED)
		write_devices(changes, out);
	if (changes->entrances.n_items > 0)
		write_first(changes, out);
	vec_foreach(gateway, &changes->entrances) {
		text_puts(out, "  ");
		rollout_write_command(out, output_of(rollout), changes->network->name, *gateway);
	}
	if (changes->hosts.n_items > 0) {
		text_puts(out, rollout->kind == ROLLOUT_ADDED
				       ? "then in the same way, so that they answer: "
				       : "then in the same way, without hurry: ");
		write_names(changes, out);
		text_puts(out, "\n");
	}
	session_write_commit(rollout->session, out);
}

/* What is left to do is said here: the next run finds the topology as it should be. */
static int report_unpublished(const struct changes *changes, int status)
{
	cleanup_(text_finish) struct text gateways = {0};
	const char *output = output_of(changes->rollout);
	const char *topology = changes->rollout->session->topology;

	text_puts(&gateways, "");
	vec_foreach(gateway, &changes->entrances)
		text_join(&gateways, gateway == changes->entrances.items ? "" : " and ", *gateway);
	(void)output_failure(
		"the topology is changed, but not '%s': mend that, run `wgtopo compile "
		"%s -o %s`, and give %s new files first",
		output, topology, output, gateways.data);
	return status;
}

static int deliver(struct changes *changes, bool is_rehearsal)
{
	struct session *session = changes->rollout->session;
	const struct compile_selection selection = {.wants = is_concerned, .context = changes};
	const struct publish_options options = {
		.directory = output_of(changes->rollout),
		.force = request_has(session->request, "force"),
		.is_rehearsal = is_rehearsal,
		.tell = note_change,
		.has_left = has_left,
		.context = changes,
	};
	struct publish_result result = {0};
	int status;

	find_entrances(changes, session->before.network);
	find_entrances(changes, session->after.network);
	status = delivery_publish(&session->after, &selection, &options, &result);
	if (status == STATUS_FINDINGS) {
		diag_sort(&session->after.diags);
		output_diagnostics(session->request, &session->after.diags);
	}
	return status;
}

int rollout_rehearse(const struct rollout *rollout)
{
	struct changes changes = {.rollout = rollout, .network = rollout->session->after.network};
	int status = deliver(&changes, true);

	if (status != STATUS_CLEAN)
		(void)output_failure("nothing was written: mend that first");
	return status;
}

int rollout_publish(const struct rollout *rollout)
{
	cleanup_(text_finish) struct text out = {0};
	struct changes changes = {.rollout = rollout, .network = rollout->session->after.network};
	int status = deliver(&changes, false);

	if (status != STATUS_CLEAN)
		return report_unpublished(&changes, status);
	write_changes(&changes, &out);
	output_write(&out);
	return STATUS_CLEAN;
}
