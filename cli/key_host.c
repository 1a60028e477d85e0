/* SPDX-License-Identifier: MIT */

/*
 * key host: a key that never leaves its host. Says the command that makes it there, and takes the
 * public half back:
 *
 *     ssh root@gpu01 "$(wgtopo key host gpu01)" | wgtopo key host gpu01 -
 */

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/key_place.h"
#include "cli/output.h"
#include "cli/session.h"
#include "compiler/resolve/lock.h"
#include "compiler/resolve/network.h"

static void write_command(const char *network)
{
	cleanup_(text_finish) struct text out = {0};

	text_printf(&out,
		    "cd /etc/wireguard && umask 077 && { [ -e %s.key ] || wg genkey > %s.key; } && "
		    "wg pubkey < %s.key\n",
		    network, network, network);
	output_write(&out);
}

/* "-" is a line of standard input. */
static int read_key(const struct request *request, struct net_key *ret_key)
{
	const char *text = request->operands[1];
	char line[NET_KEY_TEXT + 2] = "";

	if (strcmp(text, "-") == 0) {
		ssize_t n = read(STDIN_FILENO, line, sizeof(line) - 1);

		line[n > 0 ? (size_t)n : 0] = '\0';
		line[strcspn(line, "\r\n")] = '\0';
		text = line;
	}
	if (key_place_parse(text, ret_key))
		return STATUS_CLEAN;
	return output_failure("that is not a public key: it is the 44 characters that "
			      "`wg pubkey` prints");
}

static int take_key(struct session *session, const struct network_host *host)
{
	cleanup_(text_finish) struct text out = {0};
	struct key_place place = {.session = session, .host = host};
	int status = read_key(session->request, &place.key);

	if (status == STATUS_CLEAN)
		status = key_place_take(&place);
	if (status != STATUS_CLEAN)
		return status;
	if (session->after.lock_is_changed) {
		text_join(&out, "took the public key of ", host->name, "\n");
		session_write_commit(session, &out);
	} else {
		text_join(&out, host->name, " has this key already\n");
	}
	output_write(&out);
	return STATUS_CLEAN;
}

static int host_key(struct session *session)
{
	const struct network_host *host;
	int status = key_place_find(session, &host);

	if (status != STATUS_CLEAN)
		return status;
	if (session->request->n_operands > 1)
		return take_key(session, host);
	write_command(session->before.network->name);
	return STATUS_CLEAN;
}

int run_key_host(const struct request *request)
{
	struct session session;
	int status =
		session_begin(&session, request,
			      request->n_operands > 1 ? SESSION_WRITES_LOCK : SESSION_LEAVES_KEYS);

	if (status == STATUS_CLEAN)
		status = host_key(&session);
	session_finish(&session);
	return status;
}
