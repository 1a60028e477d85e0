/* SPDX-License-Identifier: MIT */

/*
 * The scope of an address, from the IANA special-purpose address registries (RFC 6890 and those
 * that updated them) and RFC 4291 section 2.4 for IPv6. The first row that holds the address
 * decides.
 *
 * The documentation prefixes (192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24 of RFC 5737,
 * 2001:db8::/32 of RFC 3849, 3fff::/20 of RFC 9637) have no row on purpose: in every example and
 * test they stand for addresses of the internet, so they have to behave like them.
 */

#include <stddef.h>

#include "base/net/address.h"
#include "base/net/prefix.h"

struct scope_row {
	struct net_prefix prefix;
	enum net_scope scope;
};

#define ROW4(scope, length, ...)                                                                   \
	{                                                                                          \
		{{NET_IPV4, {__VA_ARGS__}}, (length)}, NET_SCOPE_##scope                           \
	}
#define ROW6(scope, length, ...)                                                                   \
	{                                                                                          \
		{{NET_IPV6, {__VA_ARGS__}}, (length)}, NET_SCOPE_##scope                           \
	}

// clang-format off
static const struct scope_row scope_rows[] = {
	ROW4(UNUSABLE,  8,   0),                       /* this network, RFC 791 */
	ROW4(PRIVATE,   8,  10),                       /* RFC 1918 */
	ROW4(PRIVATE,  10, 100,  64),                  /* carrier-grade NAT, RFC 6598 */
	ROW4(UNUSABLE,  8, 127),                       /* loopback, RFC 1122 */
	ROW4(UNUSABLE, 16, 169, 254),                  /* link-local, RFC 3927 */
	ROW4(PRIVATE,  12, 172,  16),                  /* RFC 1918 */
	ROW4(UNUSABLE, 24, 192,   0,   0),             /* protocol assignments, RFC 6890 */
	ROW4(UNUSABLE, 24, 192,  88,  99),             /* 6to4 relay anycast, RFC 7526 */
	ROW4(PRIVATE,  16, 192, 168),                  /* RFC 1918 */
	ROW4(PRIVATE,  15, 198,  18),                  /* benchmarking, RFC 2544 */
	ROW4(UNUSABLE,  4, 224),                       /* multicast, RFC 1112 */
	ROW4(UNUSABLE,  4, 240),                       /* reserved and broadcast, RFC 1112 */

	ROW6(GLOBAL,   96, 0, 0x64, 0xff, 0x9b),       /* NAT64, RFC 6052 */
	ROW6(PRIVATE,  48, 0, 0x64, 0xff, 0x9b, 0, 1), /* NAT64 inside one network, RFC 8215 */
	ROW6(PRIVATE,  48, 0x20, 0x01, 0, 2),          /* benchmarking, RFC 5180 */
	ROW6(UNUSABLE, 23, 0x20, 0x01),                /* Teredo, ORCHID, anycast, RFC 2928 */
	ROW6(GLOBAL,    3, 0x20),                      /* global unicast, RFC 4291 */
	ROW6(PRIVATE,   7, 0xfc),                      /* unique local, RFC 4193 */
	ROW6(UNUSABLE,  0, 0),                         /* ::, ::1, fe80::/10, ff00::/8, unassigned */
};
// clang-format on

enum net_scope net_address_scope(const struct net_address *address)
{
	for (size_t i = 0; i < sizeof(scope_rows) / sizeof(scope_rows[0]); i++) {
		if (net_prefix_contains(&scope_rows[i].prefix, address))
			return scope_rows[i].scope;
	}
	return NET_SCOPE_GLOBAL; /* IPv4 only: IPv6 has a row for everything */
}
