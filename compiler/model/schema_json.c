/* SPDX-License-Identifier: MIT */

/*
 * The schema table as JSON Schema. Every section is a definition of its own, so that the document
 * stays as flat as the table. The schema accepts whatever the loader accepts, and may accept more:
 * an editor that complains about a right file is worse than one that misses a mistake.
 */

#include "compiler/model/schema_export.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/memory.h"
#include "base/text.h"
#include "compiler/model/check.h"
#include "compiler/model/schema.h"
#include "compiler/parse/node.h"
#include "compiler/parse/parse.h"

#define NAME "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"

/* A host list of these characters: terms with commas between them, one of them with a bracket. */
#define RANGES       "[0-9]{1,18}(-[0-9]{1,18})?"
#define BRACKET      "\\[" RANGES "(," RANGES ")*\\]"
#define TERM(of)     "(" of "|" BRACKET ")+"
#define HOSTLIST(of) "^(" TERM(of) ",)*" of "*" BRACKET "(" of "|" BRACKET ")*(," TERM(of) ")*$"

static const char name_pattern[] = NAME;
static const char names_pattern[] = NAME "|" HOSTLIST("[a-z0-9-]");

static const struct {
	schema_check *check;
	const char *pattern;
} check_patterns[] = {
	{check_interface_name, "^[A-Za-z0-9_=+][A-Za-z0-9_=+.-]{0,14}$"},
	{check_dns_name, "^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"},
	{check_forward_port, "^[0-9]{1,5}(/ipv6)?$"},
	{check_ipv4_address, "^[0-9]{1,3}([.][0-9]{1,3}){3}$"},
};

static const char *const type_patterns[SCHEMA_N_TYPES] = {
	[SCHEMA_PREFIX] = "^[0-9A-Fa-f.:]+/[0-9]{1,3}$",
	[SCHEMA_ADDRESS] = "^[0-9A-Fa-f.:]+$",
	[SCHEMA_KEY] = "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$",
	[SCHEMA_PLACE] = "^[0-9A-Za-z.:-]+$",
	[SCHEMA_DATE] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
	[SCHEMA_PORTS] = "^(icmp|(tcp|udp)(/[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?)?)$",
};

/* The same, where the row takes host lists as well. */
static const char *const ranged_patterns[SCHEMA_N_TYPES] = {
	[SCHEMA_ADDRESS] = "^[0-9A-Fa-f.:]+$|" HOSTLIST("[0-9A-Fa-f.:]"),
	[SCHEMA_PLACE] = "^[0-9A-Za-z.:-]+$|" HOSTLIST("[0-9A-Za-z.:-]"),
};

static void set(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new(object, key,
				  value); /* fails on no memory: see write_document() */
}

static void set_text(json_t *object, const char *key, const char *value)
{
	set(object, key, json_string(value));
}

static json_t *make_any_of(json_t *one, json_t *other)
{
	return json_pack("{s:[o,o]}", "anyOf", one, other);
}

static json_t *make_reference(const struct schema_section *section)
{
	return json_pack("{s:s+}", "$ref", "#/$defs/", section->title);
}

/* What a text that passes the check looks like, or NULL where no pattern says it. */
static const char *find_pattern(schema_check *check)
{
	for (size_t i = 0; i < sizeof(check_patterns) / sizeof(check_patterns[0]); i++) {
		if (check_patterns[i].check == check)
			return check_patterns[i].pattern;
	}
	return NULL;
}

static json_t *make_text(const struct schema_row *row)
{
	json_t *schema = json_pack("{s:s}", "type", "string");
	const char *pattern = find_pattern(row->check);

	if (pattern == NULL)
		pattern = (row->takes_ranges ? ranged_patterns : type_patterns)[row->type];
	if (pattern != NULL)
		set_text(schema, "pattern", pattern);
	return schema;
}

/* A constant each, since JSON Schema has no description for the members of an `enum`. */
static json_t *make_words(const struct schema_word *words)
{
	json_t *choices = json_array();

	for (; words->text != NULL; words++) {
		(void)json_array_append_new(choices, json_pack("{s:s, s:s}", "const", words->text,
							       "description", words->help));
	}
	return json_pack("{s:o}", "anyOf", choices);
}

static json_t *make_integer(const struct schema_row *row)
{
	json_t *schema = json_pack("{s:s,s:I,s:I}", "type", "integer", "minimum",
				   (json_int_t)row->minimum, "maximum", (json_int_t)row->maximum);

	return row->words == NULL ? schema : make_any_of(schema, make_words(row->words));
}

/* One value of the row, whatever its shape. */
static json_t *make_value(const struct schema_row *row)
{
	switch (row->type) {
	case SCHEMA_BOOLEAN:
		return json_pack("{s:s}", "type", "boolean");
	case SCHEMA_INTEGER:
		return make_integer(row);
	case SCHEMA_WORD:
		return row->section == NULL
			       ? make_words(row->words)
			       : make_any_of(make_words(row->words), make_reference(row->section));
	case SCHEMA_SECTION:
		return make_reference(row->section);
	case SCHEMA_NAME:
	case SCHEMA_TEXT:
	case SCHEMA_ADDRESS:
	case SCHEMA_PREFIX:
	case SCHEMA_KEY:
	case SCHEMA_PLACE:
	case SCHEMA_DATE:
	case SCHEMA_PORTS:
	case SCHEMA_N_TYPES:
		break;
	}
	return make_text(row);
}

static json_t *make_list(const struct schema_row *row)
{
	json_t *schema = json_pack("{s:s,s:o}", "type", "array", "items", make_value(row));

	if (row->maximum > 0 && row->type != SCHEMA_INTEGER)
		set(schema, "maxItems", json_integer(row->maximum));
	return schema;
}

/* A mapping from names. Its values may be null, where all their keys have defaults. */
static json_t *make_map(const struct schema_row *row)
{
	json_t *schema = json_pack("{s:[s,s]}", "type", "object", "null");

	set(schema, "propertyNames",
	    json_pack("{s:s}", "pattern", row->takes_ranges ? names_pattern : name_pattern));
	set(schema, "additionalProperties",
	    make_any_of(make_reference(row->section), json_pack("{s:s}", "type", "null")));
	return schema;
}

/* A mapping to single texts: it has to say something. */
static json_t *make_pairs(const struct schema_row *row)
{
	return json_pack("{s:s,s:i,s:{s:s},s:o}", "type", "object", "minProperties", 1,
			 "propertyNames", "pattern", find_pattern(row->key_check),
			 "additionalProperties", make_text(row));
}

static json_t *make_places(const struct schema_row *row)
{
	return json_pack("{s:s,s:{s:s},s:o}", "type", "object", "propertyNames", "pattern",
			 name_pattern, "additionalProperties",
			 make_any_of(make_value(row), make_list(row)));
}

static json_t *make_shape(const struct schema_row *row)
{
	switch (row->shape) {
	case SCHEMA_ONE:
		return make_value(row);
	case SCHEMA_LIST:
		return make_list(row);
	case SCHEMA_ONE_OR_LIST:
		return make_any_of(make_value(row), make_list(row));
	case SCHEMA_MAP:
		return row->section == NULL ? make_pairs(row) : make_map(row);
	case SCHEMA_PLACES:
		return make_places(row);
	}
	unreachable();
}

/* A plain scalar that YAML 1.2's core schema reads as a number or a boolean is one in JSON too. */
static json_t *convert_scalar(const struct node *node)
{
	size_t length = strlen(node->text);

	if (node_is_null(node))
		return json_null();
	if (node->is_plain && (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0))
		return json_boolean(node->text[0] == 't');
	if (node->is_plain && length > 0 && length < 10 &&
	    strspn(node->text, "0123456789") == length)
		return json_integer((json_int_t)strtol(node->text, NULL, 10));
	return json_string(node->text);
}

static json_t *convert_node(const struct node *node)
{
	json_t *json;

	switch (node->kind) {
	case NODE_SCALAR:
		return convert_scalar(node);
	case NODE_SEQUENCE:
		json = json_array();
		vec_foreach(item, &node->items)
			(void)json_array_append_new(json, convert_node(*item));
		return json;
	case NODE_MAPPING:
		json = json_object();
		vec_foreach(entry, &node->entries)
			set(json, entry->key->text, convert_node(entry->value));
		return json;
	}
	unreachable();
}

/* YAML of the table as JSON; NULL where it is prose, or leaves something out with "...". */
static json_t *convert_yaml(const char *yaml)
{
	struct arena *arena = arena_create();
	struct diag_bag diags = {.arena = arena};
	const struct source *source = source_create(arena, "example", yaml, strlen(yaml));
	const struct node *node = parse_source(arena, source, &diags);
	json_t *json = NULL;

	if (strstr(yaml, "...") == NULL && node != NULL && diags.n_errors == 0)
		json = convert_node(node);
	arena_destroy(arena);
	return json;
}

/* Whether the default is a value that can be written, not a description of one. */
static bool has_literal_default(const struct schema_row *row)
{
	if (row->default_text == NULL || row->shape != SCHEMA_ONE)
		return false;
	switch (row->type) {
	case SCHEMA_BOOLEAN:
	case SCHEMA_INTEGER:
	case SCHEMA_WORD:
	case SCHEMA_NAME:
		return strchr(row->default_text, ' ') == NULL;
	default:
		return false;
	}
}

static json_t *make_property(const struct schema_row *row)
{
	cleanup_(text_finish) struct text description = {0};
	json_t *schema = make_shape(row);
	json_t *example = row->example == NULL ? NULL : convert_yaml(row->example);

	text_puts(&description, row->help);
	if (row->default_text != NULL && !has_literal_default(row))
		text_printf(&description, " Default: %s.", row->default_text);
	if (row->later != NULL)
		text_puts(&description, " (not supported yet)");
	set_text(schema, "description", description.data);
	if (has_literal_default(row))
		set(schema, "default", convert_yaml(row->default_text));
	if (example != NULL)
		set(schema, "examples", json_pack("[o]", example));
	return schema;
}

static json_t *make_section(const struct schema_section *section)
{
	json_t *schema = json_object();
	json_t *properties = json_object();
	json_t *required = json_array();

	for (size_t i = 0; i < section->n_rows; i++) {
		const struct schema_row *row = &section->rows[i];

		set(properties, row->name, make_property(row));
		/* An included file has no `network`, and is checked by the same schema. */
		if (row->is_required && section != &schema_topology)
			(void)json_array_append_new(required, json_string(row->name));
	}
	set_text(schema, "title", section->title);
	set_text(schema, "description", section->help);
	set_text(schema, "type", "object");
	set(schema, "properties", properties);
	if (json_array_size(required) > 0) {
		set(schema, "required", required);
	} else {
		json_decref(required);
	}
	set(schema, "additionalProperties", json_false());
	return schema;
}

static void define_sections(json_t *definitions, const struct schema_section *section)
{
	for (size_t i = 0; i < section->n_rows; i++) {
		const struct schema_section *inner = section->rows[i].section;

		if (inner == NULL || json_object_get(definitions, inner->title) != NULL)
			continue;
		set(definitions, inner->title, make_section(inner));
		define_sections(definitions, inner);
	}
}

void schema_write_json(struct text *out)
{
	json_t *document = json_object();
	json_t *body = make_section(&schema_topology);
	json_t *definitions = json_object();
	char *dump;

	set_text(document, "$schema", "https://json-schema.org/draft/2020-12/schema");
	(void)json_object_update(document, body);
	json_decref(body);
	set_text(document, "title", "wgtopo topology");
	define_sections(definitions, &schema_topology);
	set(document, "$defs", definitions);
	dump = json_dumps(document, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	if (dump == NULL)
		memory_exhausted();
	text_printf(out, "%s\n", dump);
	free(dump);
	json_decref(document);
}
