/* SPDX-License-Identifier: MIT */

/* user list: everybody's devices, and whose time is running out. */

#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/table.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/network.h"

struct listing {
	const struct session *session;
	bool has_limit; /* --within: only those who lapse */
	int32_t limit;  /* before the end of this day */
};

static bool is_listed(const struct listing *listing, const struct network_host *host)
{
	const struct given_text *expires = &host->user->expires;
	int32_t day;

	if (!listing->has_limit)
		return true;
	return span_is_given(expires->span) && date_parse(expires->value, &day) &&
	       day <= listing->limit;
}

static void write_addresses(const struct network_host *host, struct text *out)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		char buffer[NET_ADDRESS_TEXT];

		text_join(out, i == 0 ? "" : ",", net_address_format(&host->addresses[i], buffer));
	}
}

static void write_groups(const struct network_host *host, struct text *out)
{
	vec_foreach(group, &host->groups)
		text_join(out, group == host->groups.items ? "" : ",", *group);
}

static const char *key_of(const struct network_host *host)
{
	if (net_key_is_zero(&host->public_key))
		return "none";
	return span_is_given(host->node->public_key.span) ? "own" : "made";
}

static void add_row(const struct network_host *host, struct table *table)
{
	cleanup_(text_finish) struct text addresses = {0};
	cleanup_(text_finish) struct text groups = {0};
	cleanup_(text_finish) struct text expires = {0};

	write_addresses(host, &addresses);
	write_groups(host, &groups);
	if (host->user->expires.value != NULL) {
		text_join(&expires, host->user->expires.value,
			  host->is_expired ? " (expired)" : "");
	}
	const char *const row[] = {
		host->name,   addresses.data, host->gateway == NULL ? NULL : host->gateway->name,
		key_of(host), groups.data,    expires.data};

	table_add(table, row);
}

static void write_table(const struct listing *listing, struct text *out)
{
	static const char *const titles[] = {"DEVICE", "ADDRESSES", "GATEWAY",
					     "KEY",    "GROUPS",    "EXPIRES"};
	const struct network *network = listing->session->before.network;
	struct table table;

	table_begin(&table, titles, sizeof(titles) / sizeof(titles[0]));
	for (size_t i = 0; i < network->n_hosts + network->n_expired; i++) {
		const struct network_host *host = &network->hosts[i];

		if (host->kind == HOST_DEVICE && is_listed(listing, host))
			add_row(host, &table);
	}
	table_write(&table, out);
	table_finish(&table);
}

static void write_host_json(const struct network_host *host, struct text *out)
{
	const char *separator = "";

	json_append_member(out, "{", "device", host->name);
	json_append_member(out, ", ", "user", host->user->own.name.value);
	text_puts(out, ", \"addresses\": [");
	for (size_t i = 0; i < host->n_addresses; i++) {
		char buffer[NET_ADDRESS_TEXT];

		text_puts(out, separator);
		json_append_string(out, net_address_format(&host->addresses[i], buffer));
		separator = ", ";
	}
	json_append_member(out, "], ", "gateway",
			   host->gateway == NULL ? NULL : host->gateway->name);
	json_append_member(out, ", ", "key", key_of(host));
	text_puts(out, ", \"groups\": [");
	separator = "";
	vec_foreach(group, &host->groups) {
		text_puts(out, separator);
		json_append_string(out, *group);
		separator = ", ";
	}
	json_append_member(out, "], ", "expires", host->user->expires.value);
	text_join(out, ", \"is_expired\": ", host->is_expired ? "true" : "false", "}");
}

static void write_json(const struct listing *listing, struct text *out)
{
	const struct network *network = listing->session->before.network;
	const char *separator = "[\n  ";

	for (size_t i = 0; i < network->n_hosts + network->n_expired; i++) {
		const struct network_host *host = &network->hosts[i];

		if (host->kind != HOST_DEVICE || !is_listed(listing, host))
			continue;
		text_puts(out, separator);
		write_host_json(host, out);
		separator = ",\n  ";
	}
	text_puts(out, separator[0] == '[' ? "[]\n" : "\n]\n");
}

/* --within DAYS, counted from the day of --as-of. */
static int read_limit(const struct session *session, struct listing *listing)
{
	const char *within = request_option(session->request, "within");
	size_t n_digits = within == NULL ? 0 : strspn(within, "0123456789");
	int32_t today;

	if (within == NULL)
		return STATUS_CLEAN;
	if (n_digits == 0 || n_digits > 5 || within[n_digits] != '\0') {
		return usage_error(session->request->verb,
				   "--within takes a number of days, "
				   "not '%s'",
				   within);
	}
	if (session->as_of == NULL || !date_parse(session->as_of, &today))
		return usage_error(session->request->verb, "--within needs --as-of in CI");
	listing->has_limit = true;
	listing->limit = today + (int32_t)strtol(within, NULL, 10);
	return STATUS_CLEAN;
}

int run_user_list(const struct request *request)
{
	cleanup_(text_finish) struct text out = {0};
	struct session session;
	struct listing listing = {.session = &session};
	int status = session_begin(&session, request, SESSION_LEAVES_KEYS);

	if (status == STATUS_CLEAN)
		status = read_limit(&session, &listing);
	if (status == STATUS_CLEAN)
		status = session_resolve(&session);
	if (status == STATUS_CLEAN) {
		if (request_says(request, "format", "json")) {
			write_json(&listing, &out);
		} else {
			write_table(&listing, &out);
		}
		output_write(&out);
	}
	session_finish(&session);
	return status;
}
