/* SPDX-License-Identifier: MIT */
#pragma once

/* The artifacts of a host installed in its /etc/wireguard, the lab's keys in place of real ones. */

#include "base/manifest/manifest.h"
#include "base/map.h"
#include "runtime/lab/keys.h"

/* The lab's keys of a network, and what stands in place of what. */
struct keyring {
	struct lab_key *keys;    /* by manifest index */
	struct map replacements; /* text of the real public key -> text of the lab's */
};

/* Writes a new file. 0 or a negative errno. */
int install_write(const char *path, const char *bytes, size_t size, unsigned int mode);

void keyring_make(struct arena *arena, const struct manifest *manifest,
		  struct keyring *ret_keyring);

/*
 * Installs what lies in the host's folder, below `directory`, and the files of keys that it reads.
 * 0 or a negative errno.
 */
int install_host(int directory, const struct manifest *manifest, const struct manifest_host *host,
		 const struct keyring *keyring);
