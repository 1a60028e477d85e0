/* SPDX-License-Identifier: MIT */

/*
 * Does all that is done with a keystore, for keystore_memory.py:
 *
 *	keystore_driver open|closed KEYSTORE PASSPHRASE-FILE CONTROL
 *
 * Makes KEYSTORE, or opens it where there is one, generates and removes keys, derives, exports and
 * imports, seals, and ends: with everything still open, or after all was closed. CONTROL is copied
 * to where secrets must not be. Exit status 0, or 2 where something failed.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "compiler/keys/keystore_file.h"

enum {
	N_KEYS = 5,
	LIMIT = 4096,
};

static const struct seal_cost cheap = {.n_passes = 2, .memory_kib = 1024};

static int read_secret(const char *path, struct secret *ret_secret)
{
	cleanup_(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : secret_read(fd, LIMIT, ret_secret);
}

static int open_or_make(const char *path, const struct secret *passphrase,
			struct keystore_file **ret_file)
{
	const struct keystore_unlock unlock = {
		.kind = SEAL_PASSPHRASE,
		.bytes = passphrase->data,
		.size = passphrase->length,
	};
	int r = keystore_file_open(path, &unlock, true, ret_file);

	return r == -ENOENT ? keystore_file_make(path, &unlock, &cheap, ret_file) : r;
}

/* Appends the private key of `key` and the preshared key of both. */
static void write_texts(const struct keystore *keystore, const struct net_key *key,
			const struct net_key *other, struct secret *out)
{
	if (keystore_private_text(keystore, key, secret_reserve(out, NET_KEY_TEXT)))
		out->length += NET_KEY_TEXT;
	keystore_preshared_text(keystore, key, other, secret_reserve(out, NET_KEY_TEXT));
	out->length += NET_KEY_TEXT;
}

static int use(struct keystore_file *file, struct secret *out)
{
	struct keystore *keystore = keystore_file_store(file);
	struct net_key keys[N_KEYS];
	struct net_key again;

	for (size_t i = 0; i < N_KEYS; i++) {
		keys[i] = keystore_generate(keystore, "gw");
		write_texts(keystore, &keys[i], &keys[0], out);
	}
	keystore_remove(keystore, &keys[1]);
	if (keystore_import(keystore, "gw", out->data + (size_t)2 * NET_KEY_TEXT, &again) != 0)
		return -EINVAL;
	return keystore_file_save(file);
}

int main(int argc, char **argv)
{
	struct keystore_file *file = NULL;
	struct secret passphrase = {0};
	struct secret out = {0};
	char *control;

	if (argc != 5)
		return 2;
	control = strdup(argv[4]);
	if (control == NULL || read_secret(argv[3], &passphrase) != 0 ||
	    open_or_make(argv[2], &passphrase, &file) != 0 || use(file, &out) != 0)
		return 2;
	free(control); /* what was freed is still there */
	if (strcmp(argv[1], "open") == 0)
		_exit(0);
	secret_finish(&out);
	secret_finish(&passphrase);
	(void)keystore_file_close(file);
	return 0;
}
