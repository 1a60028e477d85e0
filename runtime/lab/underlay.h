/* SPDX-License-Identifier: MIT */
#pragma once

/* Underlay: namespaces, cables between them, addresses and routes, for places that are known. */

struct arena;
struct places;
struct world;

/* Adds to the world its namespaces, links, hosts and machines. */
void underlay_build(struct arena *arena, const struct places *places, struct world *world);
