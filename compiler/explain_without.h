/* SPDX-License-Identifier: MIT */
#pragma once

/* What an explanation of an outage is made of, before it is text or JSON. */

#include "compiler/assert/kinds.h"
#include "compiler/assert/loss.h"
#include "compiler/assert/outage.h"

struct text;

/* The outage as one node sees it. */
struct without_node {
	const struct kinds_member *node;
	bool is_gone;                             /* it is lost itself */
	vec_of(const struct kinds_member *) lost; /* whom it loses */
	vec_of(const struct kinds_member *) kept;
	vec_of(struct path) paths; /* to those, in the same order */
};

/* The outage as a pair sees it. */
struct without_pair {
	const struct network_host *ends[2];
	struct path before;
	struct path after; /* of no nodes: they do not reach each other */
};

void without_write_text(const struct outage *outage, const struct loss *loss, struct text *out);
void without_write_json(const struct outage *outage, const struct loss *loss, struct text *out);
void without_write_node_text(const struct outage *outage, const struct without_node *node,
			     struct text *out);
void without_write_node_json(const struct outage *outage, const struct without_node *node,
			     struct text *out);
void without_write_pair_text(const struct outage *outage, const struct without_pair *pair,
			     struct text *out);
void without_write_pair_json(const struct outage *outage, const struct without_pair *pair,
			     struct text *out);
