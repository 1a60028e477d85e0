/* SPDX-License-Identifier: MIT */
#pragma once

/* What can be wrong with a sealed keystore, and what a user can do about it. */

enum {
	SEAL_E_FOREIGN = 1, /* not a sealed keystore at all */
	SEAL_E_EMPTY,       /* no bytes */
	SEAL_E_LINE_ENDS,   /* whole, but for a carriage return before every line end, or some */
	SEAL_E_CONFLICT,    /* two versions, with git's markers between them */
	SEAL_E_DAMAGED,     /* cut short or changed on its way */
	SEAL_E_VERSION,     /* of a format that this program does not know */
	SEAL_E_COST,        /* asks for more memory or time than any that we write */
	SEAL_E_KIND,    /* sealed with a key file and not a passphrase, or the other way round */
	SEAL_E_SECRET,  /* an empty passphrase, or a key file that is not 32 bytes */
	SEAL_E_LOCKED,  /* another passphrase or key, or changed by somebody who hid it */
	SEAL_E_CONTENT, /* opened, but what is inside breaks the format's rules */
};

/* The problem in words, to put behind the file's name: "is damaged". */
const char *seal_problem(int problem);

/* What to do about it. */
const char *seal_remedy(int problem);
