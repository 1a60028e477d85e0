/* SPDX-License-Identifier: MIT */
#pragma once

/* The steps of a proof, in the order in which each host goes through them. */

#include "compiler/prove/parts.h"

/* setup.c: what the manifest says, in the proof's terms. */
void prove_set_up(struct prove *prove);

/* The host with the key, as `viewer` sees it: a device with several gateways is one at each. NULL:
 * nobody. */
const struct manifest_host *prove_whose(const struct prove *prove, const struct section *section,
					const struct manifest_host *viewer);
uint32_t prove_find_key(const struct prove *prove, const struct net_key *key);

/* row.c: fills in the row of a host. What contradicts itself in the manifest is a finding. */
void row_make(struct prove *prove, const struct manifest_host *viewer);
/* The first hop from one host to another by the manifest; or NULL. */
const struct manifest_host *row_next(const struct manifest *manifest,
				     const struct manifest_host *from,
				     const struct manifest_host *to);
bool prove_is_tunnel(enum manifest_verdict verdict);

/* view.c: takes apart what was read. */
void view_read(struct prove *prove, const char *path, const char *bytes, size_t size);

/* tunnel.c: whether a section's endpoint and keepalive do, for the view's host. */
void tunnel_check(struct prove *prove, const struct manifest_host *peer, struct section *section,
		  size_t place);

/* table.c: where packets go. */
void table_make(struct table *table, struct arena *arena, size_t n_atoms);
void table_fill(struct prove *prove, const struct space *space, struct table *table);

/* interface.c: the host's own settings. */
void interface_check(struct prove *prove);
bool interface_applies_routes(struct arena *arena, const struct manifest_host *host,
			      const struct conf *conf);
/* The folder that the host's files are in, on the host itself. */
const char *interface_folder(const struct manifest_host *host);

/* host.c: everything about the host of the view. */
void host_check(struct prove *prove);

/* preshared.c: whether both ends have the same key, by sums. */
void preshared_note(struct prove *prove, const struct manifest_host *peer, size_t place);
bool preshared_differs(const struct prove *prove, size_t host);
/* Finds the pairs that differ, by reading the files of their hosts again. 0 or negative errno. */
int preshared_compare(struct prove *prove, prove_reread *reread, void *context);

/* finish: cross-checks, and report.c: diagnostics. */
int report_findings(struct prove *prove, prove_reread *reread, void *context,
		    struct diag_bag *diags);

/* The host's name in quotes, or what somebody is called who is none of the manifest's. */
const char *prove_name(struct arena *arena, const struct manifest_host *host);

/* A finding about the view's host. NULL: it is known. The message is made by prove_say(). */
struct finding *prove_note(struct prove *prove, enum diag_rule rule, enum finding_part part,
			   size_t place);
void prove_say(struct prove *prove, struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
