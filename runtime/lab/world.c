/* SPDX-License-Identifier: MIT */

/* The plan of a world: first where everything stands, then what has to be built for it. */

#include "runtime/lab/world.h"

#include "base/arena.h"
#include "runtime/lab/places.h"
#include "runtime/lab/underlay.h"

/* The longest memory of the boxes between the site and the internet. */
static unsigned int longest_outward(const struct places_site *site)
{
	unsigned int longest_s = 0;

	for (; site != NULL; site = site->inside) {
		for (size_t family = 0; family < NET_N_FAMILIES; family++) {
			unsigned int timeout_s = site->site->box[family].mapping_timeout_s;

			longest_s = timeout_s > longest_s ? timeout_s : longest_s;
		}
	}
	return longest_s;
}

static unsigned int longest_timeout(const struct places *places)
{
	unsigned int longest_s = 0;

	for (size_t i = 0; i < places->manifest->n_hosts; i++) {
		vec_foreach(attachment, &places->hosts[i].attachments) {
			unsigned int timeout_s = longest_outward(attachment->site);

			longest_s = timeout_s > longest_s ? timeout_s : longest_s;
		}
	}
	return longest_s;
}

int world_plan(struct arena *arena, const struct manifest *manifest, struct world **ret_world,
	       const char **ret_fault)
{
	struct world *world;
	struct places *places;
	int r = places_make(arena, manifest, &places, ret_fault);

	if (r != 0)
		return r;
	world = ARENA_NEW(arena, struct world);
	world->manifest = manifest;
	world->places = places;
	world->longest_timeout_s = longest_timeout(places);
	underlay_build(arena, places, world);
	*ret_world = world;
	return 0;
}

void world_finish(struct world *world)
{
	vec_foreach(namespace, &world->namespaces) {
		text_finish(&(*namespace)->sysctls);
		text_finish(&(*namespace)->ip);
		text_finish(&(*namespace)->nft);
	}
	text_finish(&world->links);
}

/* Whether the attachment's host could have sent by it to somebody at the other place. */
static bool can_meet(const struct places_host *host, const struct places_attachment *attachment,
		     const struct places_host *other, const struct places_attachment *there,
		     enum net_family family)
{
	const struct places_site *meeting = places_common_site(attachment->site, there->site);

	return places_seen(host, attachment, meeting, family).n_items > 0 &&
	       places_seen(other, there, meeting, family).n_items > 0;
}

/* The innermost site where the two meet in the family, or NULL. */
static const struct places_site *meeting_of(const struct places_host *host,
					    const struct places_host *other, enum net_family family)
{
	const struct places_site *innermost = NULL;

	vec_foreach(attachment, &host->attachments) {
		vec_foreach(there, &other->attachments) {
			const struct places_site *meeting =
				places_common_site(attachment->site, there->site);

			if (can_meet(host, attachment, other, there, family) &&
			    (innermost == NULL || meeting->depth > innermost->depth))
				innermost = meeting;
		}
	}
	return innermost;
}

bool world_outer_address(const struct world *world, const struct manifest_host *host,
			 const struct manifest_host *seen_by, enum net_family family,
			 struct net_address *ret_address)
{
	const struct places_host *own = &world->places->hosts[host->index];
	const struct places_site *meeting =
		meeting_of(own, &world->places->hosts[seen_by->index], family);
	const struct places_attachment *way = NULL;
	struct places_view view;

	if (meeting == NULL)
		return false;
	vec_foreach(attachment, &own->attachments) {
		if (!places_site_is_within(attachment->site, meeting) ||
		    places_seen(own, attachment, meeting, family).n_items == 0)
			continue;
		if (way != NULL && attachment->site != meeting && way->site != meeting)
			return false; /* it could leave by either box */
		if (way == NULL || attachment->site == meeting)
			way = attachment;
	}
	view = places_seen(own, way, meeting, family);
	if (view.is_pool || view.items[0].is_invented)
		return false;
	*ret_address = view.items[0].address;
	return true;
}
