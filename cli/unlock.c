/* SPDX-License-Identifier: MIT */

/* Passphrases and key files. They are read into wiped memory, and from nowhere into the arena. */

#include "cli/unlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/arguments.h"
#include "cli/ask.h"
#include "cli/output.h"
#include "compiler/compile.h"

static int read_file(const char *option, const char *path, size_t limit, struct secret *ret_secret)
{
	cleanup_(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int r = fd < 0 ? -errno : secret_read(fd, limit, ret_secret);

	if (r == -EFBIG) {
		return output_failure("--%s: '%s' is longer than %zu bytes", option, path, limit);
	}
	if (r < 0)
		return output_failure("--%s: cannot read '%s': %s", option, path, strerror(-r));
	return STATUS_CLEAN;
}

static int read_key_file(const char *path, struct secret *ret_secret)
{
	int status = read_file("key-file", path, SEAL_KEY_SIZE, ret_secret);

	if (status == STATUS_CLEAN && ret_secret->length != SEAL_KEY_SIZE) {
		return output_failure("--key-file: '%s' has %zu bytes, and a key file has %d; "
				      "`head -c %d /dev/urandom > FILE` makes one",
				      path, ret_secret->length, SEAL_KEY_SIZE, SEAL_KEY_SIZE);
	}
	return status;
}

/* The variable is emptied, because the environment is in core dumps and in /proc. */
static int read_environment(const char *name, struct secret *ret_secret)
{
	char *value = getenv(name);

	if (value == NULL)
		return output_failure("--passphrase-env: the environment has no '%s'", name);
	if (strlen(value) > ASK_MOST_BYTES) {
		return output_failure("--passphrase-env: '%s' is longer than %d bytes", name,
				      ASK_MOST_BYTES);
	}
	secret_append(ret_secret, value, strlen(value));
	explicit_bzero(value, strlen(value));
	return STATUS_CLEAN;
}

static int ask_at_terminal(const struct unlock_keystore *keystore, enum unlock_otherwise otherwise,
			   struct secret *ret_secret, bool *ret_is_left)
{
	cleanup_(file_close) int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);

	*ret_is_left = false;
	if (terminal < 0 && otherwise == UNLOCK_LEAVE) {
		*ret_is_left = true;
		return STATUS_CLEAN;
	}
	if (terminal < 0) {
		return output_failure("the keystore '%s' needs a passphrase, and there is no "
				      "terminal to ask at: add --passphrase-file, "
				      "--passphrase-env or --key-file",
				      keystore->path);
	}
	if (!keystore->is_there) {
		return ask_new_passphrase(terminal,
					  "there is no keystore yet; choose a passphrase for",
					  keystore->path, ret_secret);
	}
	return ask_passphrase(terminal, "passphrase for", keystore->path, ret_secret);
}

static size_t count_options(const struct request *request)
{
	static const char *const names[] = {"key-file", "passphrase-file", "passphrase-env"};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		n += request_has(request, names[i]);
	return n;
}

static int read_passphrase(const struct request *request, struct secret *ret_secret)
{
	const char *file = request_option(request, "passphrase-file");
	int status;

	if (file == NULL)
		return read_environment(request_option(request, "passphrase-env"), ret_secret);
	status = read_file("passphrase-file", file, ASK_MOST_BYTES, ret_secret);
	ask_cut_line_end(ret_secret);
	return status;
}

/* What the options name, or the terminal says. */
static int read_any(const struct request *request, const struct unlock_keystore *keystore,
		    enum unlock_otherwise otherwise, struct secret *ret_secret, bool *ret_is_left)
{
	int status;

	*ret_is_left = false;
	if (request_has(request, "key-file"))
		return read_key_file(request_option(request, "key-file"), ret_secret);
	if (count_options(request) > 0) {
		status = read_passphrase(request, ret_secret);
	} else {
		status = ask_at_terminal(keystore, otherwise, ret_secret, ret_is_left);
	}
	if (status == STATUS_CLEAN && !*ret_is_left && ret_secret->length == 0)
		return output_failure("the passphrase is empty");
	return status;
}

struct unlock_keystore unlock_look(const char *path)
{
	struct unlock_keystore keystore = {.path = path, .kind = SEAL_PASSPHRASE};

	keystore.problem = keystore_file_kind(path, &keystore.kind);
	keystore.is_there = keystore.problem != -ENOENT;
	if (!keystore.is_there)
		keystore.problem = 0;
	return keystore;
}

int unlock_read(const struct request *request, const struct unlock_keystore *keystore,
		enum unlock_otherwise otherwise, struct secret *ret_secret,
		struct keystore_unlock *ret_unlock)
{
	bool has_key_file = request_has(request, "key-file");
	bool wants_key_file = keystore->is_there && keystore->kind == SEAL_KEY_FILE;
	bool is_left;
	int status;

	*ret_unlock = (struct keystore_unlock){0};
	if (count_options(request) > 1) {
		return usage_error(request->verb, "--key-file, --passphrase-file and "
						  "--passphrase-env exclude each other");
	}
	if (keystore->problem != 0)
		return unlock_failure(keystore->path, keystore->problem);
	if (wants_key_file && count_options(request) == 0 && otherwise == UNLOCK_LEAVE)
		return STATUS_CLEAN;
	if (keystore->is_there && wants_key_file != has_key_file) {
		return output_failure("the keystore '%s' opens with a %s", keystore->path,
				      has_key_file ? "passphrase: leave --key-file out"
						   : "key file: add --key-file PATH");
	}
	status = read_any(request, keystore, otherwise, ret_secret, &is_left);
	if (status != STATUS_CLEAN || is_left)
		return status;
	*ret_unlock = (struct keystore_unlock){
		.kind = has_key_file ? SEAL_KEY_FILE : SEAL_PASSPHRASE,
		.bytes = ret_secret->data,
		.size = ret_secret->length,
	};
	return STATUS_CLEAN;
}

bool unlock_is_named(const struct request *request)
{
	return count_options(request) > 0;
}

int unlock_failure(const char *path, int r)
{
	if (r > 0) {
		return output_failure("the keystore '%s' %s; %s", path, seal_problem(r),
				      seal_remedy(r));
	}
	return output_failure("cannot open the keystore '%s': %s", path, strerror(-r));
}

int unlock_compilation(const struct request *request, const char *path,
		       struct compilation *compilation, struct keystore_file **ret_file)
{
	cleanup_(secret_finish) struct secret secret = {0};
	struct unlock_keystore keystore;
	struct keystore_unlock unlock;
	int status;
	int r;

	if (request_has(request, "no-keys"))
		return STATUS_CLEAN;
	keystore = unlock_look(compile_keystore_path(compilation->arena, path));
	if (!keystore.is_there) {
		return unlock_is_named(request)
			       ? output_failure("there is no keystore '%s'", keystore.path)
			       : STATUS_CLEAN;
	}
	status = unlock_read(request, &keystore, UNLOCK_LEAVE, &secret, &unlock);
	if (status != STATUS_CLEAN || unlock.bytes == NULL)
		return status;
	r = keystore_file_open(keystore.path, &unlock, false, ret_file);
	if (r != 0)
		return unlock_failure(keystore.path, r);
	compilation->keystore = keystore_file_store(*ret_file);
	return STATUS_CLEAN;
}
