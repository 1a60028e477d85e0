/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Manifest: what a compilation says of its own artifacts, and all that those who work on them know
 * of the network: the runtime, and the proof. Read from DIR/manifest.json; the folder is data from
 * elsewhere, so nothing in it is trusted to be well-formed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/manifest/host.h"
#include "base/manifest/site.h"
#include "base/net/prefix.h"
#include "base/vec.h"

struct arena;

enum manifest_verdict {
	MANIFEST_NONE,   /* two devices, or a device and what is not its gateway */
	MANIFEST_LAN,    /* a tunnel across a LAN that both are on */
	MANIFEST_DIRECT, /* a tunnel that one end can open alone */
	MANIFEST_PUNCH,  /* a tunnel that needs packets from both ends */
	MANIFEST_RELAY,  /* no tunnel: through a gateway */
};

/* A pair whose author chose how it is kept alive, or how large its packets are. */
struct manifest_tuned {
	size_t ends[2];       /* indices of hosts, the lower first */
	bool is_kept;         /* whether `keepalive_s` holds */
	uint16_t keepalive_s; /* in both directions; 0: none */
	uint16_t mtu;         /* 0: not chosen */
};

struct manifest {
	const char *network; /* also the interface's name */
	const char *domain;  /* or NULL */
	unsigned int mtu;
	unsigned int longest_keepalive_s;    /* between any two of its hosts; 0: none anywhere */
	bool has_no_keepalives;              /* its author turned them off, but for single pairs */
	vec_of(struct manifest_tuned) tuned; /* sorted */
	vec_of(struct net_prefix) pools;
	struct manifest_site *sites;
	size_t n_sites;
	struct manifest_host *hosts; /* by name */
	size_t n_hosts;
	struct manifest_verdicts *verdicts;
};

/*
 * Reads DIR/manifest.json, everything in the arena. 0; a negative errno of reading; or
 * MANIFEST_E_CONTENT, and `ret_fault` then says in words what is wrong with it.
 */
enum {
	MANIFEST_E_CONTENT = 1
};
int manifest_read(struct arena *arena, const char *directory, struct manifest **ret_manifest,
		  const char **ret_fault);

/* The same for the bytes of a manifest. */
int manifest_parse(struct arena *arena, const char *bytes, size_t size,
		   struct manifest **ret_manifest, const char **ret_fault);

/*
 * How `from` reaches `to` by the compiler's word. For MANIFEST_RELAY `ret_via` is the gateway in
 * between, else NULL. Pairs of servers and gateways have the verdict of their classes, unless
 * `links` names them; of a class pair's n relays the pair has number (share + share) modulo n.
 */
enum manifest_verdict manifest_verdict(const struct manifest *manifest,
				       const struct manifest_host *from,
				       const struct manifest_host *to,
				       const struct manifest_host **ret_via);

/* Whether the pair is relayed because its author says so in `links`, whatever its classes say. */
bool manifest_is_linked(const struct manifest *manifest, const struct manifest_host *a,
			const struct manifest_host *b);

/* Whether `links` gives the host a relay of its own for some pair. */
bool manifest_has_link(const struct manifest *manifest, const struct manifest_host *host);

/* What the author chose for the pair, or NULL. */
const struct manifest_tuned *manifest_find_tuned(const struct manifest *manifest,
						 const struct manifest_host *a,
						 const struct manifest_host *b);

/* "lan", "direct", "punch", "relay", "none". */
const char *manifest_verdict_text(enum manifest_verdict verdict);

const struct manifest_host *manifest_find_host(const struct manifest *manifest, const char *name);
