/* SPDX-License-Identifier: MIT */
#pragma once

/* Tools: the programs and the kernel that the lab needs. */

/* What is missing on this machine, and how one gets it; NULL: nothing. */
const char *tools_check(void);

/* As tools_check(), for what can only be seen inside the enclosure. */
const char *tools_check_inside(void);
