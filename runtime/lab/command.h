/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Command: a program, or a function of ours in a process of its own, that runs in the namespaces
 * of a host. Many at once, each with a time limit; what it prints is kept.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

struct arena;

enum {
	COMMAND_E_FAILED = 1, /* its status says how */
	COMMAND_DEFAULT_TIMEOUT_S = 60,
	COMMAND_TIMED_OUT = 1000, /* a status that no process has */
};

/* Namespaces to enter, as descriptors; zero: stay. */
struct command_place {
	int net;
	int mounts;
};

struct command {
	const char *subject;        /* on whose behalf, for messages: a host, a namespace */
	const char *const *argv;    /* ends with NULL; or NULL itself: `body` runs */
	int (*body)(void *context); /* returns the exit status */
	void *context;
	struct command_place place;
	const struct text *input; /* or NULL: none */
	unsigned int timeout_s;   /* zero: COMMAND_DEFAULT_TIMEOUT_S */

	int status; /* exit status; 128 and the signal's number; or COMMAND_TIMED_OUT */
	struct text output;
	struct text error;

	/* While it runs. */
	pid_t process;
	int process_fd;
	int output_fd;
	int error_fd;
	uint64_t end_ms;
};

/*
 * Runs the commands, at most `at_once` at a time, and waits for all of them. 0 where all ended with
 * status 0; COMMAND_E_FAILED where some did not; or a negative errno, and then some were not run.
 */
int commands_run(struct arena *arena, struct command *commands, size_t n_commands, size_t at_once);

/* Says which of the commands failed first, and what it printed. */
void commands_describe_fault(const struct command *commands, size_t n_commands, struct text *fault);

/* Frees what the commands printed. */
void commands_finish(struct command *commands, size_t n_commands);

/* Milliseconds of a clock that only goes forward. */
uint64_t command_now_ms(void);

/* Waits, whatever signals come. */
void command_sleep_ms(uint64_t milliseconds);
