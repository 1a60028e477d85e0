/* SPDX-License-Identifier: MIT */

/*
 * Keys: nearly all mappings have a handful of keys, which are compared with each other directly.
 * Larger ones are hashed into a table of entry numbers that all mappings of the file share.
 */

#include "compiler/parse/keys.h"

#include <stdbool.h>
#include <string.h>
#include <xxhash.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/parse/node.h"

enum {
	DIRECT_MAX = 8,
	FIRST_SLOTS = 64,
	REPORTED_MAX = 100, /* per mapping; nobody reads more */
};

static bool is_same_key(const struct keys_entry *a, const struct keys_entry *b)
{
	return a->key_length == b->key_length &&
	       memcmp(a->key->text, b->key->text, a->key_length) == 0;
}

static const struct keys_entry *find_direct(const struct keys_entry *entries, size_t n_entries,
					    const struct keys_entry *entry)
{
	for (size_t i = 0; i < n_entries; i++) {
		if (is_same_key(&entries[i], entry))
			return &entries[i];
	}
	return NULL;
}

/* Empties the table and makes it at least twice as large as the mapping. Returns its mask. */
static size_t prepare_slots(struct keys *keys, size_t n_entries)
{
	size_t n_slots = FIRST_SLOTS;

	while (n_slots < 2 * n_entries)
		n_slots *= 2;
	if (n_slots > keys->n_slots) {
		keys->slots = ARENA_ARRAY(keys->arena, uint32_t, n_slots);
		keys->n_slots = n_slots;
	} else {
		memset(keys->slots, 0, n_slots * sizeof(keys->slots[0]));
	}
	return n_slots - 1;
}

/* The entry before number `n` with the same key; without one, `n` itself goes into the table. */
static const struct keys_entry *find_hashed(struct keys *keys, size_t mask,
					    const struct keys_entry *entries,
					    const struct keys_entry *entry, size_t n)
{
	size_t slot = (size_t)XXH3_64bits(entry->key->text, entry->key_length) & mask;

	for (; keys->slots[slot] != 0; slot = (slot + 1) & mask) {
		const struct keys_entry *other = &entries[keys->slots[slot] - 1];
		if (is_same_key(other, entry))
			return other;
	}
	keys->slots[slot] = (uint32_t)n + 1;
	return NULL;
}

static void report(const struct keys_entry *first, const struct keys_entry *repeat,
		   struct diag_bag *diags)
{
	struct diag *diag = diag_add(diags, DIAG_YAML_DUPLICATE_KEY, repeat->key->span,
				     "key '%s' stands twice in this mapping", repeat->key->text);
	diag_related(diags, diag, first->key->span, "first here");
	diag_help(diags, diag, "remove one of the two, or merge them into one");
}

size_t keys_drop_repeats(struct keys *keys, struct keys_entry *entries, size_t n_entries,
			 struct diag_bag *diags)
{
	bool is_hashed = n_entries > DIRECT_MAX;
	size_t mask = is_hashed ? prepare_slots(keys, n_entries) : 0;
	size_t n_kept = 0;

	for (size_t i = 0; i < n_entries; i++) {
		const struct keys_entry *first =
			is_hashed ? find_hashed(keys, mask, entries, &entries[i], n_kept)
				  : find_direct(entries, n_kept, &entries[i]);
		if (!first) {
			entries[n_kept++] = entries[i];
		} else if (i - n_kept < REPORTED_MAX) {
			report(first, &entries[i], diags);
		}
	}
	return n_kept;
}
