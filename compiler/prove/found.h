/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Found: any folder of wg-quick files, ours or not, without a word of what they are for. Each file
 * is a host. What is certainly wrong is an error; what only its author can judge - a host without a
 * way to another one, a port that a router may forward - is a warning; a peer whose file is not
 * here is counted. All files are in memory at once: this grows with the pairs.
 */

#include <stddef.h>

#include "base/vec.h"
#include "compiler/conf/conf.h"

struct arena;
struct diag_bag;

struct found_summary {
	size_t n_hosts;
	size_t n_pairs;     /* ordered pairs of hosts */
	size_t n_direct;    /* of these: packets arrive by a tunnel of their own */
	size_t n_relayed;   /* through others */
	size_t n_apart;     /* there is no way */
	size_t n_strangers; /* peers whose files are not here */
};

struct found_host {
	const char *name;
	const char *path;
	const struct conf *conf;
	struct net_key key;            /* zero: nobody here tells */
	const struct found_host *twin; /* another file of the same machine, with the same key */
};

struct found {
	struct arena *arena;
	vec_of(struct found_host) hosts;
};

/* Adds a file that was read; both live as long as `found`. */
void found_add(struct found *found, const char *path, const struct conf *conf);

/* Says what there is to say of all files together. */
void found_examine(struct found *found, struct diag_bag *diags, struct found_summary *ret_summary);
