/* SPDX-License-Identifier: MIT */

/* From a call to a checked change, and from there to the files. */

#include "cli/session.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/file_lock.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/examine.h"
#include "cli/output.h"
#include "compiler/assert/check.h"
#include "compiler/edit/edit.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/lock.h"
#include "compiler/resolve/network.h"

static int make_keys(struct session *session, const struct keystore_unlock *unlock)
{
	int r;

	/* Another session may make it first, and remove it again if its change comes to nothing. */
	for (;;) {
		r = keystore_file_make(session->keystore, unlock, NULL, &session->keys);
		session->keys_are_new = r == 0;
		if (r != -EEXIST)
			break;
		r = keystore_file_open(session->keystore, unlock, true, &session->keys);
		if (r != -ENOENT)
			break;
	}
	return r == 0 ? STATUS_CLEAN : unlock_failure(session->keystore, r);
}

static int open_keys(struct session *session, enum session_keys keys,
		     const struct unlock_keystore *keystore)
{
	struct keystore_unlock unlock;
	int status;
	int r;

	status = unlock_read(session->request, keystore,
			     keys == SESSION_MAY_OPEN ? UNLOCK_LEAVE : UNLOCK_ASK,
			     &session->unlocking, &unlock);
	if (status != STATUS_CLEAN || unlock.bytes == NULL)
		return status;
	if (!keystore->is_there)
		return make_keys(session, &unlock);
	r = keystore_file_open(session->keystore, &unlock, keys != SESSION_READS_KEYS,
			       &session->keys);
	return r == 0 ? STATUS_CLEAN : unlock_failure(session->keystore, r);
}

static int find_keys(struct session *session, enum session_keys keys)
{
	struct unlock_keystore keystore;

	if (keys == SESSION_LEAVES_KEYS || keys == SESSION_WRITES_LOCK)
		return STATUS_CLEAN;
	keystore = unlock_look(session->keystore);
	if ((keys == SESSION_MAY_OPEN || keys == SESSION_OPENS_KEYS) && !keystore.is_there)
		return STATUS_CLEAN;
	if ((keys == SESSION_READS_KEYS || keys == SESSION_CHANGES_KEYS) && !keystore.is_there) {
		return output_failure("there is no keystore '%s'; `wgtopo key gen` makes one",
				      session->keystore);
	}
	return open_keys(session, keys, &keystore);
}

/* There may be no keystore that keeps two sessions apart. */
static int wait_for_others(struct session *session, enum session_keys keys)
{
	if (keys == SESSION_LEAVES_KEYS || keys == SESSION_READS_KEYS)
		return STATUS_CLEAN;
	session->alone = file_lock(session->topology);
	if (session->alone >= 0 || session->alone == -EISDIR || session->alone == -EINVAL)
		return STATUS_CLEAN; /* what is no file is reported by reading it */
	return output_failure("cannot change '%s': %s", session->topology,
			      strerror(-session->alone));
}

int session_begin(struct session *session, const struct request *request, enum session_keys keys)
{
	const char *topology = request_option(request, "topology");
	int status;

	*session = (struct session){
		.request = request,
		.topology = topology == NULL ? "topology.yaml" : topology,
		.alone = -1,
	};
	compile_init(&session->before);
	compile_init(&session->after);
	session->keystore = compile_keystore_path(session->before.arena, session->topology);
	status = examine_as_of(request, session->before.arena, &session->as_of);
	if (status == STATUS_CLEAN)
		status = examine_look(session->topology);
	if (status == STATUS_CLEAN)
		status = find_keys(session, keys);
	if (status == STATUS_CLEAN)
		status = wait_for_others(session, keys);
	if (status == STATUS_CLEAN)
		status = examine_load(&session->before, session->topology);
	if (status == STATUS_CLEAN && session->before.diags.n_errors > 0) {
		output_diagnostics(request, &session->before.diags);
		status = STATUS_FINDINGS;
	}
	return status;
}

void session_finish(struct session *session)
{
	if (session->keys_are_new && !session->is_committed)
		(void)unlink(session->keystore); /* it holds nothing */
	(void)file_close(session->alone);
	session->keys = keystore_file_close(session->keys);
	secret_finish(&session->unlocking);
	compile_finish(&session->after);
	compile_finish(&session->before);
}

void session_edit(struct session *session, const struct edit *edit)
{
	vec_foreach(file, &session->before.topology->files) {
		if (file->source == edit->source)
			session->edited = file;
	}
	session->text = edit_apply(session->before.arena, edit, &session->length);
}

/* The edited text in place of its file, and every other file as it is. */
static int read_edited(void *context, const char *path, size_t limit, struct text *ret_text)
{
	const struct session *session = context;
	struct compile_files files = examine_files(session->after.arena, session->topology);

	if (session->edited == NULL || strcmp(path, session->edited->path) != 0)
		return compile_read_files(&files, path, limit, ret_text);
	if (session->length > limit)
		return -EFBIG;
	text_clear(ret_text);
	text_append(ret_text, session->text, session->length);
	return 0;
}

int session_resolve(struct session *session)
{
	struct compile_files files = examine_files(session->before.arena, session->topology);
	const struct compile_options options = {
		.topology = session->topology,
		.read = compile_read_files,
		.read_context = &files,
		.resolve.as_of = session->as_of,
	};

	compile_resolve(&session->before, &options);
	if (!session->before.lock->is_corrupt)
		return STATUS_CLEAN;
	output_diagnostics(session->request, &session->before.diags);
	return STATUS_FINDINGS;
}

/* A device's key that only the lock has was made into a keystore, and not into a new one. */
static int check_keystore(const struct session *session)
{
	const struct network *network = session->after.network;

	if (!session->keys_are_new || request_has(session->request, "new-keystore"))
		return STATUS_CLEAN;
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		if (host->kind != HOST_DEVICE || span_is_given(host->node->public_key.span) ||
		    keystore_has(keystore_file_store(session->keys), &host->public_key))
			continue;
		return output_failure("there is no keystore '%s', but '%s' has a key out of one: "
				      "restore it from git, or lose what was in it with "
				      "--new-keystore",
				      session->keystore, host->name);
	}
	return STATUS_CLEAN;
}

/* Nobody is kept in, or waits for a key, because of what somebody else relies on. */
static void tell_failing_assertions(const struct session *session)
{
	const struct compilation *after = &session->after;
	size_t n_failing = 0;

	for (size_t i = 0; after->assertions != NULL && i < after->network->assertions.n_items; i++)
		n_failing += after->assertions[i].finding != NULL;
	if (n_failing > 0) {
		(void)output_failure("%zu assertion%s not hold; `wgtopo check %s` says why",
				     n_failing, n_failing == 1 ? " does" : "s do",
				     session->topology);
	}
}

int session_check(struct session *session, const struct resolve_rekey *rekey)
{
	const struct compile_options options = {
		.topology = session->topology,
		.read = read_edited,
		.read_context = session,
		.resolve = {session->as_of, rekey},
		.keystore = session->keys == NULL ? NULL : keystore_file_store(session->keys),
		.assertions_warn = true, /* who is to be kept out is, whatever else is wrong */
	};
	int r = compile_check(&session->after, &options);
	int status;

	if (r < 0) {
		return output_failure("cannot read '%s' again: %s", session->topology,
				      strerror(-r));
	}
	if (session->after.diags.n_errors == 0) {
		tell_failing_assertions(session);
		status = examine_day(&session->after, session->as_of);
		return status == STATUS_CLEAN ? check_keystore(session) : status;
	}
	output_diagnostics(session->request, &session->after.diags);
	if (session->edited != NULL || rekey != NULL)
		(void)output_failure("nothing was written: this is how it would have been");
	return STATUS_FINDINGS;
}

/* -ESTALE where somebody has saved the file since it was read: that must not be lost. */
static int check_unchanged(const struct source *source)
{
	cleanup_(text_finish) struct text now = {0};
	int r = file_read(AT_FDCWD, source->path, source->length + 1, &now);

	if (r < 0 && r != -EFBIG)
		return r;
	return r == 0 && now.length == source->length &&
			       memcmp(now.data, source->text, now.length) == 0
		       ? 0
		       : -ESTALE;
}

static int replace_topology(struct session *session)
{
	const struct source *source = session->edited->source;
	struct stat status;
	int r;

	if (stat(source->path, &status) < 0)
		return -errno;
	r = check_unchanged(source);
	if (r < 0)
		return r;
	if (source != session->before.topology->files.items[0].source) { /* included */
		return file_replace(source->path, session->text, session->length,
				    status.st_mode & 07777);
	}
	return file_replace_locked(source->path, session->text, session->length,
				   status.st_mode & 07777, &session->alone);
}

static int write_topology(struct session *session)
{
	const char *path;
	int r;

	if (session->edited == NULL)
		return STATUS_CLEAN;
	path = session->edited->source->path;
	r = replace_topology(session);
	if (r == -ESTALE)
		return output_failure("'%s' was changed meanwhile: run this again", path);
	return r == 0 ? STATUS_CLEAN : output_failure("cannot write '%s': %s", path, strerror(-r));
}

void session_drop_key(struct session *session, const struct net_key *public_key)
{
	*vec_push(session->before.arena, &session->outdated) = *public_key;
}

static int write_keys(struct session *session)
{
	int r = session->keys == NULL ? 0 : keystore_file_save(session->keys);

	if (r < 0) {
		return output_failure("cannot write the keystore '%s': %s", session->keystore,
				      strerror(-r));
	}
	return STATUS_CLEAN;
}

static int drop_keys(struct session *session)
{
	vec_foreach(key, &session->outdated) {
		if (session->keys != NULL)
			keystore_remove(keystore_file_store(session->keys), key);
	}
	return write_keys(session);
}

static int write_lock(const struct session *session)
{
	int r = compile_write_lock(&session->after);
	if (r < 0) {
		return output_failure("cannot write the lock '%s': %s", session->after.lock_path,
				      strerror(-r));
	}
	return STATUS_CLEAN;
}

static void tell_new_keystore(const struct session *session)
{
	cleanup_(text_finish) struct text out = {0};

	text_join(&out, "made the keystore ", session->keystore,
		  ": without its passphrase or key file, all keys in it are lost\n");
	output_write(&out);
}

int session_commit(struct session *session)
{
	int status = write_keys(session);

	session->is_committed = true; /* from here on the keystore is wanted */
	if (status == STATUS_CLEAN && session->keys_are_new)
		tell_new_keystore(session);
	if (status == STATUS_CLEAN)
		status = session->takes_out ? write_topology(session) : write_lock(session);
	if (status == STATUS_CLEAN)
		status = session->takes_out ? write_lock(session) : write_topology(session);
	return status == STATUS_CLEAN ? drop_keys(session) : status;
}

void session_write_commit(const struct session *session, struct text *out)
{
	text_puts(out, "commit:");
	if (session->edited != NULL)
		text_join(out, " ", session->edited->source->path);
	if (session->after.lock_is_changed)
		text_join(out, " ", session->after.lock_path);
	if (session->keys != NULL &&
	    (session->keys_are_new || keystore_file_has_changed(session->keys)))
		text_join(out, " ", session->keystore);
	text_puts(out, "\n");
}
