/* SPDX-License-Identifier: MIT */
#pragma once

/* Nodes: how each kind of them is written. All move the printer behind the node. */

#include <stdbool.h>
#include <stdint.h>

struct fmt_printer;
struct node;

/* A plain or quoted scalar; what it has of further lines is indented. */
void fmt_scalar(struct fmt_printer *printer, const struct node *node, uint32_t indent);

/* A block scalar, whose lines are indented. */
void fmt_block_scalar(struct fmt_printer *printer, const struct node *node, uint32_t indent);

/* A key, which has to fit a line. */
void fmt_key(struct fmt_printer *printer, const struct node *key);

/* A flow collection on a line that is indented so. `is_filled`: broken where lines are full. */
void fmt_flow(struct fmt_printer *printer, const struct node *node, uint32_t indent,
	      bool is_filled);

/* Whether a line ends in the collection, outside of scalars. */
bool fmt_flow_is_open(const struct node *node);

/* Whether the node is an absent value: `key:`, or the key alone. */
bool fmt_is_absent(const struct node *node);

/* A document, with what stands before and behind its root. */
void fmt_document(struct fmt_printer *printer, const struct node *root);
