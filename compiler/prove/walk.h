/* SPDX-License-Identifier: MIT */
#pragma once

/* Walk: a packet's way through files, hop by hop, told to people. */

#include "compiler/prove/prove.h"

struct diag;
struct diag_bag;
struct net_address;

/* Where to find hosts' files, and who has which key. */
struct walk {
	struct prove *prove;
	prove_reread *reread;
	void *context;
	struct diag_bag *diags;
};

/* Notes the way of a packet from one host to an address of another. */
void walk_tell(const struct walk *walk, const struct manifest_host *from,
	       const struct manifest_host *to, const struct net_address *address,
	       struct diag *diag);
