/* SPDX-License-Identifier: MIT */

/* Sections, and the table of them: open addressing, compared byte by byte. */

#include "compiler/prove/section.h"

#include <string.h>
#include <xxhash.h>

#include "base/arena.h"

enum {
	FIRST_SLOTS = 1024,
};

void section_place(struct section *section, const struct space *space)
{
	section->has_cut = false;
	for (size_t i = 0; i < section->n_prefixes; i++) {
		struct section_prefix *each = &section->prefixes[i];

		each->is_cut = !space_find_range(space, &each->prefix, &each->range);
		section->has_cut = section->has_cut || each->is_cut;
	}
	if (section->endpoint.port != 0 && section->endpoint.name == NULL)
		section->endpoint_atom = space_find(space, &section->endpoint.address);
}

void section_fill(struct arena *arena, const struct space *space, const struct conf_peer *peer,
		  struct section *ret_section)
{
	struct section section = {
		.key = peer->public_key,
		.owner = PROVE_NOBODY,
		.endpoint = peer->endpoint,
		.keepalive_s = peer->persistent_keepalive_s,
		.preshared = peer->preshared,
		.n_prefixes = peer->allowed_ips.n_items,
	};

	if (peer->endpoint.name != NULL) {
		section.endpoint.name =
			arena_copy(arena, peer->endpoint.name, strlen(peer->endpoint.name));
	}
	if (peer->preshared_file != NULL) {
		section.preshared_file =
			arena_copy(arena, peer->preshared_file, strlen(peer->preshared_file));
	}
	section.prefixes = ARENA_ARRAY(arena, struct section_prefix, section.n_prefixes);
	for (size_t i = 0; i < section.n_prefixes; i++)
		section.prefixes[i].prefix = peer->allowed_ips.items[i].prefix;
	section_place(&section, space);
	*ret_section = section;
}

static struct section_slot *probe(struct section_slot *slots, size_t n_slots, uint64_t hash,
				  const char *text, size_t size)
{
	size_t i = hash & (n_slots - 1);

	while (slots[i].section != NULL && (slots[i].hash != hash || slots[i].size != size ||
					    memcmp(slots[i].text, text, size) != 0))
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

static void grow(struct section_memo *memo)
{
	size_t n_slots = memo->n_slots == 0 ? FIRST_SLOTS : 2 * memo->n_slots;
	struct section_slot *slots = ARENA_ARRAY(memo->arena, struct section_slot, n_slots);

	for (size_t i = 0; i < memo->n_slots; i++) {
		const struct section_slot *old = &memo->slots[i];

		if (old->section != NULL)
			*probe(slots, n_slots, old->hash, old->text, old->size) = *old;
	}
	memo->slots = slots;
	memo->n_slots = n_slots;
}

struct section_slot *section_memo_find(struct section_memo *memo, const char *text, size_t size)
{
	uint64_t hash = XXH3_64bits(text, size);
	struct section_slot *slot;

	if (2 * memo->n_sections >= memo->n_slots)
		grow(memo);
	slot = probe(memo->slots, memo->n_slots, hash, text, size);
	slot->hash = hash;
	return slot;
}

void section_memo_keep(struct section_memo *memo, struct section_slot *slot, const char *text,
		       size_t size, struct section *section)
{
	slot->text = arena_copy(memo->arena, text, size);
	slot->size = size;
	slot->section = section;
	memo->n_sections++;
}
