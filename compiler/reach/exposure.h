/* SPDX-License-Identifier: MIT */
#pragma once

/* What a host is to others, from its own places alone. */

#include "compiler/reach/reach.h"

struct given_place;

/* Whether a place can be of the family: a DNS name and a dynamic address can be of both. */
bool exposure_place_speaks(const struct given_place *place, enum net_family family);

/* A private address that nothing translates: outside its site it does not exist. */
bool exposure_is_hidden(const struct network_site *site, const struct given_place *place);

/* The first fixed place of the host at `site` (at the internet: that it sees), or NULL. */
const struct given_place *exposure_place(const struct network_host *host,
					 const struct network_site *site, enum net_family family);

/* Fills in the classes of `reach`. */
void exposure_classify(struct arena *arena, struct reach *reach);
