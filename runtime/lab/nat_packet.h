/* SPDX-License-Identifier: MIT */
#pragma once

/* The part of an IPv4 packet with UDP that a NAT reads and changes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 4787's "X:x", in host order. */
struct nat_endpoint {
	uint32_t address;
	uint16_t port;
};

struct nat_flow {
	struct nat_endpoint source;
	struct nat_endpoint destination;
};

/* False for all that is not one whole IPv4 packet with one whole UDP datagram, ports not zero. */
bool nat_packet_read(const uint8_t *packet, size_t length, struct nat_flow *ret_flow);

/* Gives a packet that nat_packet_read() took other ends. Both checksums stay as right as they were.
 */
void nat_packet_write(uint8_t *packet, const struct nat_flow *flow);
