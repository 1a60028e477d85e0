/* SPDX-License-Identifier: MIT */
#pragma once

/* Output: results go to stdout, diagnostics and complaints to stderr. */

#include <stdarg.h>

struct diag_bag;
struct request;
struct text;

/* Writes a result to stdout. Failures are found by output_close(). */
void output_write(const struct text *text);

/*
 * Flushes and closes stdout. Returns `status`, or STATUS_FAILED where a result did not get out
 * (a full disk, a closed pipe), which it says on stderr.
 */
int output_close(int status);

/* Renders the diagnostics as text to stderr, in colour where --color and the terminal allow. */
void output_diagnostics(const struct request *request, const struct diag_bag *diags);

/* Words on one line of stderr: what looks like a key is masked, what steers a terminal replaced. */
void output_complaint(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/* Says on stderr what went wrong in the environment. Returns STATUS_FAILED. */
int output_failure(const char *format, ...) __attribute__((format(printf, 1, 2)));
