/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Given values: what the author wrote, with the place where it stands. One that was not given has
 * no span; "not given" is never the same as a value.
 */

#include <stdint.h>

#include "base/net/key.h"
#include "base/net/prefix.h"
#include "base/source.h"

struct given_text {
	const char *value;
	struct span span;
};

/* An entry of a mapping from text to text. */
struct given_pair {
	struct given_text name;
	struct given_text value;
};

struct given_number {
	int64_t value;
	struct span span;
};

struct given_address {
	struct net_address value;
	struct span span;
};

struct given_prefix {
	struct net_prefix value;
	struct span span;
};

struct given_key {
	struct net_key value;
	struct span span;
};

enum place_kind {
	PLACE_ADDRESS,
	PLACE_NAME,    /* a DNS name */
	PLACE_DYNAMIC, /* an address that is not fixed */
};

struct given_place {
	enum place_kind kind;
	struct net_address address;
	const char *name;
	struct span span;
};
