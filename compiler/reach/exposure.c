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

/* Whether packets leave the site with the addresses that they have inside. */
static bool keeps_addresses(const struct network_site *site)
{
	return site->nat == NAT_NONE || site->nat == NAT_FIREWALL;
}

bool exposure_is_hidden(const struct network_site *site, const struct given_place *place)
{
	bool is_translated = !keeps_addresses(site) && place->address.family == NET_IPV4;

	return site->index != 0 && place->kind == PLACE_ADDRESS && !is_translated &&
	       net_address_scope(&place->address) == NET_SCOPE_PRIVATE;
}

/* What the host is to the internet. */
static enum reach_exposure exposure_of(const struct network_host *host, enum net_family family)
{
	enum reach_exposure best = REACH_ABSENT;

	if (host->attachments.n_items == 0)
		return REACH_CLOSED; /* a roaming device: somewhere, behind anything */
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];
			bool is_fixed = place->kind != PLACE_DYNAMIC;

			if (attachment->site->nat == NAT_UDP_BLOCKED ||
			    exposure_is_hidden(attachment->site, place) ||
			    !exposure_place_speaks(place, family))
				continue;
			if (is_fixed && attachment->site->nat == NAT_NONE)
				return REACH_OPEN;
			best = REACH_CLOSED;
		}
	}
	return best;
}

/* Whether others at `site` send to this place of the attachment. */
static bool is_seen_at(const struct network_attachment *attachment, const struct given_place *place,
		       const struct network_site *site)
{
	if (site->index != 0)
		return attachment->site == site;
	return attachment->site->nat == NAT_NONE && !exposure_is_hidden(attachment->site, place);
}

const struct given_place *exposure_place(const struct network_host *host,
					 const struct network_site *site, enum net_family family)
{
	vec_foreach(attachment, &host->attachments) {
		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];

			if (place->kind != PLACE_DYNAMIC && exposure_place_speaks(place, family) &&
			    is_seen_at(attachment, place, site))
				return place;
		}
	}
	return NULL;
}

/*
 * All that reach_decide() looks at, as text: equal signatures, equal verdicts. Per site a bit for
 * each sort of place: of which family, fixed or not, seen outside or not.
 */
static void write_signature(const struct network_host *host, struct text *signature)
{
	text_puts(signature, host->kind == HOST_DEVICE ? "device:" : "mesh:");
	vec_foreach(attachment, &host->attachments) {
		unsigned int sorts = 0;

		for (size_t i = 0; i < attachment->n_places; i++) {
			const struct given_place *place = &attachment->places[i];
			unsigned int sort = place->kind == PLACE_ADDRESS
						    ? (unsigned int)place->address.family
						    : NET_N_FAMILIES;

			sort = sort * 2 + (place->kind == PLACE_DYNAMIC);
			sort = sort * 2 + exposure_is_hidden(attachment->site, place);
			sorts |= 1U << sort;
		}
		text_printf(signature, "%zu=%x,", attachment->site->index, sorts);
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
