/* SPDX-License-Identifier: MIT */

/* Findings of the host at hand are few, and searched one by one. */

#include "compiler/prove/finding.h"

#include "base/arena.h"

void findings_next_host(struct findings *findings)
{
	findings->n_before = findings->items.n_items;
}

struct finding *findings_note(struct findings *findings, const struct finding *wanted)
{
	struct finding *added;

	for (size_t i = findings->n_before; i < findings->items.n_items; i++) {
		struct finding *known = &findings->items.items[i];

		if (known->rule == wanted->rule && known->host == wanted->host &&
		    known->part == wanted->part && known->place == wanted->place) {
			known->n_times++;
			return NULL;
		}
	}
	if (findings->items.n_items - findings->n_before >= FINDINGS_MOST_PER_HOST ||
	    findings->items.n_items >= FINDINGS_MOST) {
		findings->n_omitted++;
		return NULL;
	}
	added = vec_push(findings->arena, &findings->items);
	*added = *wanted;
	added->n_times = 1;
	added->message = "";
	return added;
}
