/* SPDX-License-Identifier: MIT */
#pragma once

/* Classes: hosts that are alike in every site that they are in or inside of. */

#include "compiler/reach/reach.h"

/* Fills in the classes of `reach`. */
void classes_make(struct reach *reach);

/* The view of the site, or NULL where the class is not in it. */
const struct reach_view *classes_find_view(const struct reach_class *class,
					   const struct network_site *site);
