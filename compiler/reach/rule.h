/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The rule: what becomes of two hosts that meet in a site, from their exposures there and nothing
 * else. It reproduces what was measured with real tunnels through every kind of NAT.
 */

#include "compiler/reach/exposure.h"

/* Those that fail stand first, the nearer to working the later. */
enum reach_rule {
	RULE_NO_FAMILY,          /* one has no address of the other's family */
	RULE_BLOCKED,            /* UDP does not leave one's site */
	RULE_PRIVATE,            /* one has only a private address, which nothing translates */
	RULE_NO_ROUTE,           /* one's packets to the other would leave by another site */
	RULE_ADDRESS_UNKNOWN,    /* one's filter wants an address that nobody can write down */
	RULE_BOTH_UNPREDICTABLE, /* neither's port can be foretold */
	RULE_STRICT_FILTER, /* one's port cannot be foretold, and the other's filter wants it */
	RULE_NO_HAIRPIN,    /* only through the outside of a NAT that both are behind */
	RULE_BOTH_DYNAMIC,  /* they share a LAN, and neither has a fixed address there */
	RULE_ISOLATED,      /* the LAN that they share keeps its clients apart */

	RULE_SAME_LAN,
	RULE_OPEN,             /* one may be sent to first */
	RULE_BOTH_PREDICTABLE, /* both send to where the other's packets come from */
	RULE_FILTER_ADMITS,    /* one's filter admits the other whatever its port */
	RULE_N_RULES,
};

static inline bool rule_connects(enum reach_rule rule)
{
	return rule >= RULE_SAME_LAN;
}

/*
 * The rule that decides for two hosts that meet outside of their LANs. `is_kept` tells of each
 * whether it keeps a mapping alive towards somebody else, as a host does that is not open and has
 * a tunnel to one that is.
 */
enum reach_rule rule_decide(const struct exposure *a, bool a_is_kept, const struct exposure *b,
			    bool b_is_kept);

/* "both ports are known, and both ends send": the rule in words. */
const char *rule_text(enum reach_rule rule);
