/* SPDX-License-Identifier: MIT */

/* The ways from a site's outside to a host inside: port forwards, pinholes and 1:1 addresses. */

#include "base/manifest/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/manifest/json.h"

/* Whether the host is at the site, or at one inside it. */
static bool is_within(const struct manifest_host *host, const struct manifest_site *outer)
{
	vec_foreach(attachment, &host->attachments) {
		for (const struct manifest_site *site = attachment->site; site != NULL;
		     site = site->inside) {
			if (site == outer)
				return true;
		}
	}
	return false;
}

static int read_inner_host(struct manifest_reader *reader, const struct manifest_field *field,
			   const struct manifest_site *site, const struct manifest_host **ret_host)
{
	int r = manifest_host_named(reader, field, ret_host);

	if (r == 0 && !is_within(*ret_host, site))
		r = manifest_fault(reader, field, "is not a host at this site");
	return r;
}

static int read_forward(struct manifest_reader *reader, const struct manifest_field *field,
			const struct manifest_site *site, struct manifest_forward *forward)
{
	struct manifest_field list;
	struct manifest_field host;
	int r = manifest_member_port(reader, field, "port", &forward->port);

	if (r == 0)
		r = manifest_member_port(reader, field, "host_port", &forward->host_port);
	if (r == 0)
		r = manifest_member(reader, field, "host", JSON_STRING, &host);
	if (r == 0)
		r = read_inner_host(reader, &host, site, &forward->host);
	if (r == 0)
		r = manifest_member(reader, field, "families", JSON_ARRAY, &list);
	for (size_t i = 0; r == 0 && i < json_array_size(list.json); i++) {
		const char *word = json_string_value(json_array_get(list.json, i));

		for (size_t family = 0; word != NULL && family < NET_N_FAMILIES; family++)
			forward->in[family] |= strcmp(word, manifest_families[family]) == 0;
	}
	if (r == 0 && !forward->in[NET_IPV4] && !forward->in[NET_IPV6])
		r = manifest_fault(reader, &list, "names no family");
	return r;
}

static int read_forwards(struct manifest_reader *reader, const struct manifest_field *field,
			 struct manifest_site *site)
{
	struct manifest_field list;
	struct manifest_field item;
	int r = manifest_member(reader, field, "forward", JSON_ARRAY, &list);

	for (size_t i = 0; r == 0 && i < json_array_size(list.json); i++) {
		struct manifest_forward forward = {0};

		r = manifest_item(reader, &list, i, JSON_OBJECT, &item);
		if (r == 0)
			r = read_forward(reader, &item, site, &forward);
		if (r == 0)
			*vec_push(reader->arena, &site->forwards) = forward;
	}
	return r;
}

static int compare_one_to_one(const void *a, const void *b)
{
	const struct manifest_one_to_one *first = a;
	const struct manifest_one_to_one *second = b;

	return net_address_compare(&first->address, &second->address);
}

static int read_one_to_one(struct manifest_reader *reader, const struct manifest_field *field,
			   struct manifest_site *site)
{
	struct manifest_field all;
	const char *text;
	json_t *value;
	int r = manifest_member(reader, field, "one_to_one", JSON_OBJECT, &all);

	if (r != 0)
		return r;
	json_object_foreach(all.json, text, value)
	{
		struct manifest_one_to_one entry = {0};
		struct manifest_field host;

		if (net_address_parse(text, &entry.address) != 0 ||
		    entry.address.family != NET_IPV4)
			return manifest_fault(reader, &all, "has a key that is no IPv4 address");
		r = manifest_member(reader, &all, text, JSON_STRING, &host);
		if (r == 0)
			r = read_inner_host(reader, &host, site, &entry.host);
		if (r != 0)
			return r;
		*vec_push(reader->arena, &site->one_to_one) = entry;
	}
	if (site->one_to_one.n_items > 1) {
		qsort(site->one_to_one.items, site->one_to_one.n_items,
		      sizeof(site->one_to_one.items[0]), compare_one_to_one);
	}
	return 0;
}

int manifest_read_ways_in(struct manifest_reader *reader, const struct manifest_field *top)
{
	struct manifest *manifest = reader->manifest;
	struct manifest_field all;
	struct manifest_field field;
	int r = manifest_member(reader, top, "sites", JSON_OBJECT, &all);

	for (size_t i = 1; r == 0 && i < manifest->n_sites; i++) {
		struct manifest_site *site = &manifest->sites[i];

		r = manifest_member(reader, &all, site->name, JSON_OBJECT, &field);
		if (r == 0)
			r = read_forwards(reader, &field, site);
		if (r == 0)
			r = read_one_to_one(reader, &field, site);
	}
	return r;
}
