/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Encoding: the checks that need bytes and no YAML. What passes them never fails in libyaml's
 * reader, so that every complaint about bytes is ours and points at the byte.
 */

#include <stdbool.h>
#include <stddef.h>

struct diag_bag;
struct source;

struct encoding {
	size_t begin;  /* first byte behind a byte order mark */
	bool is_ascii; /* every byte is one code point */
	bool has_tabs;
};

/* Looks at every byte of `source`. Returns whether libyaml can read it. */
bool encoding_check(const struct source *source, struct encoding *ret_encoding,
		    struct diag_bag *diags);
