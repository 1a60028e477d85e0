/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Host of the lab: a network namespace, and a mount namespace with an /etc/wireguard of its own in
 * which its artifacts lie as they would on the server, `wg-quick` working on them. A device's file
 * for an app is one that wg-quick reads, too.
 *
 * The private keys of the network are not here and must not be. Each host has a key of the lab's
 * own, which anybody can work out from its name; its public half stands in the artifacts in place
 * of the real one.
 */

#include "base/map.h"
#include "base/net/key.h"
#include "runtime/lab/build.h"
#include "runtime/lab/command.h"

struct lab_host {
	const struct manifest_host *host;
	const char *public_key;      /* the lab's, as text */
	const struct lab_host *twin; /* the same device, with the same key, at another gateway */
	struct command_place place;
};

struct lab_hosts {
	const struct manifest *manifest;
	struct lab_host *items; /* by manifest index */
	struct map by_key;      /* lab's public key -> struct lab_host, the first of its twins */
};

/*
 * Gives every host its namespaces and files, which are read from below `directory`. 0; or a
 * negative errno with words.
 */
int hosts_prepare(struct arena *arena, const struct build *build, int directory,
		  struct lab_hosts *ret_hosts, struct text *fault);

/* `wg-quick up` on all, some at a time. 0, COMMAND_E_FAILED or a negative errno, with words. */
int hosts_up(struct arena *arena, const struct lab_hosts *hosts, struct text *fault);

/*
 * One field of `wg show` on all hosts, "latest-handshakes" or "endpoints", never one with a key
 * that is not public: calls `see` with the value for each peer that a host has. As hosts_up().
 */
int hosts_show(struct arena *arena, const struct lab_hosts *hosts, const char *field,
	       void (*see)(void *context, const struct lab_host *on, const struct lab_host *peer,
			   const char *value),
	       void *context, struct text *fault);
