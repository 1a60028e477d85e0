/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Emit: plans to artifacts in memory. Files with keys in them are put together in secret memory.
 * The text of a peer is made once and then only copied, because a full mesh of n hosts has n * (n -
 * 1) of them.
 */

#include <stddef.h>

#include "base/cleanup.h"
#include "compiler/emit/artifact.h"
#include "compiler/emit/emitter.h"

struct arena;
struct keystore;

/* The formats, by name. */
extern const struct emitter *const emitters[];
extern const size_t n_emitters;

/* Their names, in the same order; ends with NULL. */
extern const char *const emitter_names[];

struct emission;

/*
 * A new emission in the arena; its texts are on the heap, so the caller destroys it. The plans'
 * keys come from `keystore`, the one that the plans were made with, or NULL.
 */
struct emission *emission_create(struct arena *arena, const struct keystore *keystore);

/* Frees the texts. Accepts NULL, returns NULL. */
struct emission *emission_destroy(struct emission *emission);

CLEANUP_DEFINE(struct emission *, emission_destroy)

/*
 * Begins the file of `emitter` for a host: everything in the artifact but its bytes, so that the
 * caller can find out from the fingerprint whether it needs them. False: there is no such file.
 * What the artifact points at is valid until the next begin.
 */
bool emission_begin(struct emission *emission, const struct emitter *emitter,
		    const struct plan *plan, struct artifact *ret_artifact);

/* The same for the file of the whole network. */
bool emission_begin_network(struct emission *emission, const struct emitter *emitter,
			    const struct plan_network *network, struct artifact *ret_artifact);

enum {
	EMIT_E_TOO_LARGE = 1, /* the format cannot hold as much */
};

/*
 * Adds the bytes to an artifact that was begun for `plan` (NULL: for the network). 0 or
 * EMIT_E_TOO_LARGE; `artifact` then has the bytes that did not fit.
 */
int emission_finish(struct emission *emission, const struct emitter *emitter,
		    const struct plan *plan, struct artifact *artifact);
