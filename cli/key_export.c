/* SPDX-License-Identifier: MIT */

/* key export: the private key of one node, out of the keystore, to a file or a pipe. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/arguments.h"
#include "cli/key_place.h"
#include "cli/output.h"
#include "cli/session.h"
#include "compiler/resolve/network.h"

/* By write(2): the buffer of stdout would keep a copy. */
static int write_private_key(const struct secret *line)
{
	int r = file_write_all(STDOUT_FILENO, line->data, line->length);

	return r == 0 ? STATUS_CLEAN
		      : output_failure("cannot write to standard output: %s", strerror(-r));
}

static int export(struct session *session)
{
	cleanup_(secret_finish) struct secret line = {0};
	const struct network_host *host;
	int status = key_place_find(session, &host);

	if (status != STATUS_CLEAN)
		return status;
	if (!keystore_private_text(keystore_file_store(session->keys), &host->public_key,
				   secret_reserve(&line, NET_KEY_TEXT))) {
		return output_failure("the private key of '%s' is not in the keystore: the node "
				      "has made it itself",
				      host->name);
	}
	line.length = NET_KEY_TEXT - 1;
	secret_append(&line, "\n", 1);
	return write_private_key(&line);
}

int run_key_export(const struct request *request)
{
	struct session session;
	int status;

	if (isatty(STDOUT_FILENO) == 1) {
		return usage_error(request->verb, "a private key is not shown on a terminal: "
						  "redirect it to a file, after `umask 077`");
	}
	status = session_begin(&session, request, SESSION_READS_KEYS);
	if (status == STATUS_CLEAN)
		status = export(&session);
	session_finish(&session);
	return status;
}
