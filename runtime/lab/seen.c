/* SPDX-License-Identifier: MIT */

/* What is seen from where: addresses change at every box that translates, on the way outward. */

#include "runtime/lab/places.h"

bool places_site_is_within(const struct places_site *site, const struct places_site *outer)
{
	while (site != NULL && site != outer)
		site = site->inside;
	return site != NULL;
}

const struct places_site *places_common_site(const struct places_site *a,
					     const struct places_site *b)
{
	while (!places_site_is_within(b, a))
		a = a->inside;
	return a;
}

static struct places_view own_addresses(const struct places_attachment *attachment,
					enum net_family family)
{
	struct places_view view = {0};

	vec_foreach(own, &attachment->addresses) {
		if (own->address.family != family)
			continue;
		view.items = view.items == NULL ? own : view.items;
		view.n_items++;
	}
	return view;
}

static const struct places_address *one_to_one_of(const struct places_site *site,
						  const struct manifest_host *host)
{
	vec_foreach(entry, &site->one_to_one) {
		if (entry->host == host)
			return &entry->outer;
	}
	return NULL;
}

struct places_view places_seen(const struct places_host *host,
			       const struct places_attachment *attachment,
			       const struct places_site *at, enum net_family family)
{
	struct places_view view = own_addresses(attachment, family);

	for (const struct places_site *site = attachment->site; site != at && view.n_items > 0;
	     site = site->inside) {
		const struct places_address *outer = NULL;

		if (family == NET_IPV4)
			outer = one_to_one_of(site, host->host);
		if (outer != NULL) {
			view = (struct places_view){.items = outer, .n_items = 1};
		} else if (places_translates(site, family)) {
			view.items = site->public.items;
			view.n_items = site->public.n_items > 0;
			view.is_pool = site->public.n_items > 1;
		}
	}
	return view;
}

const struct places_attachment *places_attachment_within(const struct places_host *host,
							 const struct places_site *site)
{
	vec_foreach(attachment, &host->attachments) {
		if (places_site_is_within(attachment->site, site))
			return attachment;
	}
	return NULL;
}
