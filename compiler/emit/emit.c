/* SPDX-License-Identifier: MIT */

/* Putting files together: what stands before the peers, then each peer's text from the store. */

#include "compiler/emit/emit.h"

#include "base/arena.h"
#include "base/text.h"
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

/* Where a peer's text lies in the store. A length of 0: it has not been made. */
struct slot {
	size_t offset;
	size_t length;
};

/* The peers' texts of one format, by peer id. */
struct store {
	struct text text;
	struct text slots; /* of struct slot */
	struct text own;   /* the peers that no other host sees so, one behind the other */
};

static struct slot *slots_of(struct store *store)
{
	return (struct slot *)(void *)store->slots.data;
}

struct emission {
	struct store stores[sizeof(emitters) / sizeof(emitters[0])];
	struct text path;
	struct text bytes;
};

struct emission *emission_create(struct arena *arena)
{
	return ARENA_NEW(arena, struct emission);
}

struct emission *emission_destroy(struct emission *emission)
{
	if (emission == NULL)
		return NULL;
	for (size_t i = 0; i < n_emitters; i++) {
		text_finish(&emission->stores[i].text);
		text_finish(&emission->stores[i].slots);
		text_finish(&emission->stores[i].own);
	}
	text_finish(&emission->path);
	text_finish(&emission->bytes);
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

/* The slot of a shared peer, its text made where it is not there yet. */
static const struct slot *fill_slot(struct store *store, const struct emitter *emitter,
				    const struct plan_peer *peer)
{
	size_t size = (peer->id + 1) * sizeof(struct slot);
	struct slot *slot;

	if (store->slots.length < size) {
		size_t missing = size - store->slots.length;

		memset(text_reserve(&store->slots, missing), 0, missing);
		store->slots.length = size;
	}
	slot = slots_of(store) + peer->id;
	if (slot->length == 0) {
		slot->offset = store->text.length;
		emitter->emit_peer(peer, &store->text);
		slot->length = store->text.length - slot->offset;
	}
	return slot;
}

/* Makes all texts of the plan's peers. Returns the length of all of them. */
static size_t fill_store(struct store *store, const struct emitter *emitter,
			 const struct plan *plan)
{
	size_t length = 0;

	text_clear(&store->own);
	vec_foreach(peer, &plan->peers) {
		if ((*peer)->id == PLAN_UNSHARED) {
			emitter->emit_peer(*peer, &store->own);
		} else {
			length += fill_slot(store, emitter, *peer)->length;
		}
	}
	return length + store->own.length;
}

/* The loop that runs n * (n - 1) times: one copy and nothing else. */
static void append_peers(struct store *store, const struct emitter *emitter,
			 const struct plan *plan, struct text *bytes)
{
	size_t length = fill_store(store, emitter, plan);
	const struct slot *slots = slots_of(store);
	char *end = text_reserve(bytes, length);

	vec_foreach(peer, &plan->peers) {
		const struct slot *slot;

		if ((*peer)->id == PLAN_UNSHARED)
			continue;
		slot = &slots[(*peer)->id];
		memcpy(end, store->text.data + slot->offset, slot->length);
		end += slot->length;
	}
	if (store->own.length > 0)
		memcpy(end, store->own.data, store->own.length);
	end += store->own.length;
	*end = '\0';
	bytes->length += length;
}

/* The version of the program is part of it: another version may write the same plan otherwise. */
static struct fingerprint fingerprint_of(const struct text *bytes, uint64_t peers_hash)
{
	static const char version[] = WGTOPO_VERSION;
	uint64_t seed = XXH3_64bits_withSeed(version, sizeof(version), peers_hash);
	XXH128_hash_t hash = XXH3_128bits_withSeed(bytes->data, bytes->length, seed);

	return (struct fingerprint){{hash.low64, hash.high64}};
}

/* "mlcluster.conf" for the file "%.conf". */
static void append_file(struct text *path, const struct emitter *emitter, const char *interface)
{
	size_t before = strcspn(emitter->file, "%");

	text_append(path, emitter->file, before);
	if (emitter->file[before] == '%') {
		text_puts(path, interface);
		text_puts(path, emitter->file + before + 1);
	}
}

bool emission_begin(struct emission *emission, const struct emitter *emitter,
		    const struct plan *plan, struct artifact *ret_artifact)
{
	text_clear(&emission->bytes);
	if (emitter->emit_host == NULL || !emitter->emit_host(plan, &emission->bytes))
		return false;
	text_clear(&emission->path);
	text_join(&emission->path, plan->folder, "/");
	append_file(&emission->path, emitter, plan->interface);
	*ret_artifact = (struct artifact){
		.host = plan->host,
		.path = emission->path.data,
		.mode = emitter->mode,
		.fingerprint = fingerprint_of(&emission->bytes,
					      emitter->emit_peer == NULL ? 0 : plan->peers_hash),
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
	append_file(&emission->path, emitter, network->name);
	*ret_artifact = (struct artifact){
		.path = emission->path.data,
		.mode = emitter->mode,
		.fingerprint = fingerprint_of(&emission->bytes, 0),
	};
	return true;
}

void emission_finish(struct emission *emission, const struct emitter *emitter,
		     const struct plan *plan, struct artifact *artifact)
{
	if (plan != NULL && emitter->emit_peer != NULL) {
		append_peers(store_of(emission, emitter), emitter, plan, &emission->bytes);
	}
	artifact->bytes = emission->bytes.data;
	artifact->size = emission->bytes.length;
}
