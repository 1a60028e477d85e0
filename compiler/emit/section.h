/* SPDX-License-Identifier: MIT */
#pragma once

/* Sections of a configuration as wg(8) reads it, which several formats have in common. */

struct plan_peer;
struct text;

/*
 * The keys of a peer's section, from PublicKey on. Where its preshared key is in a file,
 * `elsewhere` stands in place of the line.
 */
void section_put_peer(const struct plan_peer *peer, const char *elsewhere, struct text *out);
