/* SPDX-License-Identifier: MIT */

/* key gen: keys for nodes that have none. The private half goes to the keystore, the other to the
 * lock.
 */

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/session.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/lock.h"
#include "compiler/resolve/network.h"

struct generation {
	struct session *session;
	vec_of(const char *) names; /* of the nodes that a key was made for */
};

/* Whether the call is about the node: it names it, or none. */
static bool is_asked_for(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->n_operands; i++) {
		if (strcmp(request->operands[i], name) == 0)
			return true;
	}
	return request->n_operands == 0;
}

static void make_key(void *context, const struct network_host *host, struct lock_entry *entry)
{
	struct generation *generation = context;
	struct session *session = generation->session;

	if (!net_key_is_zero(&entry->public_key) || !is_asked_for(session->request, host->name))
		return;
	entry->public_key = keystore_generate(keystore_file_store(session->keys), host->name);
	*vec_push(session->after.arena, &generation->names) = host->name;
}

static bool was_made(const struct generation *generation, const char *name)
{
	vec_foreach(made, &generation->names) {
		if (strcmp(*made, name) == 0)
			return true;
	}
	return false;
}

/* Names that no key was made for: unknown, or of nodes that have one. */
static int check_operands(const struct generation *generation)
{
	const struct session *session = generation->session;
	const struct request *request = session->request;

	for (size_t i = 0; i < request->n_operands; i++) {
		const char *name = request->operands[i];

		if (was_made(generation, name))
			continue;
		if (network_find_host(session->after.network, name) == NULL) {
			return output_failure("there is no node '%s'; `wgtopo key list` shows all",
					      name);
		}
		return output_failure("'%s' has a key already; `wgtopo key rotate %s` replaces it",
				      name, name);
	}
	return STATUS_CLEAN;
}

/* A new keystore without keys is still where preshared keys come from. */
static bool has_made_something(const struct generation *generation)
{
	const struct session *session = generation->session;

	return generation->names.n_items > 0 ||
	       (session->keys_are_new &&
		session->before.topology->network.preshared_keys.value != 0);
}

static void write_result(const struct generation *generation)
{
	cleanup_(text_finish) struct text out = {0};
	size_t n = generation->names.n_items;

	if (!has_made_something(generation)) {
		text_puts(&out, "every node has a key: nothing was made\n");
	} else {
		if (n == 0) {
			text_puts(&out, "made the keystore, for the preshared keys\n");
		} else {
			text_printf(&out, "made %zu key%s\n", n, n == 1 ? "" : "s");
		}
		vec_foreach(name, &generation->names)
			text_join(&out, "  ", *name, "\n");
		session_write_commit(generation->session, &out);
	}
	output_write(&out);
}

/* Nodes whose keys the keystore has and the lock has not: what was lost is the lock. */
static int check_lock(struct session *session)
{
	const struct keystore *keystore = keystore_file_store(session->keys);
	const struct network *network;
	int status = session_resolve(session);

	if (status != STATUS_CLEAN)
		return status;
	network = session->before.network;
	for (size_t i = 0; i < network->n_hosts; i++) {
		const char *name = network->hosts[i].name;

		if (!net_key_is_zero(&network->hosts[i].public_key) ||
		    !keystore_has_name(keystore, name))
			continue;
		return output_failure("the keystore has a key of '%s', and the lock has none: "
				      "restore '%s' from git, or make another key with `wgtopo key "
				      "gen %s`",
				      name, session->before.lock_path, name);
	}
	return STATUS_CLEAN;
}

static int generate(struct session *session)
{
	struct generation generation = {.session = session};
	const struct resolve_rekey rekey = {
		.assign = make_key,
		.context = &generation,
		.is_partial = session->request->n_operands > 0,
	};
	int status = session->request->n_operands > 0 ? STATUS_CLEAN : check_lock(session);

	if (status == STATUS_CLEAN)
		status = session_check(session, &rekey);
	if (status == STATUS_CLEAN)
		status = check_operands(&generation);
	if (status == STATUS_CLEAN && has_made_something(&generation))
		status = session_commit(session);
	if (status == STATUS_CLEAN)
		write_result(&generation);
	return status;
}

int run_key_gen(const struct request *request)
{
	struct session session;
	int status = session_begin(&session, request, SESSION_MAKES_KEYS);

	if (status == STATUS_CLEAN)
		status = generate(&session);
	session_finish(&session);
	return status;
}
