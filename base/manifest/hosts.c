/* SPDX-License-Identifier: MIT */

/* The hosts of a manifest, sorted by name. */

#include "base/manifest/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/manifest/json.h"

static const char *const kind_words[] = {
	[MANIFEST_GATEWAY] = "gateway",
	[MANIFEST_SERVER] = "server",
	[MANIFEST_DEVICE] = "device",
};

/* A path below the folder of the manifest, which names nothing outside of it. */
static int read_folder(struct manifest_reader *reader, const struct manifest_field *outer,
		       const char **ret_folder)
{
	struct manifest_field field;
	const char *part;
	int r = manifest_member(reader, outer, "folder", JSON_STRING, &field);

	if (r == 0)
		r = manifest_text(reader, &field, ret_folder);
	if (r != 0)
		return r;
	part = *ret_folder;
	for (size_t length; *part != '\0'; part += length + (part[length] == '/')) {
		length = strcspn(part, "/");
		if (length == 0 || (length == 2 && strncmp(part, "..", 2) == 0))
			return manifest_fault(reader, &field, "is not a path below the manifest");
	}
	return 0;
}

/* The network's, unless the host says another one. */
static int read_interface(struct manifest_reader *reader, const struct manifest_field *outer,
			  const char **ret_interface)
{
	struct manifest_field field;
	int r;

	*ret_interface = reader->manifest->network;
	if (json_object_get(outer->json, "interface") == NULL)
		return 0;
	r = manifest_member(reader, outer, "interface", JSON_STRING, &field);
	if (r == 0)
		r = manifest_text(reader, &field, ret_interface);
	if (r == 0 && !manifest_is_interface_name(*ret_interface))
		r = manifest_fault(reader, &field, "is no name for an interface");
	return r;
}

static int read_key(struct manifest_reader *reader, const struct manifest_field *outer,
		    struct net_key *ret_key)
{
	struct manifest_field field;
	int r = manifest_member(reader, outer, "public_key", JSON_STRING, &field);

	if (r == 0 && net_key_parse(json_string_value(field.json), ret_key) != 0)
		r = manifest_fault(reader, &field, "is not a public key");
	return r;
}

static int read_addresses(struct manifest_reader *reader, const struct manifest_field *outer,
			  struct manifest_host *host)
{
	struct manifest_field list;
	struct manifest_field item;
	struct net_address address;
	int r = manifest_member(reader, outer, "addresses", JSON_ARRAY, &list);

	if (r == 0 && json_array_size(list.json) == 0)
		return manifest_fault(reader, &list, "is empty");
	for (size_t i = 0; r == 0 && i < json_array_size(list.json); i++) {
		r = manifest_item(reader, &list, i, JSON_STRING, &item);
		if (r == 0)
			r = manifest_address(reader, &item, &address);
		if (r == 0)
			*vec_push(reader->arena, &host->addresses) = address;
	}
	return r;
}

static int read_places(struct manifest_reader *reader, const struct manifest_field *list,
		       struct manifest_attachment *attachment)
{
	struct manifest_field item;
	int r = 0;

	if (json_array_size(list->json) == 0)
		return manifest_fault(reader, list, "is empty");
	for (size_t i = 0; r == 0 && i < json_array_size(list->json); i++) {
		r = manifest_item(reader, list, i, JSON_STRING, &item);
		if (r == 0) {
			r = manifest_place(reader, &item,
					   vec_push(reader->arena, &attachment->places));
		}
	}
	return r;
}

/* By going through the sites the attachments come in the order of sites. */
static int read_at(struct manifest_reader *reader, const struct manifest_field *outer,
		   struct manifest_host *host)
{
	const struct manifest *manifest = reader->manifest;
	struct manifest_field all;
	struct manifest_field list;
	const char *name;
	json_t *value;
	int r = manifest_member(reader, outer, "at", JSON_OBJECT, &all);

	if (r != 0)
		return r;
	json_object_foreach(all.json, name, value)
	{
		if (map_get(&reader->sites, name) == NULL)
			return manifest_fault(reader, &all, "names a site that is not there");
	}
	for (size_t i = 0; i < manifest->n_sites && json_object_size(all.json) > 0; i++) {
		struct manifest_attachment attachment = {.site = &manifest->sites[i]};

		if (json_object_get(all.json, attachment.site->name) == NULL)
			continue;
		r = manifest_member(reader, &all, attachment.site->name, JSON_ARRAY, &list);
		if (r == 0)
			r = read_places(reader, &list, &attachment);
		if (r != 0)
			return r;
		*vec_push(reader->arena, &host->attachments) = attachment;
	}
	return 0;
}

static int read_groups(struct manifest_reader *reader, const struct manifest_field *outer,
		       struct manifest_host *host)
{
	struct manifest_field list;
	struct manifest_field item;
	int r = 0;

	if (json_object_get(outer->json, "groups") == NULL)
		return 0;
	r = manifest_member(reader, outer, "groups", JSON_ARRAY, &list);
	for (size_t i = 0; r == 0 && i < json_array_size(list.json); i++) {
		const char *group;

		r = manifest_item(reader, &list, i, JSON_STRING, &item);
		if (r == 0)
			r = manifest_text(reader, &item, &group);
		if (r == 0)
			*vec_push(reader->arena, &host->groups) = group;
	}
	return r;
}

static int read_host(struct manifest_reader *reader, const struct manifest_field *field,
		     struct manifest_host *host)
{
	static const struct manifest_range classes = {0, INT32_MAX, "a class"};
	static const struct manifest_range shares = {0, INT32_MAX, "a share"};
	json_int_t class = 0;
	json_int_t share = 0;
	size_t kind = 0;
	int r = manifest_member_word(reader, field, "kind", kind_words, 3, &kind);

	if (r == 0)
		r = read_folder(reader, field, &host->folder);
	if (r == 0)
		r = read_interface(reader, field, &host->interface);
	if (r == 0)
		r = read_addresses(reader, field, host);
	if (r == 0)
		r = read_key(reader, field, &host->public_key);
	if (r == 0)
		r = manifest_member_port(reader, field, "listen_port", &host->listen_port);
	if (r == 0)
		r = read_at(reader, field, host);
	if (r == 0)
		r = manifest_member_prefixes(reader, field, "routes", &host->routes);
	if (r == 0)
		r = read_groups(reader, field, host);
	if (r == 0)
		r = manifest_member_number(reader, field, "class", &classes, &class);
	if (r == 0)
		r = manifest_member_number(reader, field, "share", &shares, &share);
	host->kind = (enum manifest_kind)kind;
	host->class = (size_t) class;
	host->share = (unsigned int)share;
	return r;
}

static int read_gateway(struct manifest_reader *reader, const struct manifest_field *field,
			struct manifest_host *host)
{
	const struct manifest_host *gateway = NULL;
	json_t *value = json_object_get(field->json, "gateway");
	const struct manifest_field member = {.outer = field, .key = "gateway", .json = value};
	int r = 0;

	if (!json_is_null(value))
		r = manifest_member_host(reader, field, "gateway", &gateway);
	if (r == 0 && gateway != NULL && gateway->kind != MANIFEST_GATEWAY)
		r = manifest_fault(reader, &member, "is not a gateway");
	host->gateway = gateway;
	return r;
}

/* Of a device at a further gateway: the same at the first, with the same key. */
static int read_device(struct manifest_reader *reader, const struct manifest_field *field,
		       struct manifest_host *host)
{
	const struct manifest_field member = {.outer = field, .key = "device"};
	const struct manifest_host *device;
	int r;

	if (json_object_get(field->json, "device") == NULL)
		return 0;
	r = manifest_member_host(reader, field, "device", &device);
	if (r != 0)
		return r;
	if (device == host || device->kind != MANIFEST_DEVICE || host->kind != MANIFEST_DEVICE ||
	    net_key_compare(&device->public_key, &host->public_key) != 0)
		return manifest_fault(reader, &member, "is not the same device");
	host->device = device;
	return 0;
}

static int compare_hosts(const void *a, const void *b)
{
	const struct manifest_host *first = a;
	const struct manifest_host *second = b;

	return strcmp(first->name, second->name);
}

static int name_hosts(struct manifest_reader *reader, const struct manifest_field *all)
{
	struct manifest *manifest = reader->manifest;
	const char *name;
	json_t *value;

	manifest->hosts =
		ARENA_ARRAY(reader->arena, struct manifest_host, json_object_size(all->json));
	json_object_foreach(all->json, name, value)
	{
		int r = manifest_name(reader, all, name, &manifest->hosts[manifest->n_hosts].name);

		if (r != 0)
			return r;
		manifest->n_hosts++;
	}
	if (manifest->n_hosts > 1) {
		qsort(manifest->hosts, manifest->n_hosts, sizeof(manifest->hosts[0]),
		      compare_hosts);
	}
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		manifest->hosts[i].index = i;
		(void)map_put(reader->arena, &reader->hosts, manifest->hosts[i].name,
			      &manifest->hosts[i]); /* keys of an object are unique */
	}
	return 0;
}

int manifest_read_hosts(struct manifest_reader *reader, const struct manifest_field *top)
{
	struct manifest *manifest = reader->manifest;
	struct manifest_field all;
	struct manifest_field field;
	int r = manifest_member(reader, top, "hosts", JSON_OBJECT, &all);

	if (r == 0)
		r = name_hosts(reader, &all);
	for (size_t i = 0; r == 0 && i < manifest->n_hosts; i++) {
		r = manifest_member(reader, &all, manifest->hosts[i].name, JSON_OBJECT, &field);
		if (r == 0)
			r = read_host(reader, &field, &manifest->hosts[i]);
	}
	for (size_t i = 0; r == 0 && i < manifest->n_hosts; i++) {
		r = manifest_member(reader, &all, manifest->hosts[i].name, JSON_OBJECT, &field);
		if (r == 0)
			r = read_gateway(reader, &field, &manifest->hosts[i]);
		if (r == 0)
			r = read_device(reader, &field, &manifest->hosts[i]);
	}
	return r;
}
