/* SPDX-License-Identifier: MIT */
#pragma once

/* --strict and --allow: which findings fail a run. */

#include <stdbool.h>

#include "base/diag/rule.h"

struct diag_bag;
struct request;

/* STATUS_CLEAN; or STATUS_FAILED, and said, where --allow names what is no rule of a warning. */
int strict_check(const struct request *request);

/* Whether the diagnostics fail the run: errors, or under --strict warnings not allowed. */
bool strict_fails(const struct request *request, const struct diag_bag *diags);

/* The rule of that name; DIAG_N_RULES where there is none, which has been said on stderr. */
enum diag_rule strict_find_rule(const char *slug);
