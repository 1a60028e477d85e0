/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Import: a topology and its lock out of wg-quick files that exist, made by hand or by other
 * generators, or out of wg-meshconf's table.
 *
 * What the files say is kept exactly where the language can say it. What they leave open (which NAT
 * a host is behind, who is a gateway) is inferred from who sends to whom first, and each such guess
 * is a warning, as is each line that has no place in a topology, and each difference between what
 * the files did and what the compiled topology does. Nothing is dropped without a word.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct conf;
struct conf_routes;
struct diag_bag;
struct import;
struct manifest;
struct network;
struct planner;
struct text;

/*
 * An import without files yet. `folder` is what the paths of the files begin with: names of hosts
 * come from the rest.
 */
struct import *import_create(struct arena *arena, const char *folder, struct diag_bag *diags);

/*
 * Takes over what a file says. Nothing of `conf` is kept, so that it may be in an arena of its own.
 * `routes`: the batch of routes beside it, or NULL.
 */
void import_add_conf(struct import *import, const struct conf *conf,
		     const struct conf_routes *routes);

/*
 * Takes over the rows of wg-meshconf's table (database.csv). There are private keys in the bytes,
 * and nothing secret is kept.
 */
void import_add_csv(struct import *import, const char *path, const char *bytes, size_t size);

/* What wgtopo itself noted beside its artifacts; lives as long as the import. */
void import_use_manifest(struct import *import, const struct manifest *manifest);

/* Makes a network of the files. False: that cannot be, and an error says why. */
bool import_infer(struct import *import);

/* The topology, and the text of its lock. */
void import_write(const struct import *import, struct text *topology, struct text *lock);

/*
 * Compares with what the topology compiles to. Where `links` can put a difference right it adds
 * them and returns true: then write and compile again.
 */
bool import_refine(struct import *import, const struct network *network, struct planner *planner);

/* Reports the differences that are left, as warnings. */
void import_compare(struct import *import, const struct network *network, struct planner *planner);

/* Reports what of the files has no place in the topology, and what was guessed. Once, at the end.
 */
void import_report(struct import *import);

/* How many hosts of each kind there are, as "2 gateways, 3 servers, 4 devices". */
void import_count(const struct import *import, struct text *out);

/*
 * For each host whose private key stands in its old file: a shell command for it that puts the key
 * where the compiled file reads it.
 */
void import_write_key_steps(const struct import *import, struct text *out);
