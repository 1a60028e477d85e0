/* SPDX-License-Identifier: MIT */
#pragma once

/* Assertions: what the author wants to hold, with the nodes that each of them speaks of. */

#include <stddef.h>

#include "base/source.h"
#include "compiler/model/given.h"

struct network_expiry;
struct network_host;
struct network_site;

enum assertion_form {
	ASSERTION_REACH,
	ASSERTION_DENY,
	ASSERTION_DIRECT,
	ASSERTION_RELAYED,
	ASSERTION_SURVIVES,
	ASSERTION_N_FORMS,
};

/* A name, and whom it stands for: each of them counts. */
struct network_selection {
	struct given_text given;
	const char *kind;                        /* "server", "user", "group", ... */
	const struct network_host *const *hosts; /* by name; a device at each of its gateways */
	size_t n_hosts;
	const struct network_site *site;      /* that it is the name of, or NULL */
	const struct network_expiry *expired; /* because of which there is nobody left, or NULL */
};

struct network_assertion {
	enum assertion_form form;
	struct network_selection ends[2]; /* `survives` has the first one only */
	const struct network_host *via;   /* of `relayed`; NULL: whichever */
	struct span via_span;
	const struct given_text *ports; /* none: all */
	size_t n_ports;
	struct span span; /* of the names */
};
