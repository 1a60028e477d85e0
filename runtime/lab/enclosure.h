/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Enclosure: a place to make a mess in, with network, mount and process namespaces of its own.
 *
 * The work runs as the first process in there. When that ends, however it ends, the kernel kills
 * what still runs inside and frees the mounts and the networks; and it ends with its parent.
 */

struct enclosure;
struct text;

enum {
	ENCLOSURE_E_NOT_ALLOWED = 1, /* this user or machine may not make namespaces */
	ENCLOSURE_E_INTERRUPTED,     /* by a signal, before there was a conclusion */
	ENCLOSURE_E_DIED,            /* the work ended without a conclusion */
};

/*
 * Runs `work` in a new enclosure until it returns, or SIGINT, SIGTERM or SIGHUP ends it; nothing of
 * it runs any more afterwards. There, /run is empty, /proc shows the enclosure, and the environment
 * holds PATH and LC_ALL only. 0 and the conclusion; or one of the above, the first with words; or
 * a negative errno.
 */
int enclosure_run(void (*work)(struct enclosure *enclosure, void *context), void *context,
		  int *ret_conclusion, struct text *fault);

/* To be called by the work: what it has come to. The last call counts. */
void enclosure_conclude(struct enclosure *enclosure, int conclusion);
