/* SPDX-License-Identifier: MIT */
#pragma once

/* The report that a new one replaces: what of its data is compared, checked as it is read. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "base/vec.h"
#include "compiler/report/grid.h"

struct arena;
struct text;

struct previous_host {
	const char *name;
	size_t group;
};

struct previous {
	const char *network;
	vec_of(struct previous_host) hosts;
	struct map by_name;            /* to struct previous_host */
	struct grid verdicts;          /* of groups */
	vec_of(const char *) findings; /* their names */
	json_t *changes;               /* that it shows: an object or null; of the arena's `json` */
};

/*
 * Reads the data out of the page at `html`. The JSON document, which `previous` points into, is
 * `ret_json`: the caller decrements its reference. False: there is none that this program wrote.
 */
bool previous_read(struct arena *arena, const struct text *html, struct previous *previous,
		   json_t **ret_json);
