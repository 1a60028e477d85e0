/* SPDX-License-Identifier: MIT */
#pragma once

/* IP address: a value of either family. Text exists only at the edges. No I/O, no name lookups. */

#include <stdbool.h>
#include <stdint.h>

enum net_family {
	NET_IPV4,
	NET_IPV6,
	NET_N_FAMILIES,
};

struct net_address {
	enum net_family family;
	uint8_t bytes[16]; /* network order; IPv4 uses the first four, the rest are zero */
};

/* Positive results of the parsers in net/. */
enum net_error {
	NET_E_SYNTAX = 1, /* not an address, prefix or key at all */
	NET_E_HOST_BITS,  /* a prefix with bits set behind its length; the output is masked */
	NET_E_LENGTH,     /* a prefix length that the family does not have */
	NET_E_MAPPED,     /* an IPv4-mapped IPv6 address: write the IPv4 address */
	NET_E_SCOPE,      /* an address with a %zone, which means something on one host only */
};

enum {
	NET_ADDRESS_TEXT = 46, /* longest text of an address, with its NUL byte */
};

/* Parses dotted-quad IPv4 (no leading zeros) or RFC 4291 IPv6 text. 0 or enum net_error. */
int net_address_parse(const char *text, struct net_address *ret_address);

/* Canonical text (RFC 5952 for IPv6). Returns `buffer`. */
const char *net_address_format(const struct net_address *address,
			       char buffer[static NET_ADDRESS_TEXT]);

/* Total order: IPv4 before IPv6, then by value. */
int net_address_compare(const struct net_address *a, const struct net_address *b);

/* Bits of an address of the family: 32 or 128. */
static inline unsigned int net_family_bits(enum net_family family)
{
	return family == NET_IPV4 ? 32 : 128;
}

/*
 * Where packets to the address can go (IANA special-purpose registries, RFC 6890): anywhere,
 * inside one network only (RFC 1918, RFC 6598 carrier-grade NAT, RFC 4193 ULA), or nowhere that a
 * peer could be (unspecified, loopback, link-local, multicast, broadcast, reserved).
 */
enum net_scope {
	NET_SCOPE_GLOBAL,
	NET_SCOPE_PRIVATE,
	NET_SCOPE_UNUSABLE,
};

enum net_scope net_address_scope(const struct net_address *address);
