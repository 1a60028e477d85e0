/* SPDX-License-Identifier: MIT */

/*
 * The decision table. O: open, P: predictable, U: unpredictable; a P with its filter (RFC 4787
 * section 5).
 *
 *        O         P                      U
 *   O    direct    direct                 direct
 *   P    direct    both send (punch)      filter EIF: P keeps any mapping, U sends
 *                                         filter ADF: P sends to U's address, U sends
 *                                         filter APDF: no
 *   U    direct    (as above)             no
 */

#include "compiler/reach/rule.h"

#include "base/cleanup.h"

static enum reach_rule decide_unpredictable(const struct exposure *predictable, bool is_kept,
					    const struct exposure *other)
{
	bool is_independent = predictable->filtering <= NAT_FILTERING_ENDPOINT_INDEPENDENT;

	if (predictable->filtering == NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT)
		return RULE_STRICT_FILTER;
	/* Packets to the address, whatever the port, open the filter and keep the mapping. */
	if (other->knows_address || (is_independent && is_kept))
		return RULE_FILTER_ADMITS;
	return RULE_ADDRESS_UNKNOWN;
}

static enum reach_rule decide_absent(const struct exposure *a, const struct exposure *b)
{
	if (a->cause == CAUSE_PRIVATE || b->cause == CAUSE_PRIVATE)
		return RULE_PRIVATE;
	return RULE_NO_FAMILY;
}

enum reach_rule rule_decide(const struct exposure *a, bool a_is_kept, const struct exposure *b,
			    bool b_is_kept)
{
	if (a->kind == EXPOSURE_ABSENT || b->kind == EXPOSURE_ABSENT)
		return decide_absent(a, b);
	if (a->kind == EXPOSURE_BLOCKED || b->kind == EXPOSURE_BLOCKED)
		return RULE_BLOCKED;
	if (a->kind == EXPOSURE_OPEN || b->kind == EXPOSURE_OPEN)
		return RULE_OPEN;
	if (a->kind == EXPOSURE_PREDICTABLE && b->kind == EXPOSURE_PREDICTABLE)
		return RULE_BOTH_PREDICTABLE;
	if (a->kind == EXPOSURE_PREDICTABLE)
		return decide_unpredictable(a, a_is_kept, b);
	if (b->kind == EXPOSURE_PREDICTABLE)
		return decide_unpredictable(b, b_is_kept, a);
	return RULE_BOTH_UNPREDICTABLE;
}

const char *rule_text(enum reach_rule rule)
{
	static const char *const texts[RULE_N_RULES] = {
		[RULE_NO_FAMILY] = "they have no address family in common",
		[RULE_BLOCKED] = "UDP does not leave a site",
		[RULE_PRIVATE] = "one has only private addresses outside its site",
		[RULE_NO_ROUTE] = "one's packets to the other would leave by another of its sites",
		[RULE_BOTH_DYNAMIC] = "neither has a fixed address on the LAN that they share",
		[RULE_ADDRESS_UNKNOWN] =
			"a filter wants an address that nobody can write down beforehand",
		[RULE_BOTH_UNPREDICTABLE] =
			"nobody knows beforehand from which address and port either sends",
		[RULE_STRICT_FILTER] =
			"nobody knows beforehand from which address and port one "
			"sends, and the other's filter lets in only where it sent to",
		[RULE_NO_HAIRPIN] =
			"they would meet outside a NAT that both are behind, which does not hairpin",
		[RULE_ISOLATED] = "their LAN keeps its clients apart",
		[RULE_SAME_LAN] = "they share a LAN, with no NAT between them",
		[RULE_OPEN] = "one end can be sent to first, and so the other one starts",
		[RULE_BOTH_PREDICTABLE] = "both send from a port that is known beforehand, so each "
					  "opens its own filter for the other",
		[RULE_FILTER_ADMITS] = "nobody knows beforehand from which port one sends, but "
				       "the other's filter does not look at ports",
	};

	return texts[rule];
}
