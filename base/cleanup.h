/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Ownership by scope: `cleanup_(file_close) int fd = -1;` releases the value when the variable
 * leaves its scope. Handing the value on means setting the variable to its empty state.
 */

#include <stdlib.h>

#define cleanup_(function) __attribute__((cleanup(function##p)))

/* Defines `namep()`, which calls `name()` on a variable of type `type`. */
#define CLEANUP_DEFINE(type, name)                                                                 \
	static inline __attribute__((unused)) void name##p(type *variable)                         \
	{                                                                                          \
		(void)name(*variable);                                                             \
	}

#define unreachable() __builtin_unreachable()

CLEANUP_DEFINE(void *, free)
