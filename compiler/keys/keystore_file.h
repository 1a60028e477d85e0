/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Keystore file: the sealed keystore on disk, beside its topology. Whoever opens it for an update
 * has it alone until it is closed; who comes meanwhile waits. To edit the topology under the same
 * lock, open the keystore first, read and write the topology, then close. Reading never waits: the
 * file is replaced whole, by one rename.
 */

#include <stdbool.h>

#include "base/cleanup.h"
#include "compiler/keys/keystore.h"
#include "compiler/keys/problem.h"
#include "compiler/keys/seal.h"

struct keystore_file;

/* A keystore of a hundred thousand keys with long names. Larger ones are neither read nor written.
 */
#define KEYSTORE_FILE_LIMIT ((size_t)32 << 20)

/*
 * What the file wants to be opened with, from its header, which nothing proves yet. 0, SEAL_E_X, or
 * negative errno: -ENOENT where there is none.
 */
int keystore_file_kind(const char *path, enum seal_kind *ret_kind);

/*
 * Opens the keystore, for reading or, alone, for an update. 0, SEAL_E_X, or negative errno: -ENOENT
 * where there is none, -EINTR where a signal ended the waiting, -ENOMEM where opening takes more
 * memory than there is.
 */
int keystore_file_open(const char *path, const struct keystore_unlock *unlock, bool for_update,
		       struct keystore_file **ret_file);

/*
 * Makes an empty one and leaves it open for an update. `cost` is NULL for the default, and is not
 * asked for with a key file. 0, SEAL_E_SECRET, or negative errno: -EEXIST where there is a file.
 */
int keystore_file_make(const char *path, const struct keystore_unlock *unlock,
		       const struct seal_cost *cost, struct keystore_file **ret_file);

struct keystore *keystore_file_store(struct keystore_file *file);

/*
 * Writes the keystore, mode 0600, where it is not what the file holds already; it stays open. After
 * a failure the file is as it was. 0, or negative errno: -EBADF where it is open for reading only.
 */
int keystore_file_save(struct keystore_file *file);

/* Whether a save has replaced the file since it was opened or made. */
bool keystore_file_has_changed(const struct keystore_file *file);

/*
 * Has the next keystore_file_save() seal with another passphrase or key file. 0, SEAL_E_SECRET or
 * -ENOMEM.
 */
int keystore_file_reseal(struct keystore_file *file, const struct keystore_unlock *unlock,
			 const struct seal_cost *cost);

/* Wipes what is in memory and lets the next one in. Accepts NULL, returns NULL. */
struct keystore_file *keystore_file_close(struct keystore_file *file);

CLEANUP_DEFINE(struct keystore_file *, keystore_file_close)
