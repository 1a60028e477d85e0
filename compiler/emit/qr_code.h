/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * QR code (ISO/IEC 18004) of a file with keys in it. Everything, also what the encoder and the
 * compressor need on the way, lies in secret memory.
 */

#include <stddef.h>

struct secret;

enum {
	QR_MOST_BYTES = 2953, /* that any QR code holds: version 40, level L */
};

enum {
	QR_E_TOO_LARGE = 1,
};

/* Appends a picture of 400 to 800 pixels, a PNG of black and white. 0 or QR_E_TOO_LARGE. */
int qr_write_png(const char *bytes, size_t size, struct secret *out);

/*
 * Appends lines for a terminal: UTF-8, two rows of the code in one of text, black on white whatever
 * the terminal's colours. 0 or QR_E_TOO_LARGE.
 */
int qr_write_terminal(const char *bytes, size_t size, struct secret *out);
