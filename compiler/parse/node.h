/* SPDX-License-Identifier: MIT */
#pragma once

/* Node tree: what a YAML document says, before anybody asks what it means. */

#include <stdbool.h>

#include "base/source.h"
#include "base/vec.h"

enum node_kind {
	NODE_SCALAR,
	NODE_SEQUENCE,
	NODE_MAPPING,
};

struct node;

/* One `key: value` of a mapping. The key is always a scalar. */
struct node_entry {
	const struct node *key;
	const struct node *value;
};

struct node {
	enum node_kind kind;
	struct span span; /* a scalar's own bytes with its quotes; a collection from first to last
			     byte */
	const char *text; /* scalar: its content, without NUL bytes inside */
	bool is_plain;    /* scalar: written without quotes; a plain empty, `~` or `null` is null */
	union {           /* by kind; empty in a scalar */
		vec_of(const struct node *) items; /* sequence */
		vec_of(struct node_entry) entries; /* mapping, in the order written */
	};
};

/* Whether the node is a plain scalar that YAML 1.2's core schema reads as null. */
bool node_is_null(const struct node *node);
