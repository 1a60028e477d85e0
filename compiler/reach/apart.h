/* SPDX-License-Identifier: MIT */
#pragma once

/* The pairs that have no tunnel of their own, told in as few findings as there are causes. */

#include "compiler/reach/reach.h"

/* Servers and gateways among each other. */
void apart_check_mesh(const struct reach *reach, struct diag_bag *diags);

/* Devices and their gateways: nobody relays between them. */
void apart_check_devices(const struct reach *reach, struct diag_bag *diags);

/* The pairs for which the author chose a relay: it has to reach both. */
void apart_check_links(const struct reach *reach, struct diag_bag *diags);
