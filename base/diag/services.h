/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Services: renderers for those that host code, and show findings beside its lines. Files are named
 * as the repository does, every finding has a place, and nothing holds what looks like a key.
 */

struct diag_bag;
struct text;

struct diag_paths {
	const char *topology; /* whose first line takes the findings without a place */
	const char *folder;   /* absolute: where relative paths begin */
	const char *root;     /* absolute: the folder of the repository */
};

/* Append the sorted bag to `out`. */
void diag_render_sarif(const struct diag_bag *bag, const struct diag_paths *paths,
		       struct text *out);
void diag_render_github(const struct diag_bag *bag, const struct diag_paths *paths,
			struct text *out);
void diag_render_gitlab(const struct diag_bag *bag, const struct diag_paths *paths,
			struct text *out);
