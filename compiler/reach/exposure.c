/* SPDX-License-Identifier: MIT */

/* What the internet sees of a host, and the classes that follow from it. */

#include "compiler/reach/exposure.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "compiler/resolve/network.h"

bool exposure_place_speaks(const struct given_place *place, enum net_family family)
{
	return place->kind != PLACE_ADDRESS || place->address.family == family;
}

/* The internet sees a place as it is where no box stands in between. */
static bool is_seen(const struct network_site *site)
{
	return site->nat == NAT_NONE;
}

enum reach_exposure exposure_of(const struct network_host *host, enum net_family family)
{
	enum reach_exposure best = REACH_ABSENT;

	if (host->attachments.n_items == 0)
		return REACH_CLOSED; /* a roaming device: somewhere, behind anything */
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];
			bool is_fixed = place->kind != PLACE_DYNAMIC;

			if (attachment->site->nat == NAT_UDP_BLOCKED ||
			    !exposure_place_speaks(place, family))
				continue;
			if (is_fixed && is_seen(attachment->site))
				return REACH_OPEN;
			best = REACH_CLOSED;
		}
	}
	return best;
}

const struct given_place *exposure_place(const struct network_host *host,
					 const struct network_site *site, enum net_family family)
{
	vec_foreach(attachment, &host->attachments) {
		bool is_here =
			site->index == 0 ? is_seen(attachment->site) : attachment->site == site;

		for (size_t i = 0; is_here && i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];

			if (place->kind != PLACE_DYNAMIC && exposure_place_speaks(place, family))
				return place;
		}
	}
	return NULL;
}

/*
 * All that reach_decide() looks at, as text: equal signatures, equal verdicts. A letter per place
 * and family: which families it speaks and whether it is fixed.
 */
static void write_signature(const struct network_host *host, struct text *signature)
{
	text_puts(signature, host->kind == HOST_DEVICE ? "device:" : "mesh:");
	vec_foreach(attachment, &host->attachments) {
		bool has[NET_N_FAMILIES + 1][2] = {0};

		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];
			size_t column = place->kind == PLACE_ADDRESS ? (size_t)place->address.family
								     : NET_N_FAMILIES;

			has[column][place->kind == PLACE_DYNAMIC] = true;
		}
		text_printf(signature, "%zu%s%s%s%s,", attachment->site->index,
			    has[NET_IPV4][0] ? "v4" : "", has[NET_IPV6][0] ? "v6" : "",
			    has[NET_N_FAMILIES][0] ? "name" : "",
			    has[NET_N_FAMILIES][1] ? "dyn" : "");
	}
}

void exposure_classify(struct arena *arena, struct reach *reach)
{
	cleanup_(text_finish) struct text signature = {0};
	const struct network *network = reach->network;
	struct reach_class *classes = ARENA_ARRAY(arena, struct reach_class, network->n_hosts);
	size_t *class_of = ARENA_ARRAY(arena, size_t, network->n_hosts);
	struct map known = {0};

	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];
		struct reach_class *class;

		text_clear(&signature);
		write_signature(host, &signature);
		class = map_get(&known, signature.data);
		if (class == NULL) {
			class = &classes[reach->n_classes++];
			class->example = host;
			for (enum net_family f = NET_IPV4; f < NET_N_FAMILIES; f++)
				class->exposure[f] = exposure_of(host, f);
			(void)map_put(arena, &known,
				      arena_copy(arena, signature.data, signature.length), class);
		}
		class->n_hosts++;
		class_of[i] = (size_t)(class - classes);
	}
	reach->classes = classes;
	reach->class_of = class_of;
}
