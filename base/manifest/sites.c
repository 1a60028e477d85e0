/* SPDX-License-Identifier: MIT */

/* The sites of a manifest: a tree whose root, the internet, is not written. */

#include "base/manifest/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/manifest/json.h"

static const char *const mapping_words[] = {
	[MANIFEST_MAPPING_NONE] = "none",
	[MANIFEST_MAPPING_ENDPOINT_INDEPENDENT] = "endpoint-independent",
	[MANIFEST_MAPPING_ADDRESS_DEPENDENT] = "address-dependent",
	[MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT] = "address-and-port-dependent",
};

static const char *const filtering_words[] = {
	[MANIFEST_FILTERING_NONE] = "none",
	[MANIFEST_FILTERING_ENDPOINT_INDEPENDENT] = "endpoint-independent",
	[MANIFEST_FILTERING_ADDRESS_DEPENDENT] = "address-dependent",
	[MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT] = "address-and-port-dependent",
};

const char *const manifest_families[] = {
	[NET_IPV4] = "ipv4",
	[NET_IPV6] = "ipv6",
};

/* A box that translates or filters does so by what it remembers. */
static int check_box(struct manifest_reader *reader, const struct manifest_field *field,
		     const struct manifest_box *box, enum net_family family)
{
	bool translates = box->mapping != MANIFEST_MAPPING_NONE;
	bool remembers = translates || box->filtering != MANIFEST_FILTERING_NONE;

	if (translates && family == NET_IPV6)
		return manifest_fault(reader, field, "translates, which is known of IPv4 only");
	if (remembers && box->mapping_timeout_s == 0)
		return manifest_fault(reader, field, "remembers nothing, and cannot work so");
	return 0;
}

static int read_box(struct manifest_reader *reader, const struct manifest_field *boxes,
		    enum net_family family, struct manifest_box *ret_box)
{
	static const struct manifest_range timeouts = {0, 86400, "a time of at most a day"};
	struct manifest_box box = {0};
	struct manifest_field field;
	json_int_t timeout = 0;
	size_t mapping = 0;
	size_t filtering = 0;
	int r = manifest_member(reader, boxes, manifest_families[family], JSON_OBJECT, &field);

	if (r == 0)
		r = manifest_member_word(reader, &field, "mapping", mapping_words, 4, &mapping);
	if (r == 0) {
		r = manifest_member_word(reader, &field, "filtering", filtering_words, 4,
					 &filtering);
	}
	if (r == 0) {
		r = manifest_member_truth(reader, &field, "port_preservation",
					  &box.port_preservation);
	}
	if (r == 0)
		r = manifest_member_truth(reader, &field, "hairpinning", &box.hairpinning);
	if (r == 0)
		r = manifest_member_truth(reader, &field, "blocks_udp", &box.blocks_udp);
	if (r == 0) {
		r = manifest_member_number(reader, &field, "mapping_timeout", &timeouts, &timeout);
	}
	box.mapping = (enum manifest_mapping)mapping;
	box.filtering = (enum manifest_filtering)filtering;
	box.mapping_timeout_s = (unsigned int)timeout;
	*ret_box = box;
	return r != 0 ? r : check_box(reader, &field, &box, family);
}

static int read_public(struct manifest_reader *reader, const struct manifest_field *field,
		       struct manifest_site *site)
{
	struct manifest_field list;
	struct manifest_field item;
	struct manifest_place place;
	int r = manifest_member(reader, field, "public", JSON_ARRAY, &list);

	for (size_t i = 0; r == 0 && i < json_array_size(list.json); i++) {
		r = manifest_item(reader, &list, i, JSON_STRING, &item);
		if (r == 0)
			r = manifest_place(reader, &item, &place);
		if (r != 0)
			return r;
		if (place.is_address && place.address.family != NET_IPV4)
			return manifest_fault(reader, &item, "is not an IPv4 address");
		*vec_push(reader->arena, &site->public) = place;
	}
	return r;
}

static int read_site(struct manifest_reader *reader, const struct manifest_field *field,
		     struct manifest_site *site)
{
	struct manifest_field boxes;
	struct manifest_field inside;
	int r = manifest_member(reader, field, "inside", JSON_STRING, &inside);

	if (r != 0)
		return r;
	site->inside = map_get(&reader->sites, json_string_value(inside.json));
	if (site->inside == NULL)
		return manifest_fault(reader, &inside, "is not a site");
	r = manifest_member_text(reader, field, "nat", &site->nat);
	if (r == 0)
		r = manifest_member(reader, field, "box", JSON_OBJECT, &boxes);
	for (enum net_family family = NET_IPV4; r == 0 && family < NET_N_FAMILIES; family++)
		r = read_box(reader, &boxes, family, &site->box[family]);
	if (r == 0)
		r = read_public(reader, field, site);
	if (r == 0)
		r = manifest_member_prefixes(reader, field, "prefixes", &site->prefixes);
	if (r == 0) {
		r = manifest_member_truth(reader, field, "client_isolation",
					  &site->client_isolation);
	}
	return r;
}

/* Whether going outward from the site never ends at the internet. */
static bool is_in_a_circle(const struct manifest *manifest, const struct manifest_site *site)
{
	for (size_t i = 0; i < manifest->n_sites; i++) {
		if (site->inside == NULL)
			return false;
		site = site->inside;
	}
	return true;
}

static int compare_sites(const void *a, const void *b)
{
	const struct manifest_site *first = a;
	const struct manifest_site *second = b;

	return strcmp(first->name, second->name);
}

static int name_sites(struct manifest_reader *reader, const struct manifest_field *field)
{
	struct manifest *manifest = reader->manifest;
	struct manifest_site *site;
	const char *name;
	json_t *value;

	manifest->sites =
		ARENA_ARRAY(reader->arena, struct manifest_site, json_object_size(field->json) + 1);
	manifest->sites[0].name = "internet";
	manifest->sites[0].nat = "none";
	site = &manifest->sites[1];
	json_object_foreach(field->json, name, value)
	{
		int r = manifest_name(reader, field, name, &site->name);

		if (r != 0)
			return r;
		if (strcmp(name, "internet") == 0) {
			return manifest_fault(reader, field,
					      "has the internet, which is always there");
		}
		site++;
	}
	manifest->n_sites = (size_t)(site - manifest->sites);
	qsort(&manifest->sites[1], manifest->n_sites - 1, sizeof(*site), compare_sites);
	for (size_t i = 0; i < manifest->n_sites; i++) {
		manifest->sites[i].index = i;
		(void)map_put(reader->arena, &reader->sites, manifest->sites[i].name,
			      &manifest->sites[i]); /* keys of an object are unique */
	}
	return 0;
}

int manifest_read_sites(struct manifest_reader *reader, const struct manifest_field *top)
{
	struct manifest *manifest = reader->manifest;
	struct manifest_field all;
	struct manifest_field field;
	int r = manifest_member(reader, top, "sites", JSON_OBJECT, &all);

	if (r == 0)
		r = name_sites(reader, &all);
	for (size_t i = 1; r == 0 && i < manifest->n_sites; i++) {
		struct manifest_site *site = &manifest->sites[i];

		r = manifest_member(reader, &all, site->name, JSON_OBJECT, &field);
		if (r == 0)
			r = read_site(reader, &field, site);
	}
	for (size_t i = 1; r == 0 && i < manifest->n_sites; i++) {
		if (is_in_a_circle(manifest, &manifest->sites[i])) {
			field = (struct manifest_field){.outer = &all,
							.key = manifest->sites[i].name};
			r = manifest_fault(reader, &field, "lies inside itself");
		}
	}
	return r;
}
