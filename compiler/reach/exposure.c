/* SPDX-License-Identifier: MIT */

/* What a walk outward comes to. */

#include "compiler/reach/exposure.h"

#include <stddef.h>

#include "compiler/reach/walk.h"
#include "compiler/resolve/network.h"

const struct given_place *exposure_place(const struct network_attachment *attachment,
					 enum net_family family)
{
	const struct given_place *found = NULL;

	for (size_t i = 0; i < attachment->n_places; i++) {
		const struct given_place *place = &attachment->places[i];

		if (!network_place_speaks(attachment->site, place, family))
			continue;
		if (place->kind != PLACE_DYNAMIC)
			return place;
		found = found == NULL ? place : found;
	}
	return found;
}

bool exposure_is_outdone(const struct network_site *site)
{
	return site->public != NULL && site->inside->index == 0 &&
	       site->public->kind == PLACE_ADDRESS &&
	       net_address_scope(&site->public->address) == NET_SCOPE_PRIVATE;
}

static struct exposure conclude(const struct exposure_walk *walk)
{
	struct exposure exposure = {
		.filtering = walk->filtering,
		.timeout_s = walk->timeout_s,
		.cause = walk->cause,
		.box = walk->box,
		.knows_address = walk->out.port != 0,
		.endpoint = walk->out,
	};

	if (walk->is_blocked) {
		exposure.kind = EXPOSURE_BLOCKED;
	} else if (walk->is_private) {
		exposure.kind = EXPOSURE_ABSENT;
	} else if (walk->lets_in && walk->in.port != 0) {
		exposure.kind = EXPOSURE_OPEN;
		exposure.endpoint = walk->in;
		exposure.sends_elsewhere = !walk->keeps_port || walk->out.port != walk->in.port;
	} else if (walk->keeps_port && exposure.knows_address) {
		exposure.kind = EXPOSURE_PREDICTABLE;
	} else {
		exposure.kind = EXPOSURE_UNPREDICTABLE;
	}
	return exposure;
}

struct exposure exposure_if(const struct network_host *host,
			    const struct network_attachment *attachment,
			    const struct network_site *at, enum net_family family,
			    const struct network_site *changed)
{
	struct exposure_walk walk;

	if (attachment == NULL) {
		return (struct exposure){
			.kind = EXPOSURE_UNPREDICTABLE,
			.filtering = NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
			.cause = CAUSE_ROAMING,
		};
	}
	if (!exposure_walk_begin(&walk, host, attachment, family))
		return (struct exposure){.kind = EXPOSURE_ABSENT};
	while (walk.site != at) {
		if (changed != NULL && walk.site->index == changed->index)
			walk.site = changed;
		exposure_walk_out(&walk);
	}
	return conclude(&walk);
}

struct exposure exposure_of(const struct network_host *host,
			    const struct network_attachment *attachment,
			    const struct network_site *at, enum net_family family)
{
	return exposure_if(host, attachment, at, family, NULL);
}
