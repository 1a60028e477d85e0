/* SPDX-License-Identifier: MIT */
#pragma once

/* Artifact: one file that a compilation makes, as bytes in memory. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What decides an artifact's bytes, condensed: equal fingerprints, equal bytes. */
struct fingerprint {
	uint64_t words[2];
};

struct artifact {
	const char *host;  /* the host it belongs to, as the topology names it; NULL: the network */
	const char *path;  /* below the output folder, '/' between parts, no "." or ".." */
	unsigned int mode; /* permission bits */
	bool is_secret; /* there are keys in it: its bytes lie in secret memory, and stay there */
	const char *bytes;
	size_t size;
	struct fingerprint fingerprint;
};
