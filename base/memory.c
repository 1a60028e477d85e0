/* SPDX-License-Identifier: MIT */

/*
 * Ending at once is safe: files are replaced by one rename each, so a process that ends at any
 * moment leaves only whole ones.
 */

#include "base/memory.h"

#include <stdio.h>
#include <unistd.h>

_Noreturn void memory_exhausted(void)
{
	(void)fputs("wgtopo: out of memory\n", stderr); /* nobody is left to tell if it fails */
	_exit(2); /* not exit(): a result on stdout that is cut short shall not be flushed */
}
