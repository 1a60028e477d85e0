/* SPDX-License-Identifier: MIT */
#pragma once

/* Same: whether two texts say the same, to a program and to a person. */

#include <stdbool.h>

struct arena;
struct node;

/*
 * Whether two documents have the same nodes in the same order, quoted alike, and the same comments
 * in the same order. It looks for comments in its own way, so that a comment that the layout
 * overlooks is missed here.
 */
bool fmt_is_same(struct arena *arena, const struct node *a, const struct node *b);
