/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Mask: keeps what looks like a WireGuard key out of everything that is shown. A public key would
 * do no harm, but nobody can tell it from a private one that was pasted into the wrong place.
 */

#include <stdbool.h>
#include <stddef.h>

/* Whether the byte at `at` belongs to a run of base64 that looks like a key, whole or mistyped. */
bool mask_hides(const char *text, size_t length, size_t at);

/* Replaces every byte of the string that belongs to such a run by '*'. */
void mask_string(char *string);
