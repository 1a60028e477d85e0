/* SPDX-License-Identifier: MIT */
#pragma once

/* Tools: the programs and the kernel that the lab needs. */

#include <stddef.h>

struct arena;

/* What is missing on this machine, and how one gets it; NULL: nothing. */
const char *tools_check(void);

/* As tools_check(), for what can only be seen inside the enclosure, with so many hosts in mind. */
const char *tools_check_inside(struct arena *arena, size_t n_hosts);
