/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Parse: libyaml events to a node tree, within bounds and with a span on every node.
 *
 * The topology language is the plain part of YAML: one document of mappings, sequences and scalars.
 * Anchors, aliases, tags, merge keys, several documents, duplicate keys, a byte order mark, NUL
 * bytes, invalid UTF-8 and tabs as indentation are errors, each with its own message.
 */

#include <stddef.h>

#include "base/source.h"

struct arena;
struct diag_bag;
struct node;

enum {
	PARSE_MAX_BYTES = 16 * 1024 * 1024,
	PARSE_MAX_DEPTH = 32,
	PARSE_MAX_NODES = 2 * 1000 * 1000,
};

/*
 * The root node of `source`, in `arena`; NULL where there is none to work with: the diagnostics
 * then say why. An empty document gives a null scalar.
 */
const struct node *parse_source(struct arena *arena, const struct source *source,
				struct diag_bag *diags);
