/* SPDX-License-Identifier: MIT */

/*
 * One walk serves every section: each key of a mapping is looked up in the section's rows, and the
 * row says what the value is, how many there are, and where in the struct they go.
 */

#include "compiler/model/load_section.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/model/check.h"
#include "compiler/model/hostlist.h"
#include "compiler/model/load_range.h"
#include "compiler/model/load_value.h"
#include "compiler/model/schema.h"
#include "compiler/model/topology.h"
#include "compiler/parse/node.h"

static bool expect_kind(const struct load_context *context, const struct schema_row *row,
			const struct node *node, enum node_kind kind)
{
	const char *what = row->pairs != NULL            ? "a mapping from "
			   : row->shape == SCHEMA_MAP    ? "a mapping of names"
			   : row->shape == SCHEMA_PLACES ? "a mapping of sites"
			   : kind == NODE_SEQUENCE       ? "a list"
							 : "a mapping of keys";
	struct diag *diag;

	if (node->kind == kind)
		return true;
	diag = diag_add(context->diags, DIAG_WRONG_TYPE, node->span, "'%s' takes %s%s", row->name,
			what, row->pairs != NULL ? row->pairs : "");
	if (row->example != NULL)
		diag_help(context->diags, diag, "for example: `%s: %s`", row->name, row->example);
	return false;
}

bool load_expect_name(const struct load_context *context, const struct node *key, const char *what)
{
	const char *expected = check_node_name(key->text);
	struct diag *diag;

	if (expected == NULL)
		return true;
	if (strchr(key->text, '[') != NULL) {
		diag = diag_add(context->diags, DIAG_NOT_SUPPORTED_YET, key->span,
				"ranges such as '%s' are not supported yet", key->text);
		diag_help(context->diags, diag, "write one %s per name", what);
		return false;
	}
	diag = diag_add(context->diags, DIAG_BAD_NAME, key->span, "'%s' is not a name for a %s",
			key->text, what);
	diag_help(context->diags, diag, "write %s", expected);
	return false;
}

/* A list or mapping that has to say something, and does not. */
static bool is_empty(const struct load_context *context, const char *name, const char *example,
		     const struct node *node, size_t n_items)
{
	struct diag *diag;

	if (n_items > 0)
		return false;
	diag = diag_add(context->diags, DIAG_BAD_VALUE, node->span, "'%s' is empty", name);
	if (example != NULL)
		diag_help(context->diags, diag, "for example: `%s: %s`", name, example);
	return true;
}

static void load_places(const struct load_context *context, const struct schema_row *row,
			const struct node *node, struct vec *vector)
{
	if (!expect_kind(context, row, node, NODE_MAPPING))
		return;
	if (is_empty(context, row->name, row->example, node, node->entries.n_items))
		return;
	vec_grow_by(context->arena, vector, node->entries.n_items, sizeof(struct topology_at));
	vec_foreach(entry, &node->entries) {
		struct topology_at *at;
		const struct node *const *items = &entry->value;
		size_t n_items = 1;

		if (!load_expect_name(context, entry->key, "site"))
			continue;
		at = vec_grow(context->arena, vector, sizeof(*at));
		at->site = (struct given_text){entry->key->text, entry->key->span};
		if (entry->value->kind == NODE_SEQUENCE) {
			items = entry->value->items.items;
			n_items = entry->value->items.n_items;
		}
		if (is_empty(context, entry->key->text, "203.0.113.11", entry->value, n_items))
			continue;
		vec_reserve(context->arena, &at->places, n_items);
		for (size_t i = 0; i < n_items; i++) {
			struct given_place place;

			if (load_range_value(context, row, items[i], &place))
				*vec_push(context->arena, &at->places) = place;
		}
	}
}

void load_named(const struct load_context *context, const struct schema_row *row,
		struct given_text name, const struct node *value, struct vec *vector)
{
	struct given_text *item = vec_grow(context->arena, vector, row->section->size);

	*item = name;
	if (!node_is_null(value))
		load_section(context, row->section, value, item);
}

static void load_map(const struct load_context *context, const struct schema_row *row,
		     const struct node *node, struct vec *vector)
{
	if (node_is_null(node) || !expect_kind(context, row, node, NODE_MAPPING))
		return;
	vec_grow_by(context->arena, vector, node->entries.n_items, row->section->size);
	vec_foreach(entry, &node->entries) {
		const struct node *key = entry->key;

		if (row->takes_ranges && hostlist_is_meant(key->text)) {
			load_range(context, row, entry, vector);
		} else if (load_expect_name(context, key, row->section->title)) {
			load_named(context, row, (struct given_text){key->text, key->span},
				   entry->value, vector);
		}
	}
}

static bool expect_key(const struct load_context *context, const struct schema_row *row,
		       const struct node *key)
{
	const char *expected = row->key_check(key->text);
	struct diag *diag;

	if (expected == NULL)
		return true;
	diag = diag_add(context->diags, DIAG_BAD_VALUE, key->span,
			"'%s' is not a key that '%s' takes", key->text, row->name);
	diag_help(context->diags, diag, "write %s", expected);
	return false;
}

static void load_pairs(const struct load_context *context, const struct schema_row *row,
		       const struct node *node, struct vec *vector)
{
	if (!expect_kind(context, row, node, NODE_MAPPING))
		return;
	if (is_empty(context, row->name, row->example, node, node->entries.n_items))
		return;
	vec_grow_by(context->arena, vector, node->entries.n_items, sizeof(struct given_pair));
	vec_foreach(entry, &node->entries) {
		struct given_pair pair = {.name = {entry->key->text, entry->key->span}};

		if (expect_key(context, row, entry->key) &&
		    load_value(row, entry->value, &pair.value, context->diags))
			*(struct given_pair *)vec_grow(context->arena, vector, sizeof(pair)) = pair;
	}
}

static void load_item(const struct load_context *context, const struct schema_row *row,
		      const struct node *node, struct vec *vector)
{
	_Alignas(max_align_t) char value[64];
	size_t size = load_value_size(row);

	if (row->type == SCHEMA_SECTION) {
		struct span *item = vec_grow(context->arena, vector, row->section->size);

		*item = node->span;
		load_section(context, row->section, node, item);
	} else if (load_range_value(context, row, node, value)) {
		memcpy(vec_grow(context->arena, vector, size), value, size);
	}
}

static void load_list(const struct load_context *context, const struct schema_row *row,
		      const struct node *node, struct vec *vector)
{
	bool is_alone = row->shape == SCHEMA_ONE_OR_LIST && node->kind == NODE_SCALAR;

	if (is_alone) {
		load_item(context, row, node, vector);
		return;
	}
	if (!expect_kind(context, row, node, NODE_SEQUENCE))
		return;
	if (row->is_required &&
	    is_empty(context, row->name, row->example, node, node->items.n_items))
		return;
	if (row->maximum > 0 && row->type != SCHEMA_INTEGER &&
	    node->items.n_items > (size_t)row->maximum) {
		diag_add(context->diags, DIAG_BAD_VALUE, node->span,
			 "'%s' takes at most %lld items", row->name, (long long)row->maximum);
		return;
	}
	vec_foreach(item, &node->items)
		load_item(context, row, *item, vector);
}

/* A section in place of a word. The number says that it is there, and where. */
static void load_in_place(const struct load_context *context, const struct schema_row *row,
			  const struct node *node, char *target)
{
	if (is_empty(context, row->name, row->example, node, node->entries.n_items))
		return;
	*(struct given_number *)(void *)(target + row->offset) =
		(struct given_number){.value = row->section_value, .span = node->span};
	load_section(context, row->section, node, target + row->section_offset);
}

static void load_row(const struct load_context *context, const struct schema_row *row,
		     const struct node *node, char *target)
{
	void *field = target + row->offset;

	switch (row->shape) {
	case SCHEMA_ONE:
		if (row->type == SCHEMA_SECTION) {
			load_section(context, row->section, node, field);
		} else if (row->section != NULL && node->kind == NODE_MAPPING) {
			load_in_place(context, row, node, target);
		} else {
			(void)load_range_value(context, row, node, field); /* absent where wrong */
		}
		return;
	case SCHEMA_LIST:
	case SCHEMA_ONE_OR_LIST:
		load_list(context, row, node, field);
		return;
	case SCHEMA_MAP:
		if (row->section != NULL) {
			load_map(context, row, node, field);
		} else {
			load_pairs(context, row, node, field);
		}
		return;
	case SCHEMA_PLACES:
		load_places(context, row, node, field);
		return;
	}
	unreachable();
}

/* "a", or "an" before the title. */
static const char *article_of(const struct schema_section *section)
{
	return strchr("aeio", section->title[0]) != NULL ? "an" : "a";
}

static void report_unknown_key(const struct load_context *context,
			       const struct schema_section *section, const struct node *key)
{
	const struct schema_row *near = schema_suggest_row(section, key->text);
	struct diag *diag =
		diag_add(context->diags, DIAG_UNKNOWN_KEY, key->span, "%s %s has no key '%s'",
			 article_of(section), section->title, key->text);
	cleanup_(text_finish) struct text names = {0};

	if (strcmp(key->text, "private_key") == 0) {
		diag_help(
			context->diags, diag,
			"a private key never belongs here, and one that was committed is no secret any "
			"more: make a new one on the node, and write its public half as 'public_key'");
		return;
	}
	if (near != NULL) {
		diag_help(context->diags, diag, "did you mean '%s'?", near->name);
		return;
	}
	for (size_t i = 0; i < section->n_rows; i++)
		text_printf(&names, "%s%s", i == 0 ? "" : ", ", section->rows[i].name);
	diag_help(context->diags, diag, "its keys are %s", names.data);
}

/*
 * A key that was meant, though misspelled, counts as given: it is not missing as well. Its value
 * may be a private one, so it is not shown.
 */
static void note_misspelled(const struct load_context *context,
			    const struct schema_section *section, const struct node_entry *entry,
			    char *target)
{
	const struct node *key = entry->key;
	const struct schema_row *near = schema_suggest_row(section, key->text);

	if (strstr(key->text, "key") != NULL || (near != NULL && near->type == SCHEMA_KEY))
		diag_hide(context->diags, entry->value->span);

	if (near != NULL && near->type == SCHEMA_KEY) {
		*(struct given_key *)(void *)(target + near->offset) =
			(struct given_key){.span = key->span};
	}
}

static void report_later(const struct load_context *context, const struct schema_row *row,
			 const struct node *key)
{
	struct diag *diag = diag_add(context->diags, DIAG_NOT_SUPPORTED_YET, key->span,
				     "key '%s' is not supported yet: %s", row->name, row->later);

	diag_help(context->diags, diag, "leave it out, or wait for the version that can act on it");
}

static const struct node *find_value(const struct node *mapping, const char *name)
{
	vec_foreach(entry, &mapping->entries) {
		if (strcmp(entry->key->text, name) == 0)
			return entry->value;
	}
	return NULL;
}

/* Whether the mapping has an unknown key that was probably meant to be this one. */
static bool is_misspelled(const struct schema_section *section, const struct schema_row *row,
			  const struct node *mapping)
{
	vec_foreach(entry, &mapping->entries) {
		const char *name = entry->key->text;

		if (schema_find_row(section, name) == NULL &&
		    schema_suggest_row(section, name) == row)
			return true;
	}
	return false;
}

static void check_required(const struct load_context *context, const struct schema_section *section,
			   const struct node *node)
{
	for (size_t i = 0; i < section->n_rows; i++) {
		const struct schema_row *row = &section->rows[i];
		struct diag *diag;

		if (!row->is_required || find_value(node, row->name) != NULL ||
		    is_misspelled(section, row, node))
			continue;
		diag = diag_add(context->diags, DIAG_MISSING_KEY, node->span, "this %s has no '%s'",
				section->title, row->name);
		diag_help(context->diags, diag, "add `%s: %s`", row->name,
			  row->example != NULL ? row->example : "...");
	}
}

void load_keys(const struct load_context *context, const struct schema_section *section,
	       const struct node *mapping, void *target)
{
	vec_foreach(entry, &mapping->entries) {
		const struct schema_row *row = schema_find_row(section, entry->key->text);

		if (row == NULL) {
			report_unknown_key(context, section, entry->key);
			note_misspelled(context, section, entry, target);
		} else if (row->later != NULL) {
			report_later(context, row, entry->key);
		} else {
			load_row(context, row, entry->value, target);
		}
	}
}

void load_section(const struct load_context *context, const struct schema_section *section,
		  const struct node *node, void *target)
{
	if (node->kind != NODE_MAPPING) {
		diag_add(context->diags, DIAG_WRONG_TYPE, node->span,
			 "%s %s is a mapping of keys, such as `{ %s: ... }`", article_of(section),
			 section->title, section->rows[0].name);
		return;
	}
	load_keys(context, section, node, target);
	check_required(context, section, node);
}
