/* SPDX-License-Identifier: MIT */
#pragma once

/* Routes: a batch file for ip(8), as the `routes` format writes it beside a host's wg-quick file.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/net/prefix.h"
#include "base/source.h"
#include "base/vec.h"
#include "compiler/conf/conf.h"

struct arena;

struct conf_route {
	struct net_prefix prefix;
	const char *device;
	uint16_t mtu; /* 0: that of the interface */
	struct span span;
};

struct conf_routes {
	const struct source *source;
	vec_of(struct conf_route) items;
	vec_of(struct conf_fault) faults; /* lines that are no `route replace PREFIX dev NAME` */
};

/* Reads the bytes of the file `path` into the arena. */
struct conf_routes *conf_routes_parse(struct arena *arena, const char *path, const char *bytes,
				      size_t size);
