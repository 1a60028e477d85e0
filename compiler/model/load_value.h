/* SPDX-License-Identifier: MIT */
#pragma once

/* Loading of single values: a scalar node and a schema row to one `struct given_...`. */

#include <stdbool.h>
#include <stddef.h>

struct diag_bag;
struct node;
struct schema_row;

/* The size of the `struct given_...` that a value of the row becomes. */
size_t load_value_size(const struct schema_row *row);

/*
 * Loads `node`, a scalar, into the `struct given_...` at `ret_value`. False, with a diagnostic and
 * the output untouched, where it is not what the row takes. A malformed key leaves its span and an
 * all-zero key: it was given, so nobody reports it as missing as well.
 */
bool load_value(const struct schema_row *row, const struct node *node, void *ret_value,
		struct diag_bag *diags);
