/* SPDX-License-Identifier: MIT */
#pragma once

/* Lab: rehearses a compiled network with real packets, and compares what it sees with the verdicts.
 */

#include <stdbool.h>

struct text;

struct lab_options {
	const char *directory; /* what `wgtopo compile` made */
	bool keep;             /* leave the network up until interrupted */
	bool is_json;
	bool is_thorough; /* every ordered pair again after a second idle time */
};

enum lab_result {
	LAB_AGREES,    /* every verdict was observed */
	LAB_DISAGREES, /* some was not */
	LAB_FAILED,    /* nothing was proved: the environment, or a command on a host */
	LAB_SKIPPED,   /* this machine may not make namespaces, or lacks a tool */
};

/*
 * Runs the lab. The report goes to standard output, faults to standard error, and progress, where
 * that is a terminal, as well.
 */
enum lab_result lab_run(const struct lab_options *options);

/*
 * Runs a command, or a shell where there is none (NULL), on a host of a lab that is kept up for
 * this directory, or of the newest where it is NULL. Returns its exit status, or a negative errno
 * (-ESRCH: no such lab; -ENOENT: no such host).
 */
int lab_shell(const char *directory, const char *host, char *const *command);
