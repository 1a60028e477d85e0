/* SPDX-License-Identifier: MIT */
#pragma once

/* Delivery: the artifacts of a compilation, to a folder or to whoever takes them. */

#include <stdbool.h>

struct artifact;
struct compilation;
struct network_host;
struct publish_options;
struct publish_result;

/* A receiver of artifacts, called once per artifact, host by host in no promised order. 0 or
 * negative errno. */
typedef int compile_sink(void *context, const struct artifact *artifact);

/* What compile_emit() and compile_publish() make. */
struct compile_selection {
	const char *host;    /* only this host's artifacts, or NULL */
	const char *formats; /* comma-separated names of formats, or NULL for all */

	/* Only the hosts for which it says so. Or NULL. */
	bool (*wants)(void *context, const struct network_host *host);
	void *context;

	bool skips_proof; /* publish without proving it: see proof.h */
};

/*
 * Hands every selected artifact to `sink`. Call after a compile_check() without errors. An unknown
 * host or format is a diagnostic. 0 or the sink's negative errno.
 */
int compile_emit(struct compilation *compilation, const struct compile_selection *selection,
		 compile_sink *sink, void *context);

/*
 * Publishes the selected artifacts to a folder, and the lock beside the topology where it changed;
 * in a rehearsal, neither. Where anything is to be written, it is proved first, and a
 * counterexample is a diagnostic: then nothing is published, and the lock stays as it is. On
 * failure `ret_failed_path` names what the errno is about. 0 or negative errno.
 */
int compile_publish(struct compilation *compilation, const struct compile_selection *selection,
		    const struct publish_options *options, struct publish_result *ret_result,
		    const char **ret_failed_path);
