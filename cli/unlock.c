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

/* The options of which a call has one at most. */
struct unlock_options {
	const char *key_file;
	const char *passphrase_file;
	const char *passphrase_env;
};

static const struct unlock_options present = {"key-file", "passphrase-file", "passphrase-env"};
static const struct unlock_options next = {"new-key-file", "new-passphrase-file",
					   "new-passphrase-env"};

static int read_file(const char *path, size_t limit, struct secret *ret_secret)
{
	cleanup_(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : secret_read(fd, limit, ret_secret);
}

static int read_key_file(const char *option, const char *path, struct secret *ret_secret)
{
	int r = read_file(path, SEAL_KEY_SIZE, ret_secret);

	if (r < 0 && r != -EFBIG)
		return output_failure("--%s: cannot read '%s': %s", option, path, strerror(-r));
	if (r == -EFBIG) {
		return output_failure("--%s: '%s' is longer than the %d bytes of a key file; "
				      "`head -c %d /dev/urandom > FILE` makes one",
				      option, path, SEAL_KEY_SIZE, SEAL_KEY_SIZE);
	}
	if (ret_secret->length != SEAL_KEY_SIZE) {
		return output_failure("--%s: '%s' has %zu bytes, and a key file has %d; "
				      "`head -c %d /dev/urandom > FILE` makes one",
				      option, path, ret_secret->length, SEAL_KEY_SIZE,
				      SEAL_KEY_SIZE);
	}
	return STATUS_CLEAN;
}

/* A second line is no part of what anybody types: what opened now would not open at a terminal. */
static int read_passphrase_file(const char *option, const char *path, struct secret *ret_secret)
{
	int r = read_file(path, ASK_MOST_BYTES, ret_secret);

	if (r == -EFBIG) {
		return output_failure("--%s: '%s' is longer than %d bytes", option, path,
				      ASK_MOST_BYTES);
	}
	if (r < 0)
		return output_failure("--%s: cannot read '%s': %s", option, path, strerror(-r));
	ask_cut_line_end(ret_secret);
	if (ret_secret->length > 0 && memchr(ret_secret->data, '\n', ret_secret->length) != NULL) {
		return output_failure("--%s: '%s' has more than one line; a passphrase is one",
				      option, path);
	}
	return STATUS_CLEAN;
}

/* The variable is emptied, because the environment is in core dumps and in /proc. */
static int read_environment(const char *option, const char *name, struct secret *ret_secret)
{
	char *value = getenv(name);

	if (value == NULL)
		return output_failure("--%s: the environment has no '%s'", option, name);
	if (strlen(value) > ASK_MOST_BYTES) {
		return output_failure("--%s: '%s' is longer than %d bytes", option, name,
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

static size_t count_options(const struct request *request, const struct unlock_options *options)
{
	return (size_t)request_has(request, options->key_file) +
	       request_has(request, options->passphrase_file) +
	       request_has(request, options->passphrase_env);
}

static int check_options(const struct request *request, const struct unlock_options *options)
{
	if (count_options(request, options) < 2)
		return STATUS_CLEAN;
	return usage_error(request->verb, "--%s, --%s and --%s exclude each other",
			   options->key_file, options->passphrase_file, options->passphrase_env);
}

static int check_not_empty(const struct secret *secret)
{
	return secret->length == 0 ? output_failure("the passphrase is empty") : STATUS_CLEAN;
}

/* What the one option names that is given. */
static int read_named(const struct request *request, const struct unlock_options *options,
		      struct secret *ret_secret)
{
	const char *key_file = request_option(request, options->key_file);
	const char *file = request_option(request, options->passphrase_file);
	int status;

	if (key_file != NULL)
		return read_key_file(options->key_file, key_file, ret_secret);
	if (file != NULL) {
		status = read_passphrase_file(options->passphrase_file, file, ret_secret);
	} else {
		status = read_environment(options->passphrase_env,
					  request_option(request, options->passphrase_env),
					  ret_secret);
	}
	return status == STATUS_CLEAN ? check_not_empty(ret_secret) : status;
}

/* What the options name, or the terminal says. */
static int read_any(const struct request *request, const struct unlock_keystore *keystore,
		    enum unlock_otherwise otherwise, struct secret *ret_secret, bool *ret_is_left)
{
	int status;

	*ret_is_left = false;
	if (count_options(request, &present) > 0)
		return read_named(request, &present, ret_secret);
	status = ask_at_terminal(keystore, otherwise, ret_secret, ret_is_left);
	return status == STATUS_CLEAN && !*ret_is_left ? check_not_empty(ret_secret) : status;
}

static struct keystore_unlock unlock_with(const struct request *request,
					  const struct unlock_options *options,
					  const struct secret *secret)
{
	return (struct keystore_unlock){
		.kind = request_has(request, options->key_file) ? SEAL_KEY_FILE : SEAL_PASSPHRASE,
		.bytes = secret->data,
		.size = secret->length,
	};
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
	status = check_options(request, &present);
	if (status != STATUS_CLEAN)
		return status;
	if (keystore->problem != 0)
		return unlock_failure(keystore->path, keystore->problem);
	if (wants_key_file && count_options(request, &present) == 0 && otherwise == UNLOCK_LEAVE)
		return STATUS_CLEAN;
	if (keystore->is_there && wants_key_file != has_key_file) {
		return output_failure("the keystore '%s' opens with a %s", keystore->path,
				      has_key_file ? "passphrase: leave --key-file out"
						   : "key file: add --key-file PATH");
	}
	status = read_any(request, keystore, otherwise, ret_secret, &is_left);
	if (status != STATUS_CLEAN || is_left)
		return status;
	*ret_unlock = unlock_with(request, &present, ret_secret);
	return STATUS_CLEAN;
}

int unlock_read_new(const struct request *request, struct secret *ret_secret,
		    struct keystore_unlock *ret_unlock)
{
	int status = check_options(request, &next);

	*ret_unlock = (struct keystore_unlock){0};
	if (status != STATUS_CLEAN || count_options(request, &next) == 0)
		return status;
	status = read_named(request, &next, ret_secret);
	if (status == STATUS_CLEAN)
		*ret_unlock = unlock_with(request, &next, ret_secret);
	return status;
}

int unlock_ask_new(const struct request *request, const char *path, struct secret *ret_secret,
		   struct keystore_unlock *ret_unlock)
{
	cleanup_(file_close) int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
	int status;

	if (terminal < 0) {
		return output_failure("the keystore '%s' needs a new passphrase, and there is no "
				      "terminal to ask at: add --%s, --%s or --%s",
				      path, next.passphrase_file, next.passphrase_env,
				      next.key_file);
	}
	status = ask_new_passphrase(terminal, "choose the new passphrase for", path, ret_secret);
	if (status == STATUS_CLEAN)
		status = check_not_empty(ret_secret);
	if (status == STATUS_CLEAN)
		*ret_unlock = unlock_with(request, &next, ret_secret);
	return status;
}

bool unlock_is_named(const struct request *request)
{
	return count_options(request, &present) > 0;
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
