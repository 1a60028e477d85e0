/* SPDX-License-Identifier: MIT */

/* Texts of peers: found by the peer's number, made at its first use. */

#include "compiler/emit/store.h"

#include "compiler/plan/plan.h"

/* Where a peer's text lies in the store. A length of 0: it has not been made. */
struct block {
	size_t offset;
	size_t length;
};

static struct block *blocks_of(const struct store *store)
{
	return (struct block *)(void *)store->blocks.data;
}

/* The block of a shared peer, its text made where it is not there yet. */
static const struct block *fill_block(struct store *store, const struct emitter *emitter,
				      const struct plan_peer *peer)
{
	size_t size = (peer->id + 1) * sizeof(struct block);
	struct block *block;

	if (store->blocks.length < size) {
		size_t missing = size - store->blocks.length;

		memset(text_reserve(&store->blocks, missing), 0, missing);
		store->blocks.length = size;
	}
	block = blocks_of(store) + peer->id;
	if (block->length == 0) {
		block->offset = store->text.length;
		emitter->emit_peer(peer, &store->text);
		block->length = store->text.length - block->offset;
	}
	return block;
}

size_t store_fill(struct store *store, const struct emitter *emitter, const struct plan *plan)
{
	size_t length = 0;

	text_clear(&store->own);
	vec_foreach(peer, &plan->peers) {
		if ((*peer)->id == PLAN_UNSHARED) {
			emitter->emit_peer(*peer, &store->own);
		} else {
			length += fill_block(store, emitter, *peer)->length;
		}
	}
	return length + store->own.length;
}

/* The loop that runs n * (n - 1) times: one copy and nothing else. */
void store_copy(const struct store *store, const struct plan *plan, char *end)
{
	const struct block *blocks = blocks_of(store);

	vec_foreach(peer, &plan->peers) {
		const struct block *block;

		if ((*peer)->id == PLAN_UNSHARED)
			continue;
		block = &blocks[(*peer)->id];
		memcpy(end, store->text.data + block->offset, block->length);
		end += block->length;
	}
	if (store->own.length > 0)
		memcpy(end, store->own.data, store->own.length);
	end += store->own.length;
	*end = '\0';
}

void store_finish(struct store *store)
{
	text_finish(&store->text);
	text_finish(&store->blocks);
	text_finish(&store->own);
}
