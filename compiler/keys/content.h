/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Content: what is sealed, as bytes. One keystore has one encoding, whatever happened to it before.
 *
 *     the mesh secret    32 bytes
 *     how many keys       4 bytes, least significant first
 *     each key            1 byte: how long its name is; the name; 32 bytes public, 32 private
 *
 * Keys stand in the order of their names, then of the public halves. The version is that of the
 * seal's header.
 */

#include <stddef.h>

struct keystore;
struct secret;

void content_encode(const struct keystore *keystore, struct secret *out);

/*
 * 0, or SEAL_E_CONTENT where the bytes are not exactly what content_encode() writes. That public
 * and private halves belong together is believed: keystore_is_sound() finds out.
 */
int content_decode(const char *bytes, size_t size, struct keystore **ret_keystore);
