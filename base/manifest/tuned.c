/* SPDX-License-Identifier: MIT */

/* Pairs whose author chose a keepalive or an MTU for them. */

#include <stdlib.h>

#include "base/manifest/json.h"
#include "base/manifest/parts.h"

static int compare_tuned(const void *a, const void *b)
{
	const struct manifest_tuned *first = a;
	const struct manifest_tuned *second = b;
	size_t i = first->ends[0] == second->ends[0] ? 1 : 0;

	return (first->ends[i] > second->ends[i]) - (first->ends[i] < second->ends[i]);
}

/* A member that may be missing. */
static int read_number(struct manifest_reader *reader, const struct manifest_field *pair,
		       const char *key, bool *ret_is_given, uint16_t *ret_number)
{
	static const struct manifest_range range = {0, UINT16_MAX, "a number of 16 bits"};
	json_int_t number = 0;
	int r = 0;

	*ret_is_given = json_object_get(pair->json, key) != NULL;
	if (*ret_is_given)
		r = manifest_member_number(reader, pair, key, &range, &number);
	*ret_number = (uint16_t)number;
	return r;
}

static int read_pair(struct manifest_reader *reader, const struct manifest_field *pair,
		     struct manifest_tuned *tuned)
{
	struct manifest_field list;
	struct manifest_field item;
	bool has_mtu;
	int r = manifest_member(reader, pair, "between", JSON_ARRAY, &list);

	if (r == 0 && json_array_size(list.json) != 2)
		r = manifest_fault(reader, &list, "is not a pair");
	for (size_t i = 0; r == 0 && i < 2; i++) {
		const struct manifest_host *host = NULL;

		r = manifest_item(reader, &list, i, JSON_STRING, &item);
		if (r == 0)
			r = manifest_host_named(reader, &item, &host);
		tuned->ends[i] = host == NULL ? 0 : host->index;
	}
	if (tuned->ends[0] > tuned->ends[1]) {
		size_t other = tuned->ends[0];

		tuned->ends[0] = tuned->ends[1];
		tuned->ends[1] = other;
	}
	if (r == 0)
		r = read_number(reader, pair, "keepalive", &tuned->is_kept, &tuned->keepalive_s);
	if (r == 0)
		r = read_number(reader, pair, "mtu", &has_mtu, &tuned->mtu);
	return r;
}

int manifest_read_tuned(struct manifest_reader *reader, const struct manifest_field *top)
{
	struct manifest *manifest = reader->manifest;
	struct manifest_field list;
	struct manifest_field item;
	int r = 0;

	if (json_object_get(top->json, "tuned") == NULL)
		return 0;
	r = manifest_member(reader, top, "tuned", JSON_ARRAY, &list);
	for (size_t i = 0; r == 0 && i < json_array_size(list.json); i++) {
		struct manifest_tuned tuned = {0};

		r = manifest_item(reader, &list, i, JSON_OBJECT, &item);
		if (r == 0)
			r = read_pair(reader, &item, &tuned);
		if (r == 0)
			*vec_push(reader->arena, &manifest->tuned) = tuned;
	}
	if (r == 0 && manifest->tuned.n_items > 1) {
		qsort(manifest->tuned.items, manifest->tuned.n_items, sizeof(struct manifest_tuned),
		      compare_tuned);
	}
	return r;
}

const struct manifest_tuned *manifest_find_tuned(const struct manifest *manifest,
						 const struct manifest_host *a,
						 const struct manifest_host *b)
{
	const struct manifest_tuned wanted = {
		.ends = {a->index < b->index ? a->index : b->index,
			 a->index < b->index ? b->index : a->index},
	};

	if (manifest->tuned.n_items == 0)
		return NULL;
	return bsearch(&wanted, manifest->tuned.items, manifest->tuned.n_items, sizeof(wanted),
		       compare_tuned);
}
