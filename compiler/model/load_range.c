/* SPDX-License-Identifier: MIT */

/*
 * A section is loaded as often as its range has names, and each host list in it is expanded only
 * once: the first time. Loading asks for the lists in the same order every time, so that the nth
 * question has the nth answer. A range in a range, which is devices of users, multiplies.
 */

#include "compiler/model/load_range.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "compiler/model/hostlist.h"
#include "compiler/model/load_section.h"
#include "compiler/model/load_value.h"
#include "compiler/model/schema.h"
#include "compiler/model/topology.h"
#include "compiler/parse/node.h"
#include "compiler/parse/parse.h"

/* An expanded host list. */
struct load_list {
	char *values; /* `struct given_...`; NULL: it was wrong, and that was reported */
	size_t n_values;
};

/* The range that a section is loaded for, and the name whose turn it is. */
struct load_range {
	const struct node *key;
	const char *title; /* what its names are: "server" */
	size_t n_names;    /* together with those of the range around it */
	size_t index;
};

/* The span of some bytes of a scalar's content; of the scalar where it is written in another way.
 */
static struct span span_in(const struct node *node, struct hostlist_place place)
{
	struct span span = node->span;
	uint32_t begin = span.begin + (node->is_plain ? 0 : 1);
	size_t length = strlen(node->text);

	if (begin + length > span.end || memcmp(span.source->text + begin, node->text, length) != 0)
		return span;
	span.begin = begin + (uint32_t)place.begin;
	span.end = begin + (uint32_t)place.end;
	return span;
}

static const struct {
	const char *fault; /* behind the text at the fault */
	const char *help;
} faults[] = {
	[HOSTLIST_E_UNCLOSED] = {"has no ']'", "close the bracket, as in gpu[01-64]"},
	[HOSTLIST_E_NESTED] = {"stands inside a bracket",
			       "write brackets one behind the other, as in rack[1-2]n[01-40]"},
	[HOSTLIST_E_STRAY] = {"has no '[' before it", "open the bracket, as in gpu[01-64]"},
	[HOSTLIST_E_EMPTY] = {"has nothing where a number or a name belongs",
			      "write numbers in the brackets, as in gpu[01-03,07]"},
	[HOSTLIST_E_NUMBER] = {"is neither a number nor two with a hyphen between them",
			       "write decimal digits, at most 18 of them, as in gpu[01-03,07]"},
	[HOSTLIST_E_REVERSED] = {"runs backwards", "write the lower number first"},
	[HOSTLIST_E_WIDTH] =
		{"has zeros in front, and ends of different lengths",
		 "write both with as many digits, as in [001-100]; or as two ranges, as "
		 "in [01-99,100]"},
	[HOSTLIST_E_TOO_MANY] = {"makes more than 100,000 names",
				 "the ranges of a topology make at most 100,000 names in all"},
};

static void report_fault(const struct load_context *context, const struct node *node, int error,
			 struct hostlist_place place)
{
	struct diag *diag = diag_add(context->diags, DIAG_RANGE_INVALID, span_in(node, place),
				     "'%.*s' %s", (int)(place.end - place.begin),
				     node->text + place.begin, faults[error].fault);

	diag_help(context->diags, diag, "%s", faults[error].help);
}

static const struct hostlist *parse_list(const struct load_context *context,
					 const struct node *node)
{
	const struct hostlist *list = NULL;
	struct hostlist_place place;
	int r = hostlist_parse(context->arena, node->text, &list, &place);

	if (r != 0)
		report_fault(context, node, r, place);
	return list;
}

/* The names of a map, or values of another row. */
static size_t item_size(const struct schema_row *row)
{
	return row->shape == SCHEMA_MAP ? sizeof(struct given_text) : load_value_size(row);
}

static bool load_item(const struct load_context *context, const struct schema_row *row,
		      const struct node *item, void *ret_value)
{
	if (row->shape != SCHEMA_MAP)
		return load_value(row, item, ret_value, context->diags);
	if (!load_expect_name(context, item, row->section->title))
		return false;
	*(struct given_text *)ret_value = (struct given_text){item->text, item->span};
	return true;
}

/* Loads every item; at the first that is wrong, nothing. */
static void expand(const struct load_context *context, const struct schema_row *row,
		   const struct node *node, const struct hostlist *list, struct load_list *ret_list)
{
	cleanup_(text_finish) struct text text = {0};
	size_t n = hostlist_n_names(list);
	size_t size = item_size(row);
	char *values = arena_alloc(context->arena, n * size);

	for (size_t i = 0; i < n; i++) {
		struct node item = *node;

		text_clear(&text);
		hostlist_write(list, i, &text);
		item.text = arena_copy(context->arena, text.data, text.length);
		if (!load_item(context, row, &item, values + i * size))
			return;
	}
	*ret_list = (struct load_list){.values = values, .n_values = n};
}

/* The list whose turn it is. `ret_is_new`: it is still empty, and to be filled. */
static struct load_list *next_list(const struct load_context *context, bool *ret_is_new)
{
	struct load_ranges *ranges = context->ranges;

	*ret_is_new = ranges->next_list == ranges->lists.n_items;
	if (*ret_is_new) {
		*vec_push(context->arena, &ranges->lists) =
			ARENA_NEW(context->arena, struct load_list);
	}
	return ranges->lists.items[ranges->next_list++];
}

/* Values */

static void relate_to_range(const struct load_context *context, struct diag *diag)
{
	const struct load_range *range = context->range;

	diag_related(context->diags, diag, range->key->span, "%zu %s%s", range->n_names,
		     range->title, range->n_names == 1 ? "" : "s");
}

static void report_length(const struct load_context *context, const struct node *node,
			  size_t n_values)
{
	const struct load_range *range = context->range;
	struct diag *diag = diag_add(context->diags, DIAG_RANGE_LENGTH, node->span,
				     "'%s' is %zu value%s, for %zu %s%s", node->text, n_values,
				     n_values == 1 ? "" : "s", range->n_names, range->title,
				     range->n_names == 1 ? "" : "s");

	relate_to_range(context, diag);
	diag_help(context->diags, diag, "write as many values as there are names");
}

static bool load_listed(const struct load_context *context, const struct schema_row *row,
			const struct node *node, void *ret_value)
{
	bool is_new;
	struct load_list *expanded = next_list(context, &is_new);
	size_t size = load_value_size(row);

	if (is_new) {
		const struct hostlist *list = parse_list(context, node);

		if (list != NULL && hostlist_n_names(list) != context->range->n_names) {
			report_length(context, node, hostlist_n_names(list));
		} else if (list != NULL) {
			expand(context, row, node, list, expanded);
		}
	}
	if (expanded->values == NULL)
		return false;
	memcpy(ret_value, expanded->values + context->range->index * size, size);
	return true;
}

/* A value that no two nodes can have, and several would. */
static void report_shared(const struct load_context *context, const struct schema_row *row,
			  const struct node *node)
{
	static const struct {
		enum diag_rule rule;
		const char *what;
		const char *help;
	} rows[SCHEMA_N_TYPES] = {
		[SCHEMA_PLACE] = {DIAG_RANGE_LENGTH, "address",
				  "write as many as there are names, such as 10.1.2.[11-74], or "
				  "'dynamic'"},
		[SCHEMA_ADDRESS] = {DIAG_RANGE_LENGTH, "address",
				    "write as many as there are names, such as 10.77.0.[11-74], or "
				    "leave it to the lock"},
		[SCHEMA_PREFIX] =
			{DIAG_PREFIX_CONFLICT, "route",
			 "give the one that has the network behind it an entry of its own"},
		[SCHEMA_KEY] =
			{DIAG_KEY_SHARED, "public key",
			 "leave 'public_key' out: the keys of a range come from the lock, "
			 "where `wgtopo key gen` writes them, or `wgtopo key host NAME` for a "
			 "key that stays on its host"},
	};
	struct diag *diag = diag_add(context->diags, rows[row->type].rule, node->span,
				     "%zu %ss cannot share one %s", context->range->n_names,
				     context->range->title, rows[row->type].what);

	relate_to_range(context, diag);
	diag_help(context->diags, diag, "%s", rows[row->type].help);
}

static bool is_shareable(const struct schema_row *row, const void *value)
{
	switch (row->type) {
	case SCHEMA_ADDRESS:
	case SCHEMA_PREFIX:
	case SCHEMA_KEY:
		return false;
	case SCHEMA_PLACE:
		return ((const struct given_place *)value)->kind == PLACE_DYNAMIC;
	case SCHEMA_NAME:
	case SCHEMA_TEXT:
	case SCHEMA_BOOLEAN:
	case SCHEMA_INTEGER:
	case SCHEMA_WORD:
	case SCHEMA_DATE:
	case SCHEMA_PORTS:
	case SCHEMA_SECTION:
	case SCHEMA_N_TYPES:
		break;
	}
	return true;
}

bool load_range_value(const struct load_context *context, const struct schema_row *row,
		      const struct node *node, void *ret_value)
{
	_Alignas(max_align_t) char value[64];

	if (context->range == NULL)
		return load_value(row, node, ret_value, context->diags);
	if (row->takes_ranges && node->kind == NODE_SCALAR && hostlist_is_meant(node->text))
		return load_listed(context, row, node, ret_value);
	/* A key that is wrong leaves its span all the same: see load_value(). */
	if (row->type == SCHEMA_KEY)
		*(struct given_key *)ret_value = (struct given_key){.span = node->span};
	if (!load_value(row, node, value, context->diags))
		return false;
	if (context->range->n_names > 1 && !is_shareable(row, value)) {
		report_shared(context, row, node);
		return false;
	}
	memcpy(ret_value, value, load_value_size(row));
	return true;
}

/* Names */

static void report_twice(const struct load_context *context, const struct node *key,
			 const struct hostlist *list, size_t first, size_t second, const char *name)
{
	struct diag *diag = diag_add(context->diags, DIAG_NAME_DUPLICATE,
				     span_in(key, hostlist_locate(list, second, first)),
				     "the range has the name '%s' twice", name);

	diag_related(context->diags, diag, span_in(key, hostlist_locate(list, first, second)),
		     "it is here as well");
	diag_help(context->diags, diag, "leave one of them out");
}

static bool expect_different(const struct load_context *context, const struct node *key,
			     const struct hostlist *list, const struct load_list *names)
{
	struct given_text *items = (void *)names->values;
	struct map map = {0};

	for (size_t i = 0; i < names->n_values; i++) {
		const struct given_text *other =
			map_put(context->arena, &map, items[i].value, &items[i]);

		if (other != NULL) {
			report_twice(context, key, list, (size_t)(other - items), i,
				     items[i].value);
			return false;
		}
	}
	return true;
}

static size_t count_nodes(const struct node *node)
{
	size_t n = 1;

	if (node->kind == NODE_SEQUENCE) {
		vec_foreach(item, &node->items)
			n += count_nodes(*item);
	} else if (node->kind == NODE_MAPPING) {
		vec_foreach(entry, &node->entries)
			n += 1 + count_nodes(entry->value);
	}
	return n;
}

/* A small file must not become a large topology. What is written out is bounded, and so is this. */
static bool expect_room(const struct load_context *context, const struct node_entry *entry,
			size_t n_names)
{
	struct load_ranges *ranges = context->ranges;
	size_t n_nodes = n_names * (1 + count_nodes(entry->value));
	bool has_many_names = n_names > HOSTLIST_MAX_NAMES - ranges->n_names;
	struct diag *diag;

	if (!has_many_names && n_nodes <= PARSE_MAX_NODES - ranges->n_nodes) {
		ranges->n_names += n_names;
		ranges->n_nodes += n_nodes;
		return true;
	}
	diag = diag_add(context->diags, DIAG_RANGE_INVALID, entry->key->span,
			"with these the ranges of the topology make more than %s",
			has_many_names ? "100,000 names" : "2,000,000 values");
	diag_help(context->diags, diag,
		  has_many_names ? "split the network: one has at most 100,000 names in ranges"
				 : "split the network, or what the names share");
	return false;
}

/* The names of the entry, at the first time that it is loaded. */
static void expand_names(const struct load_context *context, const struct schema_row *row,
			 const struct node_entry *entry, struct load_list *ret_names)
{
	const struct hostlist *list = parse_list(context, entry->key);
	size_t n_around = context->range == NULL ? 1 : context->range->n_names;
	struct load_list names = {0};

	if (list == NULL || !expect_room(context, entry, n_around * hostlist_n_names(list)))
		return;
	expand(context, row, entry->key, list, &names);
	if (names.values != NULL && expect_different(context, entry->key, list, &names))
		*ret_names = names;
}

/* What is wrong with each of the nodes for the same reason is wrong once. */
static void fold_findings(const struct load_context *context, const struct node_entry *entry)
{
	struct span span = entry->key->span;

	if (entry->value->span.end > span.end)
		span.end = entry->value->span.end;
	diag_fold(context->diags, span);
}

void load_range(const struct load_context *context, const struct schema_row *row,
		const struct node_entry *entry, struct vec *vector)
{
	struct load_context inner = *context;
	struct load_ranges *ranges = context->ranges;
	struct load_range range = {.key = entry->key, .title = row->section->title};
	const struct given_text *names;
	struct load_list *list;
	size_t first_list;
	bool is_new;

	if (context->range == NULL) {
		ranges->lists.n_items = 0;
		ranges->next_list = 0;
		fold_findings(context, entry);
	}
	list = next_list(context, &is_new);
	if (is_new)
		expand_names(context, row, entry, list);
	names = (const void *)list->values;
	first_list = ranges->next_list;
	range.n_names = list->n_values * (context->range == NULL ? 1 : context->range->n_names);
	vec_grow_by(context->arena, vector, list->n_values, row->section->size);
	for (size_t i = 0; i < list->n_values; i++) {
		range.index = i;
		if (context->range != NULL)
			range.index += context->range->index * list->n_values;
		inner.range = &range;
		inner.diags = range.index == 0 ? context->diags : &ranges->repeated;
		ranges->next_list = first_list;
		load_named(&inner, row, names[i], entry->value, vector);
	}
}
