/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A userspace NAT that behaves exactly as RFC 4787 words it, for what the kernel's cannot be made
 * to do: true endpoint-independent mapping, address-dependent mapping and filtering, ports that are
 * not preserved, hairpinning, timers of its own that only outbound packets refresh (REQ-6).
 *
 * nat_translate() is the machine: a packet in, a packet or nothing out, the time given. nat_run()
 * puts it on a TUN device. UDP over IPv4 only: everything else is dropped, fragments and ICMP
 * errors too. WireGuard needs neither.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/manifest/manifest.h"
#include "base/net/address.h"
#include "base/net/prefix.h"

struct nat;

/* A static entry: a port forward, or a whole outer address that is one host's alone. */
struct nat_static {
	struct net_address outer;
	uint16_t outer_port; /* 0: all ports, which stay as they are (1:1) */
	struct net_address inner;
	uint16_t inner_port;
};

/* All addresses are IPv4. */
struct nat_config {
	struct manifest_box box;   /* with a mapping other than none */
	struct net_address public; /* outer address of all that has no static entry */
	const struct nat_static *statics;
	size_t n_statics;
	/*
	 * Whoever is behind the box, in nested sites that are not translated too. Nothing else
	 * tells a packet to an outer address that is to be hairpinned from one that comes in.
	 */
	const struct net_prefix *inside;
	size_t n_inside;
	const char *device; /* the TUN device: everything that crosses the router goes through it */
};

/* Copies what it needs of the config. The same config gives the same ports again. */
struct nat *nat_create(const struct nat_config *config);
struct nat *nat_destroy(struct nat *nat);

/*
 * Translates the IPv4 packet in place. `now_ms` never goes back. Returns whether the packet goes on
 * (to wherever its new destination is routed); a dropped one is left as it was.
 *
 * A packet to one of the outer addresses comes in, or, from inside, is hairpinned; every other one
 * goes out, but none to an inside address: what is inside is nobody's to address from elsewhere,
 * and packets from inside to inside have no reason to cross the box.
 */
bool nat_translate(struct nat *nat, uint8_t *packet, size_t length, uint64_t now_ms);

/*
 * Makes the TUN device in the network namespace of the process, or takes one that is there, brings
 * it up, and translates until the process is killed. Negative errno.
 */
int nat_run(const struct nat_config *config);
