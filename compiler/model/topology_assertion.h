/* SPDX-License-Identifier: MIT */
#pragma once

/* Assertions: what must hold, as written. */

#include "base/vec.h"
#include "compiler/model/given.h"

/* In an entry that is right, one form is given: the keys but for `via` and `ports`. */
struct topology_assertion {
	struct span span; /* of the entry */
	vec_of(struct given_text) reach;
	vec_of(struct given_text) deny;
	vec_of(struct given_text) direct;
	vec_of(struct given_text) relayed;
	struct given_text via;
	struct given_text survives;
	vec_of(struct given_text) ports;
};
