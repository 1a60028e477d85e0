/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Store: the peers' texts in one format, each made once, however many hosts have the peer. Zero is
 * the valid empty store.
 */

#include "base/text.h"
#include "compiler/emit/emitter.h"

struct store {
	struct text text;
	struct text blocks; /* of struct block, by peer id */
	struct text own;    /* the peers that no other host sees so, one behind the other */
};

/* Makes what is missing of the texts of the plan's peers. Returns the length of all of them. */
size_t store_fill(struct store *store, const struct emitter *emitter, const struct plan *plan);

/* Copies the texts of the peers of the plan that was filled in last, with a NUL byte behind them.
 */
void store_copy(const struct store *store, const struct plan *plan, char *end);

void store_finish(struct store *store);
