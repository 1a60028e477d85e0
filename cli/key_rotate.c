/* SPDX-License-Identifier: MIT */

/*
 * key rotate: replaces a node's key in two phases. First the next key is made and waits beside the
 * present one: nothing that runs changes. Then --finish puts it in force: the topology goes by it,
 * and every host's files are copied before any interface is reloaded, so that a pair is cut for no
 * longer than the two reloads are apart.
 */

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/key_place.h"
#include "cli/output.h"
#include "cli/rollout.h"
#include "cli/session.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/lock.h"
#include "compiler/resolve/network.h"

static int fail_at_topology(const struct network_host *host)
{
	struct span span = host->node->public_key.span;
	struct position position = source_position(span.source, span.begin);

	return output_failure("the key of '%s' stands in %s:%u:%u: make the next one on the node, "
			      "replace it there, and `wgtopo plan` says who needs new files",
			      host->name, span.source->path, position.line, position.column);
}

/* The key that waits: --public-key, or one that is made here where the present one was. */
static int make_next(struct session *session, const struct network_host *host,
		     struct net_key *ret_key)
{
	const char *given = request_option(session->request, "public-key");
	const char *network = session->before.network->name;

	if (given != NULL && !key_place_parse(given, ret_key)) {
		return usage_error(session->request->verb, "--public-key takes the 44 characters "
							   "that `wg pubkey` prints");
	}
	if (given != NULL)
		return STATUS_CLEAN;
	if (session->keys == NULL ||
	    !keystore_has(keystore_file_store(session->keys), &host->public_key)) {
		return output_failure(
			"the key of '%s' is on the node; as root there: `cd /etc/wireguard && "
			"umask 077 && wg genkey > %s.key.next && wg pubkey < %s.key.next`, then "
			"`wgtopo key rotate %s --public-key KEY` with what it prints",
			host->name, network, network, host->name);
	}
	*ret_key = keystore_generate(keystore_file_store(session->keys), host->name);
	return STATUS_CLEAN;
}

static int prepare(struct session *session, const struct network_host *host)
{
	cleanup_(text_finish) struct text out = {0};
	struct key_place place = {.session = session, .host = host, .is_next = true};
	int status;

	if (!net_key_is_zero(&host->next_public_key)) {
		return output_failure("the next key of '%s' is waiting already: --finish puts it "
				      "in force, --abort drops it",
				      host->name);
	}
	status = make_next(session, host, &place.key);
	if (status == STATUS_CLEAN)
		status = key_place_put(&place);
	if (status != STATUS_CLEAN)
		return status;
	text_printf(&out,
		    "the next key of %s waits beside the present one; nothing that runs changes\n"
		    "when it suits: wgtopo key rotate %s --finish\n",
		    host->name, host->name);
	session_write_commit(session, &out);
	output_write(&out);
	return STATUS_CLEAN;
}

/* The reloads of a server and of those that it talks to. */
static void write_reloads(const struct network_host *host, const char *network, bool is_on_node,
			  struct text *out)
{
	text_printf(out, "  4. on %s: ", host->name);
	if (is_on_node) {
		text_printf(out, "cd /etc/wireguard && mv %s.key.next %s.key && ", network,
			    network);
	}
	text_printf(out,
		    "bash /etc/wireguard/%s.reload\n"
		    "  5. right after it, on all the others: bash /etc/wireguard/%s.reload\n"
		    "each of them is cut off from %s between 4 and its own reload\n",
		    network, network, host->name);
	if (host->devices.n_items > 0) {
		text_printf(out,
			    "its users are cut off from 4 on until they import their new files: 1 "
			    "lists %zu device%s\n",
			    host->devices.n_items, host->devices.n_items == 1 ? "" : "s");
	}
}

/* What to do, in the order in which no pair is cut for longer than it has to be. */
static void write_order(const struct session *session, const struct network_host *host,
			bool is_on_node, struct text *out)
{
	text_printf(out,
		    "%s goes by its new key from now on; in this order:\n"
		    "  1. wgtopo plan %s -o out\n"
		    "  2. wgtopo compile %s -o out\n"
		    "  3. copy the files of every host that 1 has listed, and reload none: nothing "
		    "happens yet\n",
		    host->name, session->topology, session->topology);
	if (host->kind != HOST_DEVICE) {
		write_reloads(host, session->before.network->name, is_on_node, out);
		return;
	}
	text_printf(out,
		    "  4. hand the new file to %s\n"
		    "  5. reload %s: from then on the new file works, and the old one does not\n",
		    host->user->own.name.value, host->gateway->name);
}

static int finish(struct session *session, const struct network_host *host)
{
	cleanup_(text_finish) struct text out = {0};
	struct key_place place = {.session = session, .host = host, .key = host->next_public_key};
	bool is_on_node = session->keys == NULL ||
			  !keystore_has(keystore_file_store(session->keys), &place.key);
	int status;

	if (net_key_is_zero(&place.key)) {
		return output_failure("no next key of '%s' is waiting: `wgtopo key rotate %s` "
				      "makes one",
				      host->name, host->name);
	}
	session_drop_key(session, &host->public_key);
	status = key_place_put(&place);
	if (status != STATUS_CLEAN)
		return status;
	write_order(session, host, is_on_node, &out);
	session_write_commit(session, &out);
	output_write(&out);
	return STATUS_CLEAN;
}

static int abandon(struct session *session, const struct network_host *host)
{
	cleanup_(text_finish) struct text out = {0};
	struct key_place place = {.session = session, .host = host, .key = host->public_key};
	int status;

	if (net_key_is_zero(&host->next_public_key))
		return output_failure("no next key of '%s' is waiting", host->name);
	session_drop_key(session, &host->next_public_key);
	status = key_place_put(&place);
	if (status != STATUS_CLEAN)
		return status;
	text_join(&out, "the next key of ", host->name, " is dropped\n");
	session_write_commit(session, &out);
	output_write(&out);
	return STATUS_CLEAN;
}

static int rotate(struct session *session)
{
	const struct network_host *host;
	int status = key_place_find(session, &host);

	if (status != STATUS_CLEAN)
		return status;
	if (span_is_given(host->node->public_key.span))
		return fail_at_topology(host);
	if (request_has(session->request, "finish"))
		return finish(session, host);
	if (request_has(session->request, "abort"))
		return abandon(session, host);
	return prepare(session, host);
}

int run_key_rotate(const struct request *request)
{
	struct session session;
	int status;

	if (request_has(request, "finish") && request_has(request, "abort"))
		return usage_error(request->verb, "--finish and --abort exclude each other");
	status = session_begin(&session, request, SESSION_OPENS_KEYS);
	if (status == STATUS_CLEAN)
		status = rotate(&session);
	session_finish(&session);
	return status;
}
