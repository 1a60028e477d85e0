/* SPDX-License-Identifier: MIT */

/* key import: takes a private key that was made elsewhere into the keystore. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/key_place.h"
#include "cli/output.h"
#include "cli/session.h"
#include "compiler/resolve/network.h"

/* From the file that the call names, or standard input: as `wg genkey` writes it. */
static int read_private_key(const struct request *request, struct secret *ret_secret)
{
	const char *path = request->n_operands > 1 ? request->operands[1] : "-";
	bool is_piped = strcmp(path, "-") == 0;
	cleanup_(file_close) int opened =
		is_piped ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int r;

	if (!is_piped && opened < 0)
		return output_failure("cannot read '%s': %s", path, strerror(errno));
	r = secret_read(is_piped ? STDIN_FILENO : opened, NET_KEY_TEXT + 1, ret_secret);
	if (r == 0 && ret_secret->length > 0)
		ret_secret->data[strcspn(ret_secret->data, "\r\n")] = '\0';
	if (r == 0 || r == -EFBIG)
		return STATUS_CLEAN; /* what is too long is no key */
	return output_failure("cannot read '%s': %s", path, strerror(-r));
}

static int take(struct session *session, const struct network_host *host, struct key_place *place)
{
	cleanup_(secret_finish) struct secret private_key = {0};
	int status = read_private_key(session->request, &private_key);
	int r;

	if (status != STATUS_CLEAN)
		return status;
	r = keystore_import(keystore_file_store(session->keys), host->name,
			    private_key.length == 0 ? "" : private_key.data, &place->key);
	if (r == 0)
		return STATUS_CLEAN;
	return r == KEYSTORE_E_TAKEN
		       ? output_failure("this key is in the keystore already, under another name: "
					"two nodes never share one")
		       : output_failure("that is not a private key: it is the 44 characters that "
					"`wg genkey` prints");
}

static int import(struct session *session)
{
	cleanup_(text_finish) struct text out = {0};
	struct key_place place = {.session = session};
	int status = key_place_find(session, &place.host);

	if (status == STATUS_CLEAN)
		status = take(session, place.host, &place);
	if (status == STATUS_CLEAN)
		status = key_place_take(&place);
	if (status != STATUS_CLEAN)
		return status;
	text_join(&out, "the key of ", place.host->name, " is in the keystore\n");
	session_write_commit(session, &out);
	output_write(&out);
	return STATUS_CLEAN;
}

int run_key_import(const struct request *request)
{
	struct session session;
	int status = session_begin(&session, request, SESSION_MAKES_KEYS);

	if (status == STATUS_CLEAN)
		status = import(&session);
	session_finish(&session);
	return status;
}
