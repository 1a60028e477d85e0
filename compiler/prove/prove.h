/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Proof: reads what a compilation emitted with a reader of its own, and proves it against the
 * manifest's intent: on every host each address has the one owner that the verdicts want, so that
 * packets of every ordered pair take the way that they should, and are taken at every hop; keys,
 * endpoints, keepalives, ports and hooks are what that way needs. docs/prove.md has the list.
 *
 * Files come one by one and are not kept: what stays of a host is a few sums, whatever the number
 * of its peers. What is said of a file is worked out from it when it is read a second time.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/manifest/manifest.h"

struct arena;
struct conf;
struct conf_routes;
struct diag_bag;
struct prove;

/* A host's files, as far as it has them. */
struct prove_files {
	struct conf *conf;
	struct conf_routes *routes;
};

/* Reads the files of a host again, into the arena. 0 or negative errno. */
typedef int prove_reread(void *context, struct arena *arena, const struct manifest_host *host,
			 struct prove_files *ret_files);

/* What was proved, as far as nothing was found. */
struct prove_summary {
	size_t n_hosts;
	size_t n_pairs;   /* ordered, with a way from one to the other */
	size_t n_direct;  /* of these: by a tunnel of their own */
	size_t n_relayed; /* through gateways */
	size_t n_ends;    /* addresses and networks that are somewhere */
	size_t n_flows;   /* a host and an end that it reaches: each was followed */
	size_t n_omitted; /* findings that were only counted */
};

/* A proof over the hosts of the manifest, which it refers to. The caller destroys it. */
struct prove *prove_create(const struct manifest *manifest);

/* Accepts NULL, returns NULL. */
struct prove *prove_destroy(struct prove *prove);

/*
 * Takes the file `path` of a host: its .conf, .routes or .key; others are passed over. All files of
 * a host come together. The bytes may hold keys and are not kept.
 */
void prove_take(struct prove *prove, const struct manifest_host *host, const char *path,
		const char *bytes, size_t size);

/* Says that no more files of the host at hand come: so does the first one of another host. */
void prove_end_host(struct prove *prove);

/* Whether the host's files were all there, and it is not at hand any more. */
bool prove_has(const struct prove *prove, const struct manifest_host *host);

/*
 * Ends the proof: what was found becomes diagnostics, at the lines of files that are read again for
 * that. 0 or the negative errno of reading.
 */
int prove_finish(struct prove *prove, prove_reread *reread, void *context, struct diag_bag *diags,
		 struct prove_summary *ret_summary);

/*
 * Ends the proof of some of the hosts: of each of them, that it does with every address what the
 * manifest wants. Nothing is said of the others, and nothing of what only two files together tell.
 */
int prove_finish_part(struct prove *prove, prove_reread *reread, void *context,
		      struct diag_bag *diags);
