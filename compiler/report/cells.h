/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Cells: how two hosts that stand next to each other on a path see each other. Nearly all of it is
 * the same for all hosts of two classes, and is said once for them; what differs from host to host
 * depends on where the host meets others, and is said once per host and meeting.
 */

#include "compiler/report/parts.h"

/* Where hosts meet, or would: the site, and the family of the packets. */
struct report_meeting {
	const struct network_site *site;
	enum net_family family;
};

/* A class takes part in a meeting. */
struct report_use {
	size_t meeting;
	const struct network_host *partner; /* for whom a forward would mend it, or NULL */
};

struct report_cells {
	struct report_strings cells; /* as JSON; a class pair has the number of one */
	vec_of(struct report_meeting) meetings;
	vec_of(struct report_use) * uses; /* by class */
};

/*
 * Appends the numbers of the cells of all ordered pairs of classes as a grid; -1 for classes that
 * are never next to each other. Texts go to `strings`. In them {1} and {2} stand for the names of
 * the two hosts, {a0} and {b0} for the sites whose boxes are the innermost in front of them.
 */
void report_write_cells(struct report *report, struct report_strings *strings,
			struct report_cells *cells, struct text *out);

/* The number of the cell of a link's ends, from the one of that number, by what the link says. */
size_t report_cell_of_link(struct report *report, const struct network_link *link, size_t from,
			   struct report_strings *strings, struct report_cells *cells);
