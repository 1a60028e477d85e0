/* SPDX-License-Identifier: MIT */

/* key list: every node's public key, and where its two halves are. Nothing private is shown. */

#include "base/json.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/table.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/network.h"

static const char *source_of(const struct network_host *host)
{
	if (span_is_given(host->node->public_key.span))
		return "topology";
	return net_key_is_zero(&host->public_key) ? "none" : "lock";
}

/* Where the private half is. Closed, the keystore does not say: NULL. */
static const char *holder_of(const struct session *session, const struct network_host *host)
{
	if (net_key_is_zero(&host->public_key))
		return "nowhere";
	if (session->keys == NULL)
		return NULL;
	return keystore_has(keystore_file_store(session->keys), &host->public_key) ? "keystore"
										   : "node";
}

/* NULL where there is none. */
static const char *format_key(const struct net_key *key, char buffer[static NET_KEY_TEXT])
{
	return net_key_is_zero(key) ? NULL : net_key_format(key, buffer);
}

static void write_table(const struct session *session, struct text *out)
{
	static const char *const titles[] = {"NODE", "KIND",         "PUBLIC KEY",
					     "IN",   "PRIVATE HALF", "NEXT"};
	struct table table;

	table_begin(&table, titles, sizeof(titles) / sizeof(titles[0]));
	for (size_t i = 0; i < session->before.network->n_hosts; i++) {
		const struct network_host *host = &session->before.network->hosts[i];
		char key[NET_KEY_TEXT];
		char next[NET_KEY_TEXT];
		const char *const row[] = {host->name,
					   network_kind_text(host->kind),
					   format_key(&host->public_key, key),
					   source_of(host),
					   holder_of(session, host),
					   format_key(&host->next_public_key, next)};

		table_add(&table, row);
	}
	table_write(&table, out);
	table_finish(&table);
}

static void write_json(const struct session *session, struct text *out)
{
	text_puts(out, "[");
	for (size_t i = 0; i < session->before.network->n_hosts; i++) {
		const struct network_host *host = &session->before.network->hosts[i];
		char buffer[NET_KEY_TEXT];

		json_append_member(out, i == 0 ? "\n  {" : ",\n  {", "node", host->name);
		json_append_member(out, ", ", "kind", network_kind_text(host->kind));
		json_append_member(out, ", ", "public_key", format_key(&host->public_key, buffer));
		json_append_member(out, ", ", "in", source_of(host));
		json_append_member(out, ", ", "private_half", holder_of(session, host));
		json_append_member(out, ", ", "next", format_key(&host->next_public_key, buffer));
		text_puts(out, "}");
	}
	text_puts(out, "\n]\n");
}

int run_key_list(const struct request *request)
{
	cleanup_(text_finish) struct text out = {0};
	struct session session;
	int status =
		session_begin(&session, request,
			      unlock_is_named(request) ? SESSION_READS_KEYS : SESSION_LEAVES_KEYS);

	if (status == STATUS_CLEAN)
		status = session_resolve(&session);
	if (status == STATUS_CLEAN) {
		if (request_says(request, "format", "json")) {
			write_json(&session, &out);
		} else {
			write_table(&session, &out);
		}
		output_write(&out);
	}
	session_finish(&session);
	return status;
}
