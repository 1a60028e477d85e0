/* SPDX-License-Identifier: MIT */

/* Node tree: what can be said about a single node. */

#include "compiler/parse/node.h"

#include <string.h>

bool node_is_null(const struct node *node)
{
	/* YAML 1.2.2 section 10.3.2, tag resolution of the core schema. */
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

	if (node->kind != NODE_SCALAR || !node->is_plain)
		return false;
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++) {
		if (strcmp(node->text, nulls[i]) == 0)
			return true;
	}
	return false;
}
