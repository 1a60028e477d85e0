/* SPDX-License-Identifier: MIT */

/*
 * key reseal: the same keystore under another passphrase or key file. The topology is not read: a
 * mistake in it is no reason to leave the keystore open to somebody.
 */

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/examine.h"
#include "cli/output.h"
#include "cli/unlock.h"

/* From its opening on nobody else has it. */
static int open_for_update(const struct request *request, const char *path,
			   struct keystore_file **ret_file)
{
	cleanup_(secret_finish) struct secret secret = {0};
	struct unlock_keystore keystore = unlock_look(path);
	struct keystore_unlock unlock;
	int status;
	int r;

	if (!keystore.is_there) {
		return output_failure("there is no keystore '%s'; `wgtopo key gen` makes one",
				      path);
	}
	status = unlock_read(request, &keystore, UNLOCK_ASK, &secret, &unlock);
	if (status != STATUS_CLEAN)
		return status;
	r = keystore_file_open(path, &unlock, true, ret_file);
	return r == 0 ? STATUS_CLEAN : unlock_failure(path, r);
}

static int save(const struct request *request, struct keystore_file *file, const char *path,
		const struct keystore_unlock *unlock)
{
	cleanup_(text_finish) struct text out = {0};
	bool renews = request_has(request, "new-preshared-keys");
	int r;

	if (renews)
		keystore_renew_mesh_secret(keystore_file_store(file));
	r = keystore_file_reseal(file, unlock, NULL);
	if (r == 0)
		r = keystore_file_save(file);
	if (r > 0)
		return unlock_failure(path, r);
	if (r < 0)
		return output_failure("cannot write the keystore '%s': %s", path, strerror(-r));
	text_printf(
		&out,
		"%s is sealed anew\n"
		"commit: %s\n"
		"old commits of it, and copies, still open with the old passphrase or key file: if "
		"somebody has\n"
		"that who should not, replace the keys with `wgtopo user rotate` and `wgtopo key "
		"rotate`\n",
		path, path);
	if (renews) {
		text_puts(&out, "every pair has another preshared key: compile, copy to all, and "
				"reload all within two minutes\n");
	}
	output_write(&out);
	return STATUS_CLEAN;
}

/* Nobody types the old passphrase only to hear that an option names no file. */
static int reseal(const struct request *request, const char *path)
{
	cleanup_(keystore_file_close) struct keystore_file *file = NULL;
	cleanup_(secret_finish) struct secret secret = {0};
	struct keystore_unlock unlock;
	int status = unlock_read_new(request, &secret, &unlock);

	if (status == STATUS_CLEAN)
		status = open_for_update(request, path, &file);
	if (status == STATUS_CLEAN && unlock.bytes == NULL)
		status = unlock_ask_new(request, path, &secret, &unlock);
	return status == STATUS_CLEAN ? save(request, file, path, &unlock) : status;
}

int run_key_reseal(const struct request *request)
{
	struct arena *arena = arena_create();
	const char *topology = request_option(request, "topology");
	int status;

	if (topology == NULL)
		topology = "topology.yaml";
	status = examine_look(topology);
	if (status == STATUS_CLEAN)
		status = reseal(request, compile_keystore_path(arena, topology));
	(void)arena_destroy(arena);
	return status;
}
