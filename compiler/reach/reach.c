/* SPDX-License-Identifier: MIT */

/* The verdict for two classes: every meeting that they could have, and the best of them. */

#include "compiler/reach/reach.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "compiler/reach/classes.h"
#include "compiler/reach/relay.h"
#include "compiler/resolve/network.h"

static bool is_at(const struct reach_view *view, enum net_family family)
{
	return view->below[family] == NULL && view->attachment[family] != NULL;
}

static enum reach_rule rule_on_lan(const struct exposure *a, const struct exposure *b,
				   bool is_isolated)
{
	if (a->kind == EXPOSURE_ABSENT || b->kind == EXPOSURE_ABSENT)
		return RULE_NO_FAMILY;
	if (is_isolated)
		return RULE_ISOLATED;
	return a->kind == EXPOSURE_OPEN || b->kind == EXPOSURE_OPEN ? RULE_SAME_LAN
								    : RULE_BOTH_DYNAMIC;
}

/* Two classes about to meet: what each is in the site. */
struct meeting {
	const struct reach_class *classes[2];
	const struct reach_view *views[2];
	enum net_family family;
};

/* Whether the class may be behind the box of the site inside the one where they meet. */
static bool may_be_behind(const struct meeting *meeting, size_t end,
			  const struct network_site *below)
{
	const struct reach_view *view = meeting->views[end];

	if (view->exposure[meeting->family].cause != CAUSE_SEVERAL_WAYS)
		return view->below[meeting->family] == below;
	vec_foreach(attachment, &meeting->classes[end]->example->attachments) {
		if (network_site_is_within(attachment->site, below))
			return true;
	}
	return false;
}

/*
 * The box that both are behind, or NULL: they meet outside of it only if it turns their packets
 * around. Of two that could leave by several ways nothing is known that would matter.
 */
static const struct network_site *find_hairpin(const struct meeting *meeting)
{
	for (size_t i = 0; i < 2; i++) {
		const struct network_site *below = meeting->views[i]->below[meeting->family];

		if (below != NULL && may_be_behind(meeting, 1 - i, below))
			return below;
	}
	return NULL;
}

/* What is not on the site's own LAN is behind one of its routers: only a default route leads there.
 */
static bool can_send(const struct reach_view *from, const struct reach_view *to,
		     enum net_family family)
{
	return from->site->index == 0 || from->is_way_out[family] || to->is_local[family];
}

/*
 * Whether the other class stands in a site around the one that `end` is in, and sees the address
 * there that it sees here, because nothing translates in between. Then its routing table decides
 * which way its packets take, and from which of its own addresses.
 */
static bool is_cut_short(const struct meeting *meeting, size_t end)
{
	const struct reach_view *view = meeting->views[end];
	const struct network_attachment *attachment = view->attachment[meeting->family];
	bool is_there = false;

	if (attachment == NULL)
		return false;
	for (const struct network_site *site = attachment->site; site != view->site;
	     site = site->inside) {
		const struct reach_view *there = classes_find_view(meeting->classes[1 - end], site);

		is_there = is_there || (there != NULL && is_at(there, meeting->family));
		if (site->box[meeting->family].mapping != NAT_MAPPING_NONE ||
		    network_find_one_to_one(site, meeting->classes[end]->example) != NULL)
			return false;
	}
	return is_there;
}

/* A name leads to an address of either family: IPv4, where both ends have that. */
static bool is_of_other_family(const struct reach_view *a, const struct reach_view *b,
			       enum net_family family)
{
	bool has_name = a->exposure[family].endpoint.name != NULL ||
			b->exposure[family].endpoint.name != NULL;

	return has_name && family == NET_IPV6 && a->exposure[NET_IPV4].kind != EXPOSURE_ABSENT &&
	       b->exposure[NET_IPV4].kind != EXPOSURE_ABSENT;
}

static enum reach_rule rule_of(const struct meeting *meeting)
{
	const struct reach_view *a = meeting->views[0];
	const struct reach_view *b = meeting->views[1];
	enum net_family family = meeting->family;
	const struct network_site *site = a->site;
	const struct network_site *hairpin = find_hairpin(meeting);
	bool is_lan = site->index != 0 && is_at(a, family) && is_at(b, family);
	enum reach_rule rule;

	if (is_of_other_family(a, b, family))
		return RULE_NO_FAMILY;
	if (is_lan) {
		rule = rule_on_lan(&a->exposure[family], &b->exposure[family],
				   site->client_isolation);
	} else {
		rule = rule_decide(&a->exposure[family], a->is_kept[family], &b->exposure[family],
				   b->is_kept[family]);
	}
	if (!rule_connects(rule))
		return rule;
	if (!can_send(a, b, family) || !can_send(b, a, family) || is_cut_short(meeting, 0) ||
	    is_cut_short(meeting, 1))
		return RULE_NO_ROUTE;
	if (hairpin != NULL)
		return hairpin->box[family].hairpinning ? rule : RULE_NO_HAIRPIN;
	return site->client_isolation ? RULE_ISOLATED : rule;
}

static enum reach_verdict_kind kind_of(enum reach_rule rule)
{
	switch (rule) {
	case RULE_SAME_LAN:
		return REACH_LAN;
	case RULE_OPEN:
		return REACH_DIRECT;
	case RULE_BOTH_PREDICTABLE:
	case RULE_FILTER_ADMITS:
		return REACH_PUNCH;
	default:
		return REACH_APART;
	}
}

static struct reach_end end_of(const struct exposure *exposure, enum reach_verdict_kind kind)
{
	bool is_open = exposure->kind == EXPOSURE_OPEN;

	return (struct reach_end){
		.exposure = *exposure,
		.is_open = is_open && kind != REACH_APART,
		.has_endpoint = is_open || (kind == REACH_PUNCH && exposure->knows_address),
		.keeps_alive = !is_open || (kind != REACH_LAN && exposure->sends_elsewhere),
	};
}

static struct reach_verdict meet(const struct meeting *meeting)
{
	const struct reach_view *a = meeting->views[0];
	const struct reach_view *b = meeting->views[1];
	enum net_family family = meeting->family;
	struct reach_verdict verdict = {
		.rule = rule_of(meeting),
		.site = a->site,
		.family = family,
		.hairpin = find_hairpin(meeting),
	};

	verdict.kind = kind_of(verdict.rule);
	verdict.ends[0] = end_of(&a->exposure[family], verdict.kind);
	verdict.ends[1] = end_of(&b->exposure[family], verdict.kind);
	return verdict;
}

static bool are_both_open(const struct reach_verdict *verdict)
{
	return verdict->ends[0].is_open && verdict->ends[1].is_open;
}

/* Whether one meeting is better than another; of two that fail, the one that is nearer to working.
 */
static bool is_better(const struct reach_verdict *one, const struct reach_verdict *other)
{
	if (one->kind != other->kind)
		return one->kind > other->kind;
	if (one->kind == REACH_APART && one->rule != other->rule)
		return one->rule > other->rule;
	if ((one->hairpin == NULL) != (other->hairpin == NULL))
		return one->hairpin == NULL;
	if (one->site->depth != other->site->depth)
		return one->site->depth > other->site->depth;
	if (are_both_open(one) != are_both_open(other))
		return are_both_open(one);
	return one->family < other->family;
}

struct reach_verdict reach_decide(const struct reach *reach, size_t first, size_t second)
{
	struct meeting meeting = {
		.classes = {&reach->classes[first], &reach->classes[second]},
	};
	struct reach_verdict best = {0};

	vec_foreach(view, &meeting.classes[0]->views) {
		meeting.views[0] = view;
		meeting.views[1] = classes_find_view(meeting.classes[1], view->site);
		if (meeting.views[1] == NULL)
			continue;
		for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
			struct reach_verdict verdict;

			meeting.family = family;
			verdict = meet(&meeting);
			if (best.site == NULL || is_better(&verdict, &best))
				best = verdict;
		}
	}
	return best; /* every host is in the internet, whatever it is there */
}

struct exposure reach_exposure(const struct reach *reach, const struct network_host *host,
			       const struct reach_verdict *verdict)
{
	const struct network_attachment *attachment =
		reach_attachment(reach, host, verdict->site, verdict->family);

	return exposure_of(host, attachment, verdict->site, verdict->family);
}

bool reach_is_open(const struct reach_class *class)
{
	const struct reach_view *internet = &class->views.items[0];

	return internet->exposure[NET_IPV4].kind == EXPOSURE_OPEN ||
	       internet->exposure[NET_IPV6].kind == EXPOSURE_OPEN;
}

const char *reach_verdict_text(enum reach_verdict_kind kind)
{
	static const char *const texts[REACH_N_VERDICTS] = {
		[REACH_LAN] = "lan",
		[REACH_DIRECT] = "direct",
		[REACH_PUNCH] = "punch",
		[REACH_APART] = "apart",
	};

	return texts[kind];
}

struct reach *reach_create(struct arena *arena, const struct network *network)
{
	struct reach *reach = ARENA_NEW(arena, struct reach);

	reach->arena = arena;
	reach->network = network;
	reach->relay_lists = relay_lists_create(arena, network);
	classes_make(reach);
	return reach;
}
