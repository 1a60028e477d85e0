/* SPDX-License-Identifier: MIT */

/* Putting files together: what stands before the peers, then each peer's text from the store, and
 * keys last. */

#include "compiler/emit/emit.h"

#include "base/arena.h"
#include "base/secret.h"
#include "base/text.h"
#include "compiler/emit/slot.h"
#include "compiler/emit/store.h"
#include "compiler/keys/keystore.h"
#include "compiler/plan/plan.h"

#include <xxhash.h>

#define EMITTER(symbol, name) extern const struct emitter emitter_##symbol;
#include "compiler/emit/emitters.h"
#undef EMITTER

const struct emitter *const emitters[] = {
#define EMITTER(symbol, name) &emitter_##symbol,
#include "compiler/emit/emitters.h"
#undef EMITTER
};

const char *const emitter_names[] = {
#define EMITTER(symbol, name) name,
#include "compiler/emit/emitters.h"
#undef EMITTER
	NULL,
};

const size_t n_emitters = sizeof(emitters) / sizeof(emitters[0]);

struct emission {
	const struct keystore *keystore; /* or NULL */
	struct store stores[sizeof(emitters) / sizeof(emitters[0])];
	struct text path;
	struct text bytes;    /* what stands before the peers; in the end all of it, unless */
	struct secret secret; /* there are keys in it: then all of it is here */
	struct secret converted;
};

struct emission *emission_create(struct arena *arena, const struct keystore *keystore)
{
	struct emission *emission = ARENA_NEW(arena, struct emission);

	emission->keystore = keystore;
	return emission;
}

struct emission *emission_destroy(struct emission *emission)
{
	if (emission == NULL)
		return NULL;
	for (size_t i = 0; i < n_emitters; i++)
		store_finish(&emission->stores[i]);
	text_finish(&emission->path);
	text_finish(&emission->bytes);
	secret_finish(&emission->secret);
	secret_finish(&emission->converted);
	return NULL;
}

static struct store *store_of(struct emission *emission, const struct emitter *emitter)
{
	for (size_t i = 0; i < n_emitters; i++) {
		if (emitters[i] == emitter)
			return &emission->stores[i];
	}
	unreachable();
}

/* The version of the program is part of it: another version may write the same plan otherwise. */
static struct fingerprint fingerprint_of(const struct text *bytes, uint64_t rest)
{
	static const char version[] = WGTOPO_VERSION;
	uint64_t seed = XXH3_64bits_withSeed(version, sizeof(version), rest);
	XXH128_hash_t hash = XXH3_128bits_withSeed(bytes->data, bytes->length, seed);

	return (struct fingerprint){{hash.low64, hash.high64}};
}

/* The format whose text it is in the end. */
static const struct emitter *text_of(const struct emitter *emitter)
{
	return emitter->source != NULL ? emitter->source : emitter;
}

/* What tells the keys in a file apart, and tells nothing of them. */
static uint64_t hash_of_keys(const struct emission *emission, const struct plan *plan)
{
	uint64_t preshared = plan->preshared == PLAN_PRESHARED_INLINE
				     ? keystore_preshared_id(emission->keystore)
				     : 0;

	return XXH3_64bits_withSeed(&plan->public_key, sizeof(plan->public_key), preshared);
}

/* All that decides a host's file, but what stands before the peers. */
static uint64_t hash_of_rest(const struct emission *emission, const struct emitter *emitter,
			     const struct plan *plan, bool is_secret)
{
	uint64_t hash = text_of(emitter)->emit_peer == NULL ? 0 : plan->peers_hash;
	uint64_t keys = is_secret ? hash_of_keys(emission, plan) : 0;

	hash = XXH3_64bits_withSeed(emitter->name, strlen(emitter->name), hash);
	return XXH3_64bits_withSeed(&keys, sizeof(keys), hash);
}

static bool has_keys(const struct emission *emission, const struct emitter *emitter,
		     const struct plan *plan)
{
	if (emitter->emit_peer != NULL && plan->peers.n_items > 0 &&
	    plan->preshared == PLAN_PRESHARED_INLINE)
		return true;
	return plan->has_private_key && slot_is_in(emission->bytes.data, emission->bytes.length);
}

/*
 * "mlcluster.conf" for the file "%.conf". A host that shares its folder with another tunnel of the
 * same device has "README-mlcluster-gw2.txt" for "README.txt".
 */
static void append_file(struct text *path, const struct emitter *emitter, const char *interface,
			bool shares_folder)
{
	size_t before = strcspn(emitter->file, "%");

	if (emitter->file[before] == '%') {
		text_append(path, emitter->file, before);
		text_join(path, interface, emitter->file + before + 1);
	} else if (shares_folder) {
		before = strcspn(emitter->file, ".");
		text_append(path, emitter->file, before);
		text_join(path, "-", interface, emitter->file + before);
	} else {
		text_puts(path, emitter->file);
	}
}

/* What stands before the peers. False: the host has no such file. */
static bool begin_text(const struct emitter *emitter, const struct plan *plan, struct text *out)
{
	text_clear(out);
	if (emitter->emit_host == NULL || !emitter->emit_host(plan, out))
		return false;
	return emitter->source == NULL || emitter->source->emit_host(plan, out);
}

bool emission_begin(struct emission *emission, const struct emitter *emitter,
		    const struct plan *plan, struct artifact *ret_artifact)
{
	bool is_secret;

	if (!begin_text(emitter, plan, &emission->bytes))
		return false;
	text_clear(&emission->path);
	text_join(&emission->path, plan->folder, "/");
	append_file(&emission->path, emitter, plan->interface, plan->shares_folder);
	is_secret = has_keys(emission, text_of(emitter), plan);
	*ret_artifact = (struct artifact){
		.host = plan->host,
		.path = emission->path.data,
		.mode = emitter->mode,
		.is_secret = is_secret,
		.fingerprint = fingerprint_of(&emission->bytes,
					      hash_of_rest(emission, emitter, plan, is_secret)),
	};
	return true;
}

bool emission_begin_network(struct emission *emission, const struct emitter *emitter,
			    const struct plan_network *network, struct artifact *ret_artifact)
{
	if (emitter->emit_network == NULL)
		return false;
	text_clear(&emission->bytes);
	emitter->emit_network(network, &emission->bytes);
	text_clear(&emission->path);
	text_puts(&emission->path, "network/");
	append_file(&emission->path, emitter, network->name, false);
	*ret_artifact = (struct artifact){
		.path = emission->path.data,
		.mode = emitter->mode,
		.fingerprint = fingerprint_of(&emission->bytes, 0),
	};
	return true;
}

static void finish_open(struct emission *emission, const struct store *store,
			const struct plan *plan, size_t length)
{
	char *end = text_reserve(&emission->bytes, length);

	store_copy(store, plan, end);
	emission->bytes.length += length;
}

static void finish_secret(struct emission *emission, const struct store *store,
			  const struct plan *plan, size_t length)
{
	struct secret *secret = &emission->secret;

	secret_clear(secret);
	(void)secret_reserve(secret, emission->bytes.length + length);
	secret_append(secret, emission->bytes.data, emission->bytes.length);
	if (length > 0)
		store_copy(store, plan, secret->data + secret->length);
	secret->length += length;
	slot_fill(emission->keystore, plan, secret->data, secret->length);
}

/* The finished bytes of the format that this one is made from, as a file of this one. */
static int convert(struct emission *emission, const struct emitter *emitter,
		   struct artifact *artifact)
{
	secret_clear(&emission->converted);
	if (emitter->convert(artifact->bytes, artifact->size, &emission->converted) != 0)
		return EMIT_E_TOO_LARGE;
	artifact->bytes = emission->converted.data;
	artifact->size = emission->converted.length;
	return 0;
}

int emission_finish(struct emission *emission, const struct emitter *emitter,
		    const struct plan *plan, struct artifact *artifact)
{
	const struct emitter *text = text_of(emitter);
	bool has_peers = plan != NULL && text->emit_peer != NULL;
	struct store *store = store_of(emission, text);
	size_t length = has_peers ? store_fill(store, text, plan) : 0;

	if (artifact->is_secret) {
		finish_secret(emission, store, plan, length);
		artifact->bytes = emission->secret.data;
		artifact->size = emission->secret.length;
	} else {
		if (has_peers)
			finish_open(emission, store, plan, length);
		artifact->bytes = emission->bytes.data;
		artifact->size = emission->bytes.length;
	}
	return emitter->convert == NULL ? 0 : convert(emission, emitter, artifact);
}
