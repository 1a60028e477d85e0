/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Report: a network as a page for people, and as drawings for documents. Nothing in them is secret,
 * and nothing comes from a clock: the same network and the same last report give the same bytes.
 */

#include <stddef.h>

struct arena;
struct diag_bag;
struct network;
struct planner;
struct reach;
struct text;

/* A network that was checked as far as the planner; it may have errors. */
struct report_input {
	struct arena *arena;
	const struct network *network;
	const struct reach *reach;
	struct planner *planner;
	const struct diag_bag *diags; /* sorted */
	const char *topology;         /* its path, as the user wrote it */
	const struct text *before;    /* the page that the new one replaces; NULL: none */
};

struct report_format {
	const char *name;
	const char *mark; /* stands near the start of every file of the format that is ours */
	void (*write)(const struct report_input *input, struct text *out);
};

/* "html", "dot", "mermaid", "svg": the first is the usual one. */
extern const struct report_format report_formats[];
extern const size_t n_report_formats;

/* The format of that name, or NULL. */
const struct report_format *report_find_format(const char *name);
