/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Proof of a compilation: what is about to be published is handed to prove/ as bytes, beside the
 * manifest that would go with it, and nothing of what made it.
 */

#include <stdbool.h>

struct artifact;
struct compilation;
struct proof;
struct text;

/* A proof under way; `intent` is the manifest's, as publish_commit() takes it. Destroy it. */
struct proof *proof_create(struct compilation *compilation, const struct text *intent);

/* Accepts NULL, returns NULL. */
struct proof *proof_destroy(struct proof *proof);

/* Takes an artifact, host by host. Those that say nothing of the network are passed over. */
void proof_take(struct proof *proof, const struct artifact *artifact);

/*
 * Ends the proof. Hosts of which not all files came are rendered for it, unless only a part of the
 * network is published: then only what came is proved. Counterexamples become diagnostics of the
 * compilation, and are errors. 0 or negative errno.
 */
int proof_finish(struct proof *proof, bool is_partial);
