/* SPDX-License-Identifier: MIT */
#pragma once

/* Ask: a passphrase, at the terminal, where nothing that is typed is shown. */

#include "base/secret.h"

enum {
	ASK_MOST_BYTES = 1024, /* of a passphrase, wherever it comes from */
};

/*
 * Puts the prompt and the keystore's path, and reads one line. STATUS_CLEAN, or STATUS_FAILED, and
 * said: interrupted, or too long. It may be empty.
 */
int ask_passphrase(int terminal, const char *prompt, const char *path, struct secret *ret_secret);

/* The same for a new one, which is asked for twice: nobody could see a slip. */
int ask_new_passphrase(int terminal, const char *prompt, const char *path,
		       struct secret *ret_secret);

/* Cuts the line end that Enter, an editor or `echo` left. */
void ask_cut_line_end(struct secret *secret);
