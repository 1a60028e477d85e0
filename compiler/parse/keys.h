/* SPDX-License-Identifier: MIT */
#pragma once

/* Keys: the duplicate check of mappings. libyaml has none. */

#include <stddef.h>
#include <stdint.h>

struct arena;
struct diag_bag;
struct node;

/* A child of a collection that is still open. In a sequence there is no key. */
struct keys_entry {
	const struct node *key;
	const struct node *value;
	uint32_t key_length;
};

/* Memory that is kept from one mapping to the next. Zero is ready for use. */
struct keys {
	struct arena *arena;
	uint32_t *slots;
	size_t n_slots;
};

/*
 * Reports every entry whose key stands earlier in `entries` and removes it, so that no later pass
 * sees two values. Returns how many entries are left. Time is linear in `n_entries`.
 */
size_t keys_drop_repeats(struct keys *keys, struct keys_entry *entries, size_t n_entries,
			 struct diag_bag *diags);
