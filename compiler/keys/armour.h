/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Armour: bytes as text that git shows and no editor changes, with a checksum.
 *
 *     -----BEGIN WGTOPO KEYSTORE-----
 *     base64 of the bytes and their checksum, 64 characters to a line
 *     -----END WGTOPO KEYSTORE-----
 *
 * The checksum, BLAKE2b-128 without a key, tells an accident from a wrong
 * passphrase before one is asked for. It proves nothing. There is one text for any bytes.
 */

#include <stddef.h>

struct text;

void armour_write(const char *bytes, size_t size, struct text *out);

/*
 * 0; SEAL_E_FOREIGN where the first line is another, SEAL_E_EMPTY, SEAL_E_LINE_ENDS,
 * SEAL_E_CONFLICT or SEAL_E_DAMAGED.
 */
int armour_read(const char *text, size_t size, struct text *ret_bytes);
