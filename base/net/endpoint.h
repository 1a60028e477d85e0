/* SPDX-License-Identifier: MIT */
#pragma once

/* Where a peer listens: an address or a DNS name, and a UDP port. */

#include "base/net/address.h"

struct arena;

enum {
	NET_ENDPOINT_TEXT = 253 + 7, /* longest DNS name, colon, port, NUL */
};

struct net_endpoint {
	const char *name; /* a DNS name, or NULL: then `address` holds */
	struct net_address address;
	uint16_t port; /* 0: no endpoint */
};

/* "192.0.2.1:51820", "[2001:db8::1]:51820", "vpn.example.org:51820". Returns `buffer`. */
const char *net_endpoint_format(const struct net_endpoint *endpoint,
				char buffer[static NET_ENDPOINT_TEXT]);

/*
 * Parses what net_endpoint_format() writes: "host:port", an IPv6 address in brackets. A name is
 * copied into the arena. 0; NET_E_SYNTAX; NET_E_SCOPE for an IPv6 address with a %zone.
 */
int net_endpoint_parse(struct arena *arena, const char *text, struct net_endpoint *ret_endpoint);

/*
 * Whether `text` is a DNS host name: labels of letters, digits and inner hyphens, at most 63 bytes
 * each and 253 in all (RFC 1123 section 2.1), the last label not a number, decimal or 0x (so no
 * address is one).
 */
bool net_name_is_valid(const char *text);
