/* SPDX-License-Identifier: MIT */

/*
 * The key that unlocks is derived once, when the file is opened, and kept, so that saving costs no
 * second Argon2id. Mode 0600: what is sealed may be seen by anybody, but a passphrase can be
 * guessed, and nobody else on the machine has to have the chance.
 */

#include "compiler/keys/keystore_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/file_lock.h"
#include "base/secret.h"
#include "compiler/keys/content.h"

enum {
	FILE_MODE = 0600,
};

struct keystore_file {
	struct arena *arena; /* of this and the path */
	const char *path;
	int lock; /* -1: open for reading only */
	struct seal_header header;
	struct secret key;
	struct secret content; /* what the file holds; empty where it has to be written anyhow */
	struct keystore *keystore;
	bool has_changed; /* it was replaced */
};

static struct keystore_file *create(const char *path)
{
	struct arena *arena = arena_create();
	struct keystore_file *file = ARENA_NEW(arena, struct keystore_file);

	file->arena = arena;
	file->path = arena_copy(arena, path, strlen(path));
	file->lock = -1;
	return file;
}

struct keystore_file *keystore_file_close(struct keystore_file *file)
{
	if (file == NULL)
		return NULL;
	(void)keystore_destroy(file->keystore);
	secret_finish(&file->content);
	secret_finish(&file->key);
	(void)file_close(file->lock);
	(void)arena_destroy(file->arena); /* the file itself lies in it */
	return NULL;
}

static int read_sealed(const char *path, struct sealed *ret_sealed)
{
	cleanup_(text_finish) struct text text = {0};
	int r = file_read(AT_FDCWD, path, KEYSTORE_FILE_LIMIT, &text);

	return r < 0 ? r : seal_parse(text.data, text.length, ret_sealed);
}

int keystore_file_kind(const char *path, enum seal_kind *ret_kind)
{
	cleanup_(sealed_finish) struct sealed sealed = {0};
	int r = read_sealed(path, &sealed);

	if (r == 0)
		*ret_kind = sealed.header.kind;
	return r;
}

/* Reads and unlocks the file into `file`, which is closed by the caller. */
static int unlock_file(struct keystore_file *file, const struct keystore_unlock *unlock)
{
	cleanup_(sealed_finish) struct sealed sealed = {0};
	int r = read_sealed(file->path, &sealed);

	if (r == 0)
		r = seal_derive_key(&sealed.header, unlock, &file->key);
	if (r == 0)
		r = seal_open(&sealed, &file->key, &file->content);
	if (r == 0)
		r = content_decode(file->content.data, file->content.length, &file->keystore);
	file->header = sealed.header;
	return r;
}

int keystore_file_open(const char *path, const struct keystore_unlock *unlock, bool for_update,
		       struct keystore_file **ret_file)
{
	cleanup_(keystore_file_close) struct keystore_file *file = create(path);
	int r;

	if (for_update) {
		file->lock = file_lock(path);
		if (file->lock < 0)
			return file->lock;
	}
	r = unlock_file(file, unlock);
	if (r != 0)
		return r;
	*ret_file = file;
	file = NULL;
	return 0;
}

int keystore_file_reseal(struct keystore_file *file, const struct keystore_unlock *unlock,
			 const struct seal_cost *cost)
{
	cleanup_(secret_finish) struct secret key = {0};
	struct secret old = file->key;
	struct seal_header header = {.kind = unlock->kind};
	int r;

	if (unlock->kind == SEAL_PASSPHRASE)
		header.cost = cost == NULL ? seal_default_cost : *cost;
	randombytes_buf(header.salt, sizeof(header.salt));
	r = seal_derive_key(&header, unlock, &key);
	if (r != 0)
		return r;
	file->header = header;
	file->key = key;
	key = old;
	secret_clear(&file->content);
	return 0;
}

struct keystore *keystore_file_store(struct keystore_file *file)
{
	return file->keystore;
}

static void seal(struct keystore_file *file, const struct secret *content, struct text *out)
{
	/* 24 random bytes: a key can be used as often as anybody likes. */
	randombytes_buf(file->header.nonce, sizeof(file->header.nonce));
	seal_close(&file->header, &file->key, content, out);
}

int keystore_file_make(const char *path, const struct keystore_unlock *unlock,
		       const struct seal_cost *cost, struct keystore_file **ret_file)
{
	cleanup_(keystore_file_close) struct keystore_file *file = create(path);
	cleanup_(text_finish) struct text text = {0};
	int r;

	file->keystore = keystore_create();
	r = keystore_file_reseal(file, unlock, cost);
	if (r != 0)
		return r;
	content_encode(file->keystore, &file->content);
	seal(file, &file->content, &text);
	file->lock = file_make_locked(path, text.data, text.length, FILE_MODE);
	if (file->lock < 0)
		return file->lock;
	*ret_file = file;
	file = NULL;
	return 0;
}

static bool is_same(const struct secret *a, const struct secret *b)
{
	return a->length == b->length && sodium_memcmp(a->data, b->data, a->length) == 0;
}

int keystore_file_save(struct keystore_file *file)
{
	cleanup_(secret_finish) struct secret content = {0};
	cleanup_(text_finish) struct text text = {0};
	struct secret old = file->content;
	int r;

	if (file->lock < 0)
		return -EBADF;
	content_encode(file->keystore, &content);
	if (is_same(&content, &file->content))
		return 0;
	seal(file, &content, &text);
	if (text.length > KEYSTORE_FILE_LIMIT)
		return -EFBIG;
	r = file_replace_locked(file->path, text.data, text.length, FILE_MODE, &file->lock);
	if (r < 0)
		return r;
	file->content = content;
	content = old;
	file->has_changed = true;
	return 0;
}

bool keystore_file_has_changed(const struct keystore_file *file)
{
	return file->has_changed;
}
