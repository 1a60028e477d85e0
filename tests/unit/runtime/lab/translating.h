/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A NAT and a clock to ask it by, as RFC 5780 asks one: from two inner hosts, of two servers.
 * Failing ends the test.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/lab/nat.h"

enum {
	ONE = 0x0a000001, /* inside is 10.0.0.0/24 */
	TWO = 0x0a000002,
	PUBLIC = 0xc6336407, /* 198.51.100.7 */
	EXTRA = 0xc6336408,  /* another outer address, for static entries */
	Y1 = 0xcb007101,     /* 203.0.113.1 */
	Y2 = 0xcb007102,
	PORT = 51820,
	TIMEOUT_MS = 120 * 1000, /* where the box does not say otherwise */
	UDP_AT = 20,             /* where the parts of a datagram begin */
	PAYLOAD_AT = 28,
};

struct end {
	uint32_t address;
	uint16_t port;
};

struct flow {
	struct end source;
	struct end destination;
};

struct datagram {
	uint8_t bytes[128];
	size_t length;
};

/* An IPv4 packet without options, both checksums right. */
void datagram_make(struct datagram *datagram, const struct flow *flow, const char *payload);
struct flow datagram_flow(const struct datagram *datagram);

/* Whether both checksums are what adding everything up gives; UDP's may be absent. */
bool datagram_is_sound(const struct datagram *datagram);

struct bench {
	struct nat *nat;
	uint64_t now_ms;
};

struct net_address address_of(uint32_t number);

struct bench bench_create(const struct manifest_box *box, const struct nat_static *statics,
			  size_t n_statics);

/* A box with nothing more to it. */
struct bench bench_plain(enum manifest_mapping mapping, enum manifest_filtering filtering,
			 bool port_preservation);
void bench_destroy(struct bench *bench);

/* What a packet has become. All zero where it was dropped, which must leave it as it was. */
struct flow bench_send(struct bench *bench, struct flow flow);

#define FLOW(from, from_port, to, to_port)                                                         \
	((struct flow){{(from), (uint16_t)(from_port)}, {(to), (uint16_t)(to_port)}})

void assert_flow(struct flow flow, struct flow expected);
void assert_dropped(struct flow flow);

/* The port of PUBLIC at which X:x is seen. */
uint16_t bench_seen(struct bench *bench, struct end inner, struct end remote);

/* Whether a remote's packet to the port of PUBLIC gets to X:x, and then as it was sent. */
bool bench_enters(struct bench *bench, struct end remote, uint16_t port, struct end inner);
