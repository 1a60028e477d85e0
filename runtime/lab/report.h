/* SPDX-License-Identifier: MIT */
#pragma once

/* Report: what was observed, pair by pair, against what the manifest says. Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "base/manifest/manifest.h"
#include "base/vec.h"

struct arena;
struct text;

struct report_disagreement {
	const char *from; /* names of hosts, or words for a machine */
	const char *to;
	const char *where; /* "over IPv4", or "" */
	const char *when;  /* "at first", "after 35 s of silence" */
	const char *expected;
	const char *seen;
};

struct report {
	struct arena *arena;
	const struct manifest *manifest;
	uint8_t *marks; /* per ordered pair: enum report_mark */
	vec_of(struct report_disagreement) disagreements;
	size_t n_machine_probes; /* from and to machines on networks behind hosts */
	size_t n_machine_failures;
	size_t n_tried; /* relayed pairs that were tried without their relay */
	size_t n_untried;
};

enum report_mark {
	REPORT_OBSERVED = 1, /* packets were sent along the ordered pair */
	REPORT_WRONG = 2,
};

void report_init(struct report *report, struct arena *arena, const struct manifest *manifest);

void report_observed(struct report *report, const struct manifest_host *from,
		     const struct manifest_host *to);

/* A disagreement about an ordered pair. The texts are copied, except `where` and `when`. */
void report_disagree(struct report *report, const struct manifest_host *from,
		     const struct manifest_host *to, const struct report_disagreement *about);

/* A disagreement about a machine: `about` has its names. */
void report_disagree_machine(struct report *report, const struct report_disagreement *about);

bool report_agrees(const struct report *report);

void report_write_text(const struct report *report, struct text *out);
void report_write_json(const struct report *report, struct text *out);
