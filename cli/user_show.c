/* SPDX-License-Identifier: MIT */

/* user show: one person, in words. */

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/people.h"
#include "cli/session.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/network.h"

static void write_groups(const struct topology_user *user, struct text *out)
{
	vec_foreach(group, &user->own.groups)
		text_join(out, group == user->own.groups.items ? ", in " : ", ", group->value);
}

static void write_user(const struct topology_user *user, struct text *out)
{
	struct span span = user->own.name.span;
	struct position position = source_position(span.source, span.begin);

	text_printf(out, "%s (%s:%u)", user->own.name.value, span.source->path, position.line);
	write_groups(user, out);
	if (span_is_given(user->expires.span))
		text_join(out, ", until ", user->expires.value);
	text_puts(out, "\n");
}

static const char *key_text(const struct network_host *host)
{
	if (net_key_is_zero(&host->public_key))
		return "has no key: `wgtopo key gen` makes one";
	return span_is_given(host->node->public_key.span) ? "made its own key"
							  : "has a key from the keystore";
}

static void write_host(struct session *session, const struct network_host *host, struct text *out)
{
	const char *output = request_option(session->request, "output");

	text_join(out, "  ", host->name, host->is_expired ? " (expired)" : "", ":");
	for (size_t i = 0; i < host->n_addresses; i++) {
		char buffer[NET_ADDRESS_TEXT];

		text_join(out, i == 0 ? " " : ", ",
			  net_address_format(&host->addresses[i], buffer));
	}
	if (host->gateway != NULL)
		text_join(out, " through ", host->gateway->name);
	text_join(out, "; ", key_text(host), "\n    ", output == NULL ? "out" : output, "/",
		  network_host_folder(session->before.arena, host), "/", host->tunnel, ".conf\n");
}

static int show(struct session *session)
{
	cleanup_(text_finish) struct text out = {0};
	const struct network *network;
	struct person person;
	int status = people_find(session, session->request->operands[0], &person);

	if (status == STATUS_CLEAN)
		status = session_resolve(session);
	if (status != STATUS_CLEAN)
		return status;
	network = session->before.network;
	write_user(person.user, &out);
	for (size_t i = 0; i < network->n_hosts + network->n_expired; i++) {
		if (people_has_host(&person, &network->hosts[i]))
			write_host(session, &network->hosts[i], &out);
	}
	output_write(&out);
	return STATUS_CLEAN;
}

int run_user_show(const struct request *request)
{
	struct session session;
	int status = session_begin(&session, request, SESSION_LEAVES_KEYS);

	if (status == STATUS_CLEAN)
		status = show(&session);
	session_finish(&session);
	return status;
}
