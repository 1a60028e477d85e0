/* SPDX-License-Identifier: MIT */
#pragma once

/* What resolve and the passes before it find: whether the hosts reach each other is not asked. */

#include "compiler/compile.h"

struct findings_row {
	const char *topology; /* what follows `before` */
	const char *expected; /* as fixture_show_findings() shows it; "" for none */
};

/* Compiles the topology and compares. The caller ends the compilation. */
void findings_check(struct compilation *c, const char *topology, const char *lock,
		    const char *expected);

/* The same for each row, without a lock; `before` stands in front of its topology. */
void findings_check_rows(const char *before, const struct findings_row *rows, size_t n_rows);

#define FINDINGS_CHECK_ROWS(before, rows)                                                          \
	findings_check_rows(before, rows, sizeof(rows) / sizeof((rows)[0]))
