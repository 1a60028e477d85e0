/* SPDX-License-Identifier: MIT */
#pragma once

/* Names: what DNS names mean to a host. */

#include "runtime/lab/places.h"

struct arena;

/* The text of the host's /etc/hosts. A name that has several places means the nearest to it. */
const char *names_hosts_file(struct arena *arena, const struct places *places,
			     const struct places_host *host);
