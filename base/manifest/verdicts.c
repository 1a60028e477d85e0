/* SPDX-License-Identifier: MIT */

/*
 * Verdicts. Classes have a row each, with a cell per class that is reached, sorted: as large as the
 * document, whatever numbers stand in it.
 */

#include "base/manifest/parts.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/manifest/json.h"

struct cell {
	size_t class;
	enum manifest_verdict verdict;
	vec_of(const struct manifest_host *) gateways; /* that relay */
};

struct row {
	vec_of(struct cell) cells;
	bool is_given;
};

/* A pair that has its own relay: `ends` are indices, the lower first. */
struct via {
	size_t ends[2];
	const struct manifest_host *gateway;
};

struct manifest_verdicts {
	struct row *rows;
	size_t n_rows;
	vec_of(struct via) links;
};

static int compare_cells(const void *a, const void *b)
{
	const struct cell *first = a;
	const struct cell *second = b;

	return (first->class > second->class) - (first->class < second->class);
}

static int compare_links(const void *a, const void *b)
{
	const struct via *first = a;
	const struct via *second = b;
	size_t i = first->ends[0] == second->ends[0] ? 1 : 0;

	return (first->ends[i] > second->ends[i]) - (first->ends[i] < second->ends[i]);
}

static int read_class(struct manifest_reader *reader, const struct manifest_field *field,
		      size_t *ret_class)
{
	const struct manifest_range range = {
		.maximum = (json_int_t)reader->manifest->verdicts->n_rows - 1,
		.what = "a class of these verdicts",
	};
	json_int_t number = 0;
	int r = manifest_number(reader, field, &range, &number);

	if (r == 0)
		*ret_class = (size_t)number;
	return r;
}

/* A list of classes that are reached in one way. */
static int read_reached(struct manifest_reader *reader, const struct manifest_field *entry,
			enum manifest_verdict verdict, struct row *row)
{
	struct manifest_field list;
	struct manifest_field item;
	int r = manifest_member(reader, entry, manifest_verdict_text(verdict), JSON_ARRAY, &list);

	for (size_t i = 0; r == 0 && i < json_array_size(list.json); i++) {
		struct cell cell = {.verdict = verdict};

		r = manifest_item(reader, &list, i, JSON_INTEGER, &item);
		if (r == 0)
			r = read_class(reader, &item, &cell.class);
		if (r == 0)
			*vec_push(reader->arena, &row->cells) = cell;
	}
	return r;
}

static int read_relay(struct manifest_reader *reader, const struct manifest_field *field,
		      struct cell *cell)
{
	struct manifest_field class;
	struct manifest_field list;
	struct manifest_field item;
	const struct manifest_host *gateway;
	int r = manifest_member(reader, field, "class", JSON_INTEGER, &class);

	if (r == 0)
		r = read_class(reader, &class, &cell->class);
	if (r == 0)
		r = manifest_member(reader, field, "gateways", JSON_ARRAY, &list);
	if (r == 0 && json_array_size(list.json) == 0)
		return manifest_fault(reader, &list, "is empty");
	for (size_t i = 0; r == 0 && i < json_array_size(list.json); i++) {
		r = manifest_item(reader, &list, i, JSON_STRING, &item);
		if (r == 0)
			r = manifest_host_named(reader, &item, &gateway);
		if (r == 0)
			*vec_push(reader->arena, &cell->gateways) = gateway;
	}
	return r;
}

static int read_relays(struct manifest_reader *reader, const struct manifest_field *entry,
		       struct row *row)
{
	struct manifest_field list;
	struct manifest_field item;
	int r = manifest_member(reader, entry, "relay", JSON_ARRAY, &list);

	for (size_t i = 0; r == 0 && i < json_array_size(list.json); i++) {
		struct cell cell = {.verdict = MANIFEST_RELAY};

		r = manifest_item(reader, &list, i, JSON_OBJECT, &item);
		if (r == 0)
			r = read_relay(reader, &item, &cell);
		if (r == 0)
			*vec_push(reader->arena, &row->cells) = cell;
	}
	return r;
}

static int sort_row(struct manifest_reader *reader, const struct manifest_field *entry,
		    struct row *row)
{
	if (row->cells.n_items < 2)
		return 0;
	qsort(row->cells.items, row->cells.n_items, sizeof(row->cells.items[0]), compare_cells);
	for (size_t i = 1; i < row->cells.n_items; i++) {
		if (row->cells.items[i - 1].class == row->cells.items[i].class)
			return manifest_fault(reader, entry, "has two verdicts for one class");
	}
	return 0;
}

static int read_entry(struct manifest_reader *reader, const struct manifest_field *entry)
{
	struct manifest_verdicts *verdicts = reader->manifest->verdicts;
	struct manifest_field field;
	struct row *row;
	size_t class = 0;
	int r = manifest_member(reader, entry, "class", JSON_INTEGER, &field);

	if (r == 0)
		r = read_class(reader, &field, &class);
	if (r != 0)
		return r;
	row = &verdicts->rows[class];
	if (row->is_given)
		return manifest_fault(reader, &field, "has verdicts already");
	row->is_given = true;
	for (enum manifest_verdict verdict = MANIFEST_LAN; r == 0 && verdict <= MANIFEST_PUNCH;
	     verdict++)
		r = read_reached(reader, entry, verdict, row);
	if (r == 0)
		r = read_relays(reader, entry, row);
	return r != 0 ? r : sort_row(reader, entry, row);
}

static int read_link(struct manifest_reader *reader, const struct manifest_field *field,
		     struct via *link)
{
	const struct manifest_host *ends[2] = {NULL, NULL};
	struct manifest_field list;
	struct manifest_field item;
	int r = manifest_member_host(reader, field, "via", &link->gateway);

	if (r == 0)
		r = manifest_member(reader, field, "between", JSON_ARRAY, &list);
	if (r == 0 && json_array_size(list.json) != 2)
		r = manifest_fault(reader, &list, "is not a pair");
	for (size_t i = 0; r == 0 && i < 2; i++) {
		r = manifest_item(reader, &list, i, JSON_STRING, &item);
		if (r == 0)
			r = manifest_host_named(reader, &item, &ends[i]);
	}
	if (r != 0)
		return r;
	if (ends[0] == ends[1] || ends[0] == link->gateway || ends[1] == link->gateway)
		return manifest_fault(reader, field, "relays a host to itself");
	link->ends[0] = ends[ends[0] > ends[1]]->index;
	link->ends[1] = ends[ends[0] < ends[1]]->index;
	return 0;
}

static int read_links(struct manifest_reader *reader, const struct manifest_field *top)
{
	struct manifest_verdicts *verdicts = reader->manifest->verdicts;
	struct manifest_field list;
	struct manifest_field item;
	int r = manifest_member(reader, top, "links", JSON_ARRAY, &list);

	for (size_t i = 0; r == 0 && i < json_array_size(list.json); i++) {
		struct via link = {0};

		r = manifest_item(reader, &list, i, JSON_OBJECT, &item);
		if (r == 0)
			r = read_link(reader, &item, &link);
		if (r == 0)
			*vec_push(reader->arena, &verdicts->links) = link;
	}
	if (r == 0 && verdicts->links.n_items > 1) {
		qsort(verdicts->links.items, verdicts->links.n_items,
		      sizeof(verdicts->links.items[0]), compare_links);
	}
	return r;
}

static int check_classes(struct manifest_reader *reader, const struct manifest_field *list)
{
	const struct manifest *manifest = reader->manifest;

	for (size_t i = 0; i < manifest->n_hosts; i++) {
		const struct manifest_host *host = &manifest->hosts[i];

		if (host->class >= manifest->verdicts->n_rows) {
			return manifest_fault(reader, list,
					      arena_printf(reader->arena,
							   "has none for the class of '%s'",
							   host->name));
		}
	}
	return 0;
}

int manifest_read_verdicts(struct manifest_reader *reader, const struct manifest_field *top)
{
	struct manifest_verdicts *verdicts = ARENA_NEW(reader->arena, struct manifest_verdicts);
	struct manifest_field list;
	struct manifest_field item;
	int r = manifest_member(reader, top, "verdicts", JSON_ARRAY, &list);

	if (r != 0)
		return r;
	verdicts->n_rows = json_array_size(list.json);
	verdicts->rows = ARENA_ARRAY(reader->arena, struct row, verdicts->n_rows);
	reader->manifest->verdicts = verdicts;
	r = check_classes(reader, &list);
	for (size_t i = 0; r == 0 && i < verdicts->n_rows; i++) {
		r = manifest_item(reader, &list, i, JSON_OBJECT, &item);
		if (r == 0)
			r = read_entry(reader, &item);
	}
	return r != 0 ? r : read_links(reader, top);
}

static const struct manifest_host *find_link(const struct manifest_verdicts *verdicts,
					     const struct manifest_host *a,
					     const struct manifest_host *b)
{
	const struct via wanted = {
		.ends = {a->index < b->index ? a->index : b->index,
			 a->index < b->index ? b->index : a->index},
	};
	const struct via *found = NULL;

	if (verdicts->links.n_items > 0) {
		found = bsearch(&wanted, verdicts->links.items, verdicts->links.n_items,
				sizeof(wanted), compare_links);
	}
	return found == NULL ? NULL : found->gateway;
}

enum manifest_verdict manifest_verdict(const struct manifest *manifest,
				       const struct manifest_host *from,
				       const struct manifest_host *to,
				       const struct manifest_host **ret_via)
{
	const struct manifest_verdicts *verdicts = manifest->verdicts;
	const struct row *row = &verdicts->rows[from->class];
	const struct cell wanted = {.class = to->class};
	const struct cell *cell = NULL;

	*ret_via = NULL;
	if (from == to || (from->kind == MANIFEST_DEVICE && to != from->gateway) ||
	    (to->kind == MANIFEST_DEVICE && from != to->gateway))
		return MANIFEST_NONE;
	/* The rows name classes of servers and gateways only: a device is asked for its own. */
	if (to->kind == MANIFEST_DEVICE)
		return manifest_verdict(manifest, to, from, ret_via);
	*ret_via = find_link(verdicts, from, to);
	if (*ret_via != NULL)
		return MANIFEST_RELAY;
	if (row->cells.n_items > 0) {
		cell = bsearch(&wanted, row->cells.items, row->cells.n_items, sizeof(wanted),
			       compare_cells);
	}
	if (cell == NULL)
		return MANIFEST_NONE;
	if (cell->verdict == MANIFEST_RELAY) {
		size_t share = (size_t)from->share + to->share;

		*ret_via = cell->gateways.items[share % cell->gateways.n_items];
	}
	return cell->verdict;
}

bool manifest_is_linked(const struct manifest *manifest, const struct manifest_host *a,
			const struct manifest_host *b)
{
	return find_link(manifest->verdicts, a, b) != NULL;
}

bool manifest_has_link(const struct manifest *manifest, const struct manifest_host *host)
{
	vec_foreach(link, &manifest->verdicts->links) {
		if (link->ends[0] == host->index || link->ends[1] == host->index)
			return true;
	}
	return false;
}

const char *manifest_verdict_text(enum manifest_verdict verdict)
{
	switch (verdict) {
	case MANIFEST_NONE:
		return "none";
	case MANIFEST_LAN:
		return "lan";
	case MANIFEST_DIRECT:
		return "direct";
	case MANIFEST_PUNCH:
		return "punch";
	case MANIFEST_RELAY:
		return "relay";
	}
	unreachable();
}
