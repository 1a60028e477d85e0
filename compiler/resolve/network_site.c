/* SPDX-License-Identifier: MIT */

/* Questions to the tree of sites. */

#include "compiler/resolve/network_site.h"

bool network_site_is_within(const struct network_site *site, const struct network_site *outer)
{
	while (site->depth > outer->depth)
		site = site->inside;
	return site == outer;
}

const struct network_site *network_common_site(const struct network_site *a,
					       const struct network_site *b)
{
	while (a != b) {
		if (a->depth >= b->depth) {
			a = a->inside;
		} else {
			b = b->inside;
		}
	}
	return a;
}

const struct network_site *network_site_below(const struct network_site *outer,
					      const struct network_site *site)
{
	while (site->inside != outer)
		site = site->inside;
	return site;
}

const struct network_forward *network_find_forward(const struct network_site *site,
						   const struct network_host *host,
						   enum net_family family)
{
	vec_foreach(forward, &site->forwards) {
		if (forward->host == host && forward->in[family])
			return forward;
	}
	return NULL;
}

const struct network_one_to_one *network_find_one_to_one(const struct network_site *site,
							 const struct network_host *host)
{
	vec_foreach(one_to_one, &site->one_to_one) {
		if (one_to_one->host == host)
			return one_to_one;
	}
	return NULL;
}

bool network_site_overlaps(const struct network_site *site, const struct net_prefix *prefix)
{
	for (size_t i = 0; i < site->n_prefixes; i++) {
		if (net_prefix_overlaps(&site->prefixes[i], prefix))
			return true;
	}
	return false;
}
