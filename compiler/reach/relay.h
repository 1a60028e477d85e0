/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Relays: the gateways through which a pair talks that has no tunnel of its own. Both ends use the
 * same one for each other, because a prefix has one owner on each of them.
 */

#include <stddef.h>

#include "base/vec.h"

struct arena;
struct network;
struct network_host;
struct reach;

enum {
	RELAY_SHARES = 4, /* hosts are dealt into so many shares */
};

/* The gateways that serve a pair of classes equally well, by name. None: they cannot talk. */
struct relays {
	const struct network_host *const *gateways;
	size_t n_gateways;
};

/* Where lists of gateways are kept, each once: there are far fewer than pairs of classes. */
struct relay_lists *relay_lists_create(struct arena *arena, const struct network *network);

/*
 * The best relays for the two classes: with the shortest way, a LAN before the internet before a
 * punched tunnel, summed over both ends. Empty where no gateway has a tunnel to both.
 */
struct relays relays_between(const struct reach *reach, size_t first, size_t second);

/*
 * The share of a host: which of several equal relays its pairs use. From its overlay address,
 * because addresses are given out one after the other and never change.
 */
unsigned int relay_share(const struct network *network, const struct network_host *host);

/* The relay of a pair: number (share + share) modulo their count. NULL where there is none. */
const struct network_host *relay_of(const struct relays *relays, unsigned int share,
				    unsigned int other_share);
