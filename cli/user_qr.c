/* SPDX-License-Identifier: MIT */

/* user qr: a device's file as a QR code, for a phone to scan. It never goes through stdout's
 * buffer, because the private key is in it.
 */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/people.h"
#include "cli/session.h"
#include "compiler/deliver.h"
#include "compiler/emit/artifact.h"
#include "compiler/emit/qr_code.h"
#include "compiler/resolve/network.h"

/* What to make of the device's file, and how that ended. */
struct drawing {
	const struct keystore *keystore;
	const struct network_host *host;
	const char *png; /* path; NULL: the terminal */
	int status;
};

static int write_picture(const char *path, const struct secret *picture)
{
	cleanup_(file_close) int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r = fd < 0 ? -errno : file_write_all(fd, picture->data, picture->length);

	if (r == -EEXIST) {
		return output_failure("'%s' is there already, and is not written over: name "
				      "another file",
				      path);
	}
	return r == 0 ? STATUS_CLEAN : output_failure("cannot write '%s': %s", path, strerror(-r));
}

static int draw_artifact(const struct drawing *drawing, const struct artifact *artifact)
{
	cleanup_(secret_finish) struct secret picture = {0};
	int r;

	if (!keystore_has(drawing->keystore, &drawing->host->public_key)) {
		return output_failure("the private key of '%s' is not in the keystore, and without "
				      "it a QR code is of no use",
				      drawing->host->name);
	}
	r = drawing->png != NULL ? qr_write_png(artifact->bytes, artifact->size, &picture)
				 : qr_write_terminal(artifact->bytes, artifact->size, &picture);
	if (r != 0) {
		return output_failure("the file of '%s' has %zu bytes, more than a QR code holds: "
				      "hand over the file itself",
				      drawing->host->name, artifact->size);
	}
	if (drawing->png != NULL)
		return write_picture(drawing->png, &picture);
	r = file_write_all(STDOUT_FILENO, picture.data, picture.length);
	return r == 0 ? STATUS_CLEAN
		      : output_failure("cannot write to standard output: %s", strerror(-r));
}

static int draw(void *context, const struct artifact *artifact)
{
	struct drawing *drawing = context;

	drawing->status = draw_artifact(drawing, artifact);
	return 0;
}

/* The one host that the operand means, where it means one. */
static int find_host(const struct session *session, const struct person *person,
		     const struct network_host **ret_host)
{
	const struct network *network = session->after.network;
	const struct network_host *found = NULL;

	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		if (!people_has_host(person, host) ||
		    (host->home != NULL && person->gateway_name == NULL))
			continue;
		if (found != NULL) {
			return output_failure("'%s' has several devices: name one, such as '%s'",
					      person->user_name, found->name);
		}
		found = host;
	}
	if (found == NULL) {
		return output_failure("'%s' has no such device now: it has expired, or uses "
				      "another gateway",
				      person->user_name);
	}
	*ret_host = found;
	return STATUS_CLEAN;
}

static int show_qr(struct session *session)
{
	struct drawing drawing = {.png = request_option(session->request, "png")};
	struct compile_selection selection = {.formats = "app"};
	struct person person;
	int status = people_find(session, session->request->operands[0], &person);
	int r;

	if (status == STATUS_CLEAN)
		status = session_check(session, NULL);
	if (status == STATUS_CLEAN)
		status = find_host(session, &person, &drawing.host);
	if (status != STATUS_CLEAN)
		return status;
	assert(drawing.host != NULL);
	drawing.keystore = keystore_file_store(session->keys);
	selection.host = drawing.host->name;
	r = compile_emit(&session->after, &selection, draw, &drawing);
	return r < 0 ? output_failure("cannot draw: %s", strerror(-r)) : drawing.status;
}

int run_user_qr(const struct request *request)
{
	struct session session;
	int status = session_begin(&session, request, SESSION_READS_KEYS);

	if (status == STATUS_CLEAN)
		status = show_qr(&session);
	session_finish(&session);
	return status;
}
