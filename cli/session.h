/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Session: a verb that works with users or keys. The keystore is opened first, and stays locked,
 * and then the topology, so that two sessions follow each other; then it is read. A change is
 * checked as a whole, the edited text in place of the file, before anything of it is written.
 */

#include <stdbool.h>

#include "base/net/key.h"
#include "base/secret.h"
#include "base/vec.h"
#include "cli/unlock.h"
#include "compiler/compile.h"

struct edit;
struct request;
struct topology_file;

enum session_keys {
	SESSION_LEAVES_KEYS,  /* the keystore stays closed */
	SESSION_WRITES_LOCK,  /* the same, for an update */
	SESSION_MAY_OPEN,     /* for an update, where there is one and it can be opened */
	SESSION_OPENS_KEYS,   /* for an update, where there is one, and then it has to open */
	SESSION_READS_KEYS,   /* there has to be one */
	SESSION_CHANGES_KEYS, /* the same, for an update */
	SESSION_MAKES_KEYS,   /* for an update; made where there is none */
};

struct session {
	const struct request *request;
	const char *topology; /* path */
	const char *keystore; /* path, whether there is a file or not */
	const char *as_of;
	struct compilation before; /* as it is: loaded, not resolved */
	struct compilation after;  /* as it would be */
	int alone;                 /* the lock on the topology, of a session for an update; or -1 */
	struct keystore_file *keys;
	struct secret unlocking; /* what `keys` was opened with */
	bool keys_are_new;
	bool is_committed;
	vec_of(struct net_key) outdated;    /* public halves of keys that leave the keystore */
	const struct topology_file *edited; /* whose text changes; NULL: none does */
	const char *text;                   /* its new text */
	bool takes_out;                     /* somebody is in it no more */
	size_t length;
};

/*
 * Opens the keystore and reads the topology into `before`. STATUS_CLEAN; or another status, and why
 * has been said on stderr. The caller ends the session in either case.
 */
int session_begin(struct session *session, const struct request *request, enum session_keys keys);

/* Wipes and closes. A keystore that was made for a change that came to nothing is removed. */
void session_finish(struct session *session);

/* Takes over an edit of one of the topology's files. One edit a session. */
void session_edit(struct session *session, const struct edit *edit);

/*
 * Has session_commit() remove the key from the keystore, if that is open, after everything that
 * knows it on disk has been replaced.
 */
void session_drop_key(struct session *session, const struct net_key *public_key);

/*
 * Resolves `before`, too, whatever errors that shows: to know who is there now. STATUS_FINDINGS
 * where the lock cannot be read, so that nobody knows; that has been shown.
 */
int session_resolve(struct session *session);

/*
 * Checks the network with the edit in it, into `after`. `rekey` gives keys to hosts; NULL: nobody
 * does. STATUS_CLEAN, or another status after what is wrong has been shown.
 */
int session_check(struct session *session, const struct resolve_rekey *rekey);

/*
 * Writes the keystore, the lock and the topology where they changed, in this order, or the topology
 * before the lock where somebody is taken out; and then the keystore without what was dropped:
 * whenever it ends, there is more than needed on disk and nothing is missing. STATUS_CLEAN or
 * STATUS_FAILED.
 */
int session_commit(struct session *session);

/* Puts the line that names what was written, for git, behind `out`: "commit: lab.yaml lab.lock". */
void session_write_commit(const struct session *session, struct text *out);
