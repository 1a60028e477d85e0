/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Remedies: what would give two classes that are apart a tunnel of their own, each tried against
 * the rule before it is offered, the cheapest first.
 */

#include <stddef.h>

#include "compiler/reach/reach.h"

enum {
	REMEDY_MAX = 6,
};

struct remedies {
	const char *texts[REMEDY_MAX];
	size_t n_texts;
};

/*
 * For two hosts whose verdict is REACH_APART. The weights say how many hosts each stands for, which
 * would have to be touched: what is done is done at the lighter end.
 */
struct remedies remedies_find(const struct reach *reach, const struct network_host *first,
			      size_t first_weight, const struct network_host *second,
			      size_t second_weight);
