/* SPDX-License-Identifier: MIT */

/* Split DNS, as hosts(5) files: a name is looked up from the host's site outward. */

#include "runtime/lab/names.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

/* Boxes from the host outward to the site, or SIZE_MAX where the site is not on its way out. */
static size_t distance(const struct places_host *host, const struct places_site *site)
{
	size_t shortest = SIZE_MAX;

	vec_foreach(attachment, &host->attachments) {
		if (places_site_is_within(attachment->site, site) &&
		    attachment->site->depth - site->depth < shortest)
			shortest = attachment->site->depth - site->depth;
	}
	return shortest;
}

/* Whether another entry of that name is the one that counts: a nearer, or the first of equals. */
static bool is_outdone(const struct places *places, const struct places_host *host,
		       const struct places_name *name)
{
	size_t own = distance(host, name->site);

	vec_foreach(other, &places->names) {
		size_t its = distance(host, other->site);

		if (strcmp(other->name, name->name) != 0 || other->site == name->site)
			continue;
		if (its < own || (its == own && other < name))
			return true;
	}
	return false;
}

const char *names_hosts_file(struct arena *arena, const struct places *places,
			     const struct places_host *host)
{
	cleanup_(text_finish) struct text text = {0};
	char buffer[NET_ADDRESS_TEXT];

	text_puts(&text, "127.0.0.1 localhost\n::1 localhost\n");
	vec_foreach(name, &places->names) {
		if (is_outdone(places, host, name))
			continue;
		vec_foreach(address, &name->addresses) {
			text_join(&text, net_address_format(address, buffer), " ", name->name,
				  "\n");
		}
	}
	return arena_copy(arena, text.data, text.length);
}
