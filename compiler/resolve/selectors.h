/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Selectors: every name of the topology and the nodes that it stands for. A node is named by
 * itself, its user, its groups and the sites around it; names are one set, so that no word says
 * which of these is meant.
 */

#include <stdbool.h>

#include "base/map.h"
#include "compiler/resolve/network_assertion.h"

struct diag_bag;
struct network;

struct selectors {
	struct arena *arena;
	const struct network *network;
	struct map named; /* to its members */
};

/* All names of the network, with `hosts` linked to their gateways already. */
void selectors_make(struct selectors *selectors, struct arena *arena,
		    const struct network *network);

/* Whom the name stands for. False, with a diagnostic, where it is nobody's. */
bool selectors_find(const struct selectors *selectors, const struct given_text *given,
		    struct network_selection *ret_selection, struct diag_bag *diags);
