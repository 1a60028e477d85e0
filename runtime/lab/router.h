/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Router: what the box of a site does to packets, as rules for the kernel's NAT and firewall where
 * those behave as declared, else as a userspace NAT. Inside the router's namespace the site is on
 * "lan", the outside on "wan", and the userspace NAT on "nat".
 */

#include <stdbool.h>

#include "runtime/lab/places.h"

struct arena;
struct nat_config;
struct text;

/* Whether the kernel cannot be made to translate so. */
bool router_is_userspace(const struct manifest_site *site);

/* The userspace NAT, or NULL where the kernel does it. */
const struct nat_config *router_nat(struct arena *arena, const struct places *places,
				    const struct places_site *site);

/* A ruleset for nft(8). */
void router_write_rules(const struct places *places, const struct places_site *site,
			struct text *out);

/* How long the kernel remembers; lines "key=value". */
void router_write_sysctls(const struct manifest_site *site, struct text *out);

/* What the internet does: it carries no private addresses. */
void router_write_internet(struct text *out);
