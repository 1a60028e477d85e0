/* SPDX-License-Identifier: MIT */
#pragma once

/* Folding: what is said of many nodes that one text stands for is said once. */

struct diag_bag;

/* Folds what stands inside the spans of diag_fold(). The bag is sorted. */
void fold_repeats(struct diag_bag *bag);
