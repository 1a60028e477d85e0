/* SPDX-License-Identifier: MIT */
#pragma once

/* What happens when there is no memory left: a line on stderr and the end of the process. */

/* Ends the process with status 2, the one for a fault of the environment. */
_Noreturn void memory_exhausted(void);
