/* SPDX-License-Identifier: MIT */

/* One sentence and one place per cause. */

#include "compiler/reach/cause.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "compiler/model/schema.h"
#include "compiler/resolve/network.h"

/* The first place of the host that is as the cause says, or its name. */
static struct span place_of(const struct network_host *host, enum exposure_cause cause)
{
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];
			bool is_dynamic = place->kind == PLACE_DYNAMIC;
			bool is_private = place->kind == PLACE_ADDRESS &&
					  net_address_scope(&place->address) == NET_SCOPE_PRIVATE;

			if ((cause == CAUSE_DYNAMIC && is_dynamic) ||
			    (cause == CAUSE_PRIVATE && is_private) || cause == CAUSE_NONE)
				return place->span;
		}
	}
	return host->node->name.span;
}

static struct span public_of(const struct network_site *site)
{
	return site->public != NULL ? site->public->span : site->span;
}

static struct cause at_host(struct arena *arena, const struct network_host *host,
			    enum exposure_cause cause, const char *format)
{
	return (struct cause){
		.span = place_of(host, cause),
		.text = arena_printf(arena, "'%s' %s", host->name, format),
	};
}

static struct cause at_box(struct arena *arena, struct span span, const struct network_site *box,
			   const char *what)
{
	return (struct cause){span, arena_printf(arena, "'%s' %s", box->name, what)};
}

static struct cause undeclared(struct arena *arena, const struct network_site *box)
{
	if (box->nat_is_given) {
		return at_box(arena, box->nat_span, box,
			      "has a NAT that nobody knows, so it is taken for the worst");
	}
	return at_box(arena, box->nat_span, box,
		      "does not say what NAT it has, so it is taken for the worst");
}

/* Why the host is no more to others than its exposure says. */
static struct cause cause_of_exposure(struct arena *arena, const struct network_host *host,
				      const struct exposure *exposure)
{
	const struct network_site *box = exposure->box;

	switch (exposure->cause) {
	case CAUSE_FILTER:
		return at_box(arena, box->nat_span, box,
			      exposure->filtering == NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT
				      ? "lets in only addresses and ports that were sent to"
				      : "lets nobody in before something was sent");
	case CAUSE_MAPPING:
		return at_box(arena, box->nat_span, box,
			      "gives every flow an outer port that cannot be foretold");
	case CAUSE_NOT_DECLARED:
		return undeclared(arena, box);
	case CAUSE_PUBLIC_UNKNOWN:
		return at_box(arena, public_of(box), box,
			      box->given->public.n_items > 1
				      ? "is seen at several addresses, and nobody knows at which"
				      : "does not say at which address the outside sees it");
	case CAUSE_PUBLIC_PRIVATE:
		return at_box(arena, public_of(box), box,
			      "has a private address on the internet, so that another NAT must "
			      "follow");
	case CAUSE_DYNAMIC:
		return at_host(arena, host, CAUSE_DYNAMIC, "has no fixed address here");
	case CAUSE_ROAMING:
		return at_host(arena, host, CAUSE_ROAMING, "may be anywhere");
	case CAUSE_SEVERAL_WAYS:
		return at_host(arena, host, CAUSE_SEVERAL_WAYS,
			       "could leave by any of its sites, and its routing table decides");
	case CAUSE_PRIVATE:
		return at_host(arena, host, CAUSE_PRIVATE,
			       "has a private address here, and nothing translates it");
	case CAUSE_BLOCKED:
		return at_box(arena, box->nat_span, box, "lets no UDP out");
	case CAUSE_NONE:
		return at_host(arena, host, CAUSE_NONE, "is here");
	}
	unreachable();
}

/* Whether the end is what the rule is about, where it is about one of the two. */
static bool is_at_fault(const struct exposure *exposure, enum reach_rule rule)
{
	switch (rule) {
	case RULE_BLOCKED:
		return exposure->kind == EXPOSURE_BLOCKED;
	case RULE_PRIVATE:
		return exposure->cause == CAUSE_PRIVATE;
	default:
		return true;
	}
}

static struct cause families_of(struct arena *arena, const struct network_host *host)
{
	bool has_ipv4 = host->attachments.n_items == 0;
	bool has_ipv6 = has_ipv4;

	vec_foreach(attachment, &host->attachments) {
		has_ipv4 = has_ipv4 || network_attachment_speaks(attachment, NET_IPV4);
		has_ipv6 = has_ipv6 || network_attachment_speaks(attachment, NET_IPV6);
	}
	return at_host(arena, host, CAUSE_NONE,
		       has_ipv4 && has_ipv6 ? "has both, but not where they would meet"
		       : has_ipv4           ? "has only IPv4"
					    : "has only IPv6");
}

struct cause cause_of(const struct reach *reach, const struct network_host *host,
		      const struct reach_verdict *verdict, size_t end)
{
	const struct exposure *exposure = &verdict->ends[end].exposure;
	struct arena *arena = reach->arena;
	const struct network_site *box = verdict->hairpin;

	if (verdict->rule == RULE_ISOLATED) {
		return at_box(arena, verdict->site->given->client_isolation.span, verdict->site,
			      "keeps its clients apart");
	}
	if (verdict->rule == RULE_NO_HAIRPIN) {
		return at_box(arena, box->nat_span, box,
			      "does not turn packets around that are for its own outer address");
	}
	if (verdict->rule == RULE_NO_FAMILY)
		return families_of(arena, host);
	if (!is_at_fault(exposure, verdict->rule))
		return at_host(arena, host, CAUSE_NONE, "is here");
	return cause_of_exposure(arena, host, exposure);
}

bool cause_is_at(const struct reach_verdict *verdict, size_t end)
{
	return is_at_fault(&verdict->ends[end].exposure, verdict->rule);
}
