/* SPDX-License-Identifier: MIT */
#pragma once

/* What a report is made of, before it is a page or a drawing. */

#include "base/diag/diag.h"
#include "base/map.h"
#include "base/vec.h"
#include "compiler/reach/reach.h"
#include "compiler/report/grid.h"
#include "compiler/report/report.h"
#include "compiler/resolve/network.h"

/* How two hosts reach each other: the better, the lower. */
enum report_verdict {
	REPORT_NO_PAIR = -1, /* a group of one host with itself */
	REPORT_LAN,
	REPORT_DIRECT,
	REPORT_PUNCH,
	REPORT_RELAY,
	REPORT_UNREACHABLE,
	REPORT_N_VERDICTS,
};

/*
 * Hosts that reach everybody by the same verdict: those of one class and kind, behind one gateway.
 * A gateway of devices, and a host whose relay the author chose, is a group of its own.
 */
struct report_group {
	const struct network_host *example; /* its first host, by name */
	const struct network_host *second;  /* its second, or NULL */
	const struct network_host *last;
	size_t n_hosts;
	const char *label; /* "gpu01 … gpu34": by which people know it */
	const char *where; /* "campus": the sites that it is at */
};

struct report {
	const struct report_input *input;
	struct arena *arena;
	const struct network *network;
	const struct reach *reach;
	struct report_group *groups; /* by the index of the example */
	size_t n_groups;
	const size_t *group_of; /* by host index */
	struct grid verdicts;   /* of group and group */
};

/* Finds the groups, and the verdict of every pair of them. */
struct report *report_create(const struct report_input *input);

static inline enum report_verdict report_verdict(const struct report *report, size_t a, size_t b)
{
	return (enum report_verdict) * grid_at(&report->verdicts, a, b);
}

/* "gpu01", "gpu01, gpu02" or "gpu01 … gpu34": some hosts, of which these are the first and last. */
const char *report_label(struct arena *arena, const struct network_host *first,
			 const struct network_host *last, size_t n_hosts);

/* A list of texts in which each stands once; what is written elsewhere is its number. */
struct report_strings {
	struct map known;
	vec_of(const char *) items;
};

size_t report_string(struct report *report, struct report_strings *strings, const char *string);

/* The data of the page, as one JSON object (data.c); what has changed (changes.c) is a member. */
void report_write_data(struct report *report, struct text *out);
void report_write_changes(struct report *report, struct text *out);

/* What stands for a finding when reports are compared: its rule, file and message, but no line,
 * and not the folder that somebody happened to be in. */
const char *report_finding_name(struct report *report, const struct diag *diag);

/* The sites and their hosts as SVG, `width` pixels wide; standalone with its own style sheet. */
void report_draw(struct report *report, unsigned int width, bool is_standalone, struct text *out);

void report_write_html(const struct report_input *input, struct text *out);
void report_write_svg(const struct report_input *input, struct text *out);
void report_write_dot(const struct report_input *input, struct text *out);
void report_write_mermaid(const struct report_input *input, struct text *out);
