/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Unlock: what opens a keystore, from where the command line says, or else from the terminal. It
 * never stands on the command line itself, where every process of the machine could read it.
 */

#include <stdbool.h>

#include "base/secret.h"
#include "compiler/keys/keystore_file.h"

struct compilation;
struct request;

/* The keystore of a topology, as far as it is known without opening it. */
struct unlock_keystore {
	const char *path;
	bool is_there;
	enum seal_kind kind;
	int problem; /* why nobody can tell its kind: as keystore_file_kind() has it; or 0 */
};

struct unlock_keystore unlock_look(const char *path);

/* What a verb does where the command line names no passphrase and no key file. */
enum unlock_otherwise {
	UNLOCK_ASK,   /* ask at the terminal; fail where there is none */
	UNLOCK_LEAVE, /* ask at the terminal; leave the keystore closed where there is none */
};

/*
 * The options --key-file, --passphrase-file and --passphrase-env, of which a call has one at most.
 * Reads what they name into `ret_secret`, and sets `ret_unlock` to it. Without them, the passphrase
 * is asked for, twice where there is no keystore yet. Returns STATUS_CLEAN, or STATUS_FAILED, which
 * has been said on stderr. With UNLOCK_LEAVE the result may be STATUS_CLEAN with
 * `ret_unlock->bytes` NULL: it stays closed.
 */
int unlock_read(const struct request *request, const struct unlock_keystore *keystore,
		enum unlock_otherwise otherwise, struct secret *ret_secret,
		struct keystore_unlock *ret_unlock);

/*
 * The same for what the keystore is to open with from now on: --new-key-file, --new-passphrase-file
 * and --new-passphrase-env. STATUS_CLEAN with `ret_unlock->bytes` NULL where none is given.
 */
int unlock_read_new(const struct request *request, struct secret *ret_secret,
		    struct keystore_unlock *ret_unlock);

/* Asks for it, twice, at the terminal. */
int unlock_ask_new(const struct request *request, const char *path, struct secret *ret_secret,
		   struct keystore_unlock *ret_unlock);

/* Whether the call names a passphrase or a key file. */
bool unlock_is_named(const struct request *request);

/*
 * Opens the keystore of the topology at `path` for reading, where there is one and it can be
 * opened, so that files get their keys, and gives it to the compilation. --no-keys leaves it
 * closed. The caller closes `ret_file` behind the compilation. STATUS_CLEAN or STATUS_FAILED.
 */
int unlock_compilation(const struct request *request, const char *path,
		       struct compilation *compilation, struct keystore_file **ret_file);

/* Says why the keystore does not open: the result of keystore_file_...(). STATUS_FAILED. */
int unlock_failure(const char *path, int r);
