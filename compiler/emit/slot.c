/* SPDX-License-Identifier: MIT */

/* Keys into slots. They go from the keystore to their place without another copy. */

#include "compiler/emit/slot.h"

#include <assert.h>
#include <string.h>

#include "compiler/keys/keystore.h"
#include "compiler/plan/plan.h"

_Static_assert(SLOT_SIZE == NET_KEY_TEXT - 1, "a slot is as long as a key");
_Static_assert(sizeof(SLOT_PRIVATE_KEY) == NET_KEY_TEXT, "the same");
_Static_assert(sizeof(SLOT_PRESHARED_KEY) == NET_KEY_TEXT, "the same");

bool slot_is_in(const char *bytes, size_t size)
{
	return size > 0 && memchr(bytes, SLOT_PRIVATE_KEY[0], size) != NULL;
}

/* The private key, where the text has a slot for it. Returns what lies behind the slot. */
static char *fill_private(const struct keystore *keystore, const struct plan *plan, char *begin,
			  char *end)
{
	char *slot = memchr(begin, SLOT_PRIVATE_KEY[0], (size_t)(end - begin));
	char behind;
	bool is_there;

	if (slot == NULL)
		return begin;
	behind = slot[SLOT_SIZE];
	is_there = keystore_private_text(keystore, &plan->public_key, slot);
	assert(is_there); /* the plan said so */
	(void)is_there;
	slot[SLOT_SIZE] = behind; /* where the NUL byte went */
	return slot + SLOT_SIZE;
}

/* The preshared key of one peer. Returns what lies behind the slot. */
static char *fill_preshared(const struct keystore *keystore, const struct plan *plan,
			    const struct plan_peer *peer, char *begin, char *end)
{
	char *slot = memchr(begin, SLOT_PRESHARED_KEY[0], (size_t)(end - begin));
	char behind;

	if (slot == NULL)
		return begin;
	behind = slot[SLOT_SIZE];
	keystore_preshared_text(keystore, &plan->public_key, &peer->public_key, slot);
	slot[SLOT_SIZE] = behind;
	return slot + SLOT_SIZE;
}

void slot_fill(const struct keystore *keystore, const struct plan *plan, char *bytes, size_t size)
{
	char *end = bytes + size;
	char *at = bytes;

	if (plan->has_private_key)
		at = fill_private(keystore, plan, at, end);
	if (plan->preshared != PLAN_PRESHARED_INLINE)
		return;
	for (int is_unshared = 0; is_unshared < 2; is_unshared++) {
		vec_foreach(peer, &plan->peers) {
			if (((*peer)->id == PLAN_UNSHARED) == (is_unshared == 1))
				at = fill_preshared(keystore, plan, *peer, at, end);
		}
	}
}
