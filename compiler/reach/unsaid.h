/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Unsaid: the pairs of two classes for which the author chose no relay in `links`. The others are
 * acknowledged, and nobody has to be told of them.
 */

#include <stddef.h>

#include "compiler/reach/reach.h"

struct network_host;
struct unsaid;

/* What is left of the pairs of two classes, or of one class with itself. */
struct unsaid_pairs {
	size_t n_pairs; /* 0: all are acknowledged, and nothing below is set */
	size_t n_firsts;
	size_t n_seconds;                    /* hosts of either class that have such a pair */
	const struct network_host *first[2]; /* one of the pairs: the first by name */
};

/* Sorts the links of the network, in the arena of `reach`, which outlives it. */
struct unsaid *unsaid_create(const struct reach *reach);

/* How many pairs of the two are left. */
size_t unsaid_count(const struct unsaid *unsaid, size_t a, size_t b);

/* Those pairs. */
struct unsaid_pairs unsaid_look(const struct unsaid *unsaid, size_t a, size_t b);

/* How many hosts of class `a` have a pair left with one or more of the n classes. */
size_t unsaid_count_hosts(const struct unsaid *unsaid, size_t a, const size_t *others, size_t n);
