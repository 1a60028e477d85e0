/* SPDX-License-Identifier: MIT */

/* A terminal that does not show what is typed, and is left as it was. */

#include "cli/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/verb.h"

enum {
	INTERRUPT = 3, /* ^C, which is a character like others while ISIG is off */
};

void ask_cut_line_end(struct secret *secret)
{
	while (secret->length > 0 && (secret->data[secret->length - 1] == '\n' ||
				      secret->data[secret->length - 1] == '\r'))
		secret->data[--secret->length] = '\0';
}

/* One line without its end. -ECANCELED where it was interrupted. */
static int read_line(int terminal, struct secret *ret_secret)
{
	char *end = secret_reserve(ret_secret, ASK_MOST_BYTES + 1);
	ssize_t n = read(terminal, end, ASK_MOST_BYTES + 1);

	if (n < 0)
		return -errno;
	if (n == 0 || memchr(end, INTERRUPT, (size_t)n) != NULL)
		return -ECANCELED;
	ret_secret->length += (size_t)n;
	end[n] = '\0';
	ask_cut_line_end(ret_secret);
	return ret_secret->length > ASK_MOST_BYTES ? -EFBIG : 0;
}

/* Asks without an echo, and without signals, which would leave the terminal so. */
static int ask(int terminal, const char *prompt, const char *path, struct secret *ret_secret)
{
	struct termios before;
	struct termios silent;
	int r;

	if (tcgetattr(terminal, &before) < 0)
		return -errno;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	silent.c_lflag |= ECHONL;
	silent.c_cc[VEOL] = INTERRUPT; /* else it would wait for the end of the line */
	(void)dprintf(terminal, "%s '%s': ", prompt, path);
	if (tcsetattr(terminal, TCSAFLUSH, &silent) < 0)
		return -errno;
	r = read_line(terminal, ret_secret);
	(void)tcsetattr(terminal, TCSAFLUSH, &before); /* as it was, so that it can be */
	return r;
}

int ask_passphrase(int terminal, const char *prompt, const char *path, struct secret *ret_secret)
{
	int r = ask(terminal, prompt, path, ret_secret);

	return r < 0 ? output_failure("no passphrase was read: %s", strerror(-r)) : STATUS_CLEAN;
}

int ask_new_passphrase(int terminal, const char *prompt, const char *path,
		       struct secret *ret_secret)
{
	cleanup_(secret_finish) struct secret again = {0};
	int status = ask_passphrase(terminal, prompt, path, ret_secret);

	if (status == STATUS_CLEAN)
		status = ask_passphrase(terminal, "again the passphrase for", path, &again);
	if (status != STATUS_CLEAN)
		return status;
	if (again.length != ret_secret->length ||
	    (again.length > 0 && memcmp(again.data, ret_secret->data, again.length) != 0))
		return output_failure("the two are not the same; nothing was changed");
	return STATUS_CLEAN;
}
