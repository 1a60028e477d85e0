/* SPDX-License-Identifier: MIT */
#pragma once

/* Survives: the assertion that an outage costs nobody who is left anything. */

#include "compiler/assert/check.h"

/* The finding where it does, or NULL. */
struct diag *survives_check(const struct assert_context *context,
			    const struct network_assertion *assertion, struct diag_bag *diags);
