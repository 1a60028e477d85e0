/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Probe: echo requests to many addresses at once, from many hosts at once; who answers, and over
 * which hops the packets went.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/net/address.h"

struct arena;
struct text;

enum {
	PROBE_MOST_HOPS = 6,
	PROBE_TTL = 64, /* of requests, and what Linux gives its answers */
	PROBE_WINDOW_S = 25,
};

/* One address that is asked, and what came back. In memory that the probing process shares. */
struct probe {
	struct net_address to;
	bool wants_path;

	unsigned int n_answers;
	unsigned int answer_ttl; /* of the last answer, as it arrived */
	bool is_traced;          /* `hops` is the whole way there */
	unsigned int n_hops;
	struct net_address hops[PROBE_MOST_HOPS];
};

/* The probes of one host or machine. */
struct probe_source {
	const char *name;
	int net; /* its network namespace */
	struct probe *probes;
	size_t n_probes;
};

/* Memory for probes; NULL where there is none. Freed with the same number. */
struct probe *probes_create(size_t n_probes);
void probes_destroy(struct probe *probes, size_t n_probes);

/*
 * Asks until all have answered twice and their ways are known, or PROBE_WINDOW_S are over.
 * 0, COMMAND_E_FAILED or a negative errno, with words; that nobody answers is none of these.
 */
int probes_run(struct arena *arena, struct probe_source *sources, size_t n_sources,
	       struct text *fault);
