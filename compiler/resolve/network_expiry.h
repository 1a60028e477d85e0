/* SPDX-License-Identifier: MIT */
#pragma once

/* Expiry: users whose membership ends, and those of them who are left out by now. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/source.h"

struct diag_bag;
struct network;

struct network_expiry {
	const char *user;
	const char *date; /* the last day, as written */
	int32_t day;      /* the same, see base/date.h */
	bool is_past;     /* on the day of the compilation, where it has one */
	struct span span; /* of the date */
};

/* The expiry because of which there is no host or user of that name any more, or NULL. */
const struct network_expiry *network_find_expired(const struct network *network, const char *name);

/* Reports that `name`, which the command line names, is left out. */
void network_report_expired(const struct network_expiry *expiry, const char *name,
			    struct diag_bag *diags);

/* Those whose last day is not past, but will be behind the day `until`: by day, then by user. */
const struct network_expiry *network_find_lapsing(const struct network *network, int32_t until,
						  size_t *ret_n);
