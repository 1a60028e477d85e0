/* SPDX-License-Identifier: MIT */

/* The verdict for two classes: the shared LAN first, then the internet, IPv4 before IPv6. */

#include "compiler/reach/reach.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "compiler/reach/exposure.h"
#include "compiler/resolve/network.h"

static bool speaks_at(const struct network_host *host, const struct network_site *site,
		      enum net_family family)
{
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; attachment->site == site && i < attachment->n_places; i++) {
			if (exposure_place_speaks(&attachment->places[i], family))
				return true;
		}
	}
	return false;
}

/* A LAN that both are on, where one of them has a fixed address of a family that both speak. */
static bool decide_lan(const struct network_host *first, const struct network_host *second,
		       struct reach_verdict *ret_verdict)
{
	vec_foreach(attachment, &first->attachments) {
		const struct network_site *site = attachment->site;

		if (site->index == 0)
			continue;
		for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
			struct reach_verdict verdict = {
				.kind = REACH_LAN,
				.site = site,
				.family = family,
				.first_is_open = exposure_place(first, site, family) != NULL,
				.second_is_open = exposure_place(second, site, family) != NULL,
			};

			if (!speaks_at(first, site, family) || !speaks_at(second, site, family))
				continue;
			if (verdict.first_is_open || verdict.second_is_open) {
				*ret_verdict = verdict;
				return true;
			}
		}
	}
	return false;
}

/* Both present in the family, and one of them open. Two open ends are better than one. */
static bool decide_internet(const struct reach *reach, const struct reach_class *first,
			    const struct reach_class *second, struct reach_verdict *ret_verdict)
{
	bool is_found = false;

	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		struct reach_verdict verdict = {
			.kind = REACH_DIRECT,
			.site = &reach->network->sites.items[0],
			.family = family,
			.first_is_open = first->exposure[family] == REACH_OPEN,
			.second_is_open = second->exposure[family] == REACH_OPEN,
		};
		bool is_better =
			!is_found || (verdict.first_is_open && verdict.second_is_open &&
				      !(ret_verdict->first_is_open && ret_verdict->second_is_open));

		if (first->exposure[family] == REACH_ABSENT ||
		    second->exposure[family] == REACH_ABSENT)
			continue;
		if ((verdict.first_is_open || verdict.second_is_open) && is_better) {
			*ret_verdict = verdict;
			is_found = true;
		}
	}
	return is_found;
}

static bool is_absent(const struct reach_class *class)
{
	return class->exposure[NET_IPV4] == REACH_ABSENT &&
	       class->exposure[NET_IPV6] == REACH_ABSENT;
}

/* Whether the class is absent because UDP does not leave its site. */
static bool is_blocked(const struct reach_class *class)
{
	vec_foreach(attachment, &class->example->attachments) {
		if (attachment->site->nat == NAT_UDP_BLOCKED)
			return is_absent(class);
	}
	return false;
}

static bool have_common_family(const struct reach_class *first, const struct reach_class *second)
{
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		if (first->exposure[family] != REACH_ABSENT &&
		    second->exposure[family] != REACH_ABSENT)
			return true;
	}
	return false;
}

struct reach_verdict reach_decide(const struct reach *reach, size_t first, size_t second)
{
	const struct reach_class *a = &reach->classes[first];
	const struct reach_class *b = &reach->classes[second];
	struct reach_verdict verdict = {.site = &reach->network->sites.items[0]};

	if (decide_lan(a->example, b->example, &verdict) || decide_internet(reach, a, b, &verdict))
		return verdict;
	verdict = (struct reach_verdict){.site = &reach->network->sites.items[0]};
	if (is_blocked(a) || is_blocked(b)) {
		verdict.kind = REACH_UDP_BLOCKED;
	} else if (is_absent(a) || is_absent(b)) {
		verdict.kind = REACH_HIDDEN;
	} else {
		verdict.kind = have_common_family(a, b) ? REACH_UNDECIDED : REACH_NO_FAMILY;
	}
	return verdict;
}

const struct given_place *reach_place(const struct network_host *host,
				      const struct reach_verdict *verdict)
{
	return exposure_place(host, verdict->site, verdict->family);
}

const char *reach_verdict_text(enum reach_verdict_kind kind)
{
	switch (kind) {
	case REACH_LAN:
		return "lan";
	case REACH_DIRECT:
		return "direct";
	case REACH_UNDECIDED:
	case REACH_NO_FAMILY:
	case REACH_UDP_BLOCKED:
	case REACH_HIDDEN:
	case REACH_N_VERDICTS:
		return "unreachable";
	}
	unreachable();
}

struct reach *reach_create(struct arena *arena, const struct network *network)
{
	struct reach *reach = ARENA_NEW(arena, struct reach);

	reach->network = network;
	exposure_classify(arena, reach);
	return reach;
}
