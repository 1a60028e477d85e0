/* SPDX-License-Identifier: MIT */

/* The manifest from its file: the network first, then its parts in the order they build on. */

#include "base/manifest/manifest.h"

#include <fcntl.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/manifest/json.h"
#include "base/manifest/parts.h"
#include "base/text.h"

enum {
	LARGEST_FILE = 64 * 1024 * 1024, /* 10,000 hosts and their files take about 8 MB */
	LARGEST_INTERFACE_NAME = 15,     /* IFNAMSIZ with its NUL byte is 16 */
};

static int expect_format(struct manifest_reader *reader, const struct manifest_field *top)
{
	static const char *const formats[] = {"wgtopo-manifest"};
	static const struct manifest_range versions = {1, 1, "a version known here"};
	json_int_t version;
	size_t format;
	int r = manifest_member_word(reader, top, "format", formats, 1, &format);

	return r != 0 ? r : manifest_member_number(reader, top, "version", &versions, &version);
}

/* It becomes the name of interfaces and files, so it is held to what the compiler lets pass. */
bool manifest_is_interface_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_=+.-";

	return strspn(name, allowed) == strlen(name) && strlen(name) <= LARGEST_INTERFACE_NAME &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int read_network(struct manifest_reader *reader, const struct manifest_field *top)
{
	static const struct manifest_range mtus = {576, UINT16_MAX, "an MTU"};
	static const struct manifest_range intervals = {0, UINT16_MAX, "an interval"};
	struct manifest *manifest = reader->manifest;
	struct manifest_field field;
	json_int_t mtu = 0;
	json_int_t keepalive = 0;
	int r = manifest_member(reader, top, "network", JSON_OBJECT, &field);

	if (r == 0)
		r = manifest_member_text(reader, &field, "name", &manifest->network);
	if (r == 0 && !manifest_is_interface_name(manifest->network))
		r = manifest_fault(reader, &field, "has a name that no interface can have");
	if (r == 0 && json_is_string(json_object_get(field.json, "domain")))
		r = manifest_member_text(reader, &field, "domain", &manifest->domain);
	if (r == 0)
		r = manifest_member_number(reader, &field, "mtu", &mtus, &mtu);
	if (r == 0) {
		r = manifest_member_number(reader, &field, "longest_keepalive", &intervals,
					   &keepalive);
	}
	if (r == 0)
		r = manifest_member_prefixes(reader, &field, "addresses", &manifest->pools);
	manifest->has_no_keepalives = json_is_false(json_object_get(field.json, "keepalives"));
	manifest->mtu = (unsigned int)mtu;
	manifest->longest_keepalive_s = (unsigned int)keepalive;
	return r;
}

static int read_document(struct manifest_reader *reader, json_t *document)
{
	const struct manifest_field top = {.json = document};
	int r;

	if (!json_is_object(document))
		return manifest_fault(reader, &top, "is not an object");
	r = expect_format(reader, &top);
	if (r == 0)
		r = read_network(reader, &top);
	if (r == 0)
		r = manifest_read_sites(reader, &top);
	if (r == 0)
		r = manifest_read_hosts(reader, &top);
	if (r == 0)
		r = manifest_read_ways_in(reader, &top);
	if (r == 0)
		r = manifest_read_tuned(reader, &top);
	return r != 0 ? r : manifest_read_verdicts(reader, &top);
}

int manifest_parse(struct arena *arena, const char *bytes, size_t size,
		   struct manifest **ret_manifest, const char **ret_fault)
{
	struct manifest_reader reader = {
		.arena = arena,
		.manifest = ARENA_NEW(arena, struct manifest),
	};
	cleanup_(json_decref) json_t *document = NULL;
	json_error_t error;
	int r;

	document = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
	if (document == NULL) {
		*ret_fault = arena_printf(arena, "it is not JSON (line %d)", error.line);
		return MANIFEST_E_CONTENT;
	}
	r = read_document(&reader, document);
	if (r != 0) {
		*ret_fault = reader.fault;
		return r;
	}
	*ret_manifest = reader.manifest;
	return 0;
}

int manifest_read(struct arena *arena, const char *directory, struct manifest **ret_manifest,
		  const char **ret_fault)
{
	cleanup_(text_finish) struct text text = {0};
	cleanup_(file_close) int folder = file_open_folder(directory);
	int r = folder < 0 ? folder : file_read(folder, "manifest.json", LARGEST_FILE, &text);

	if (r < 0)
		return r;
	return manifest_parse(arena, text.length == 0 ? "" : text.data, text.length, ret_manifest,
			      ret_fault);
}

const struct manifest_host *manifest_find_host(const struct manifest *manifest, const char *name)
{
	size_t low = 0;
	size_t high = manifest->n_hosts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, manifest->hosts[middle].name);

		if (order == 0)
			return &manifest->hosts[middle];
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}
