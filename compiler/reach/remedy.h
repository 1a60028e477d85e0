/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Remedies: what would give two classes that are apart a tunnel of their own, each tried against
 * the rule before it is offered, the cheapest first.
 */

#include <stdbool.h>
#include <stddef.h>

#include "compiler/reach/reach.h"

enum {
	REMEDY_MAX = 6,
};

struct remedies {
	const char *texts[REMEDY_MAX];
	size_t n_texts;
	bool has_forward; /* the first of them is a port forward, which is the same for that end */
	size_t forward_end; /* whoever the other one is (0: first, 1: second) */
};

/*
 * For two hosts whose verdict is REACH_APART. The weights say how many hosts each stands for, which
 * would have to be touched: what is done is done at the lighter end.
 */
struct remedies remedies_find(const struct reach *reach, const struct network_host *first,
			      size_t first_weight, const struct network_host *second,
			      size_t second_weight);
