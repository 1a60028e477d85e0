/* SPDX-License-Identifier: MIT */

/*
 * Makes the keystore of a test: seal_keys STORE KEYFILE. Lines "NAME PRIVATEKEY" on standard input,
 * of keys that are made for tests and protect nothing.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "compiler/keys/keystore_file.h"

enum {
	MOST_BYTES = 4096,
};

static int import_lines(struct keystore *keystore)
{
	char name[KEYSTORE_MAX_NAME + 1];
	char private_text[NET_KEY_TEXT];
	struct net_key key;

	while (scanf("%255s %44s", name, private_text) == 2) { // NOLINT(cert-err34-c): words only
		if (keystore_import(keystore, name, private_text, &key) != 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	cleanup_(keystore_file_close) struct keystore_file *file = NULL;
	cleanup_(text_finish) struct text secret = {0};
	struct keystore_unlock unlock = {.kind = SEAL_KEY_FILE};

	if (argc != 3 || file_read(AT_FDCWD, argv[2], MOST_BYTES, &secret) < 0)
		return 2;
	unlock.bytes = secret.data;
	unlock.size = secret.length;
	if (keystore_file_make(argv[1], &unlock, NULL, &file) != 0 ||
	    import_lines(keystore_file_store(file)) < 0 || keystore_file_save(file) < 0) {
		(void)fprintf(stderr, "seal_keys: no keystore could be made at %s\n", argv[1]);
		return 1;
	}
	return 0;
}
