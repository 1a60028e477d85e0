/* SPDX-License-Identifier: MIT */

/* Reading of single values. Text is limited to what a terminal and a batch file can be fed with. */

#include "base/manifest/json.h"

#include <string.h>

#include "base/arena.h"
#include "base/net/endpoint.h"
#include "base/text.h"

static void write_way(const struct manifest_field *field, struct text *out)
{
	enum {
		DEEPEST = 16
	};
	const struct manifest_field *way[DEEPEST];
	size_t n_steps = 0;

	for (; field->outer != NULL && n_steps < DEEPEST; field = field->outer)
		way[n_steps++] = field;
	for (size_t i = n_steps; i-- > 0;) {
		if (way[i]->key == NULL) {
			text_printf(out, "[%zu]", way[i]->number);
		} else {
			text_join(out, out->length == 0 ? "" : ".", way[i]->key);
		}
	}
	if (n_steps == 0)
		text_puts(out, "the document");
}

int manifest_fault(struct manifest_reader *reader, const struct manifest_field *field,
		   const char *words)
{
	cleanup_(text_finish) struct text text = {0};

	write_way(field, &text);
	text_join(&text, " ", words);
	reader->fault = arena_copy(reader->arena, text.data, text.length);
	return MANIFEST_E_CONTENT;
}

static int expect(struct manifest_reader *reader, const struct manifest_field *field,
		  json_type type)
{
	static const char *const words[] = {
		[JSON_OBJECT] = "is not an object",    [JSON_ARRAY] = "is not a list",
		[JSON_STRING] = "is not text",         [JSON_INTEGER] = "is not a whole number",
		[JSON_REAL] = "is not a number",       [JSON_TRUE] = "is not true or false",
		[JSON_FALSE] = "is not true or false", [JSON_NULL] = "is not null",
	};

	if (field->json == NULL)
		return manifest_fault(reader, field, "is missing");
	if (type == JSON_TRUE ? json_is_boolean(field->json) : json_typeof(field->json) == type)
		return 0;
	return manifest_fault(reader, field, words[type]);
}

int manifest_member(struct manifest_reader *reader, const struct manifest_field *outer,
		    const char *key, json_type type, struct manifest_field *ret_field)
{
	*ret_field = (struct manifest_field){
		.outer = outer,
		.key = key,
		.json = json_object_get(outer->json, key),
	};
	return expect(reader, ret_field, type);
}

int manifest_item(struct manifest_reader *reader, const struct manifest_field *list, size_t number,
		  json_type type, struct manifest_field *ret_field)
{
	*ret_field = (struct manifest_field){
		.outer = list,
		.number = number,
		.json = json_array_get(list->json, number),
	};
	return expect(reader, ret_field, type);
}

static bool is_plain(const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (*c < ' ' || *c > '~')
			return false;
	}
	return text[0] != '\0';
}

int manifest_name(struct manifest_reader *reader, const struct manifest_field *outer,
		  const char *key, const char **ret_name)
{
	if (!is_plain(key))
		return manifest_fault(reader, outer, "has a name that is not plain text");
	*ret_name = arena_copy(reader->arena, key, strlen(key));
	return 0;
}

int manifest_text(struct manifest_reader *reader, const struct manifest_field *field,
		  const char **ret_text)
{
	const char *text = json_string_value(field->json);

	if (!is_plain(text))
		return manifest_fault(reader, field, "is not plain text");
	*ret_text = arena_copy(reader->arena, text, strlen(text));
	return 0;
}

int manifest_member_text(struct manifest_reader *reader, const struct manifest_field *outer,
			 const char *key, const char **ret_text)
{
	struct manifest_field field;
	int r = manifest_member(reader, outer, key, JSON_STRING, &field);

	return r != 0 ? r : manifest_text(reader, &field, ret_text);
}

int manifest_number(struct manifest_reader *reader, const struct manifest_field *field,
		    const struct manifest_range *range, json_int_t *ret_number)
{
	json_int_t number = json_integer_value(field->json);

	if (number < range->minimum || number > range->maximum) {
		return manifest_fault(reader, field,
				      arena_printf(reader->arena, "is not %s", range->what));
	}
	*ret_number = number;
	return 0;
}

int manifest_member_number(struct manifest_reader *reader, const struct manifest_field *outer,
			   const char *key, const struct manifest_range *range,
			   json_int_t *ret_number)
{
	struct manifest_field field;
	int r = manifest_member(reader, outer, key, JSON_INTEGER, &field);

	return r != 0 ? r : manifest_number(reader, &field, range, ret_number);
}

int manifest_member_port(struct manifest_reader *reader, const struct manifest_field *outer,
			 const char *key, uint16_t *ret_port)
{
	static const struct manifest_range ports = {1, UINT16_MAX, "a port"};
	json_int_t number = 0;
	int r = manifest_member_number(reader, outer, key, &ports, &number);

	if (r == 0)
		*ret_port = (uint16_t)number;
	return r;
}

int manifest_member_truth(struct manifest_reader *reader, const struct manifest_field *outer,
			  const char *key, bool *ret_truth)
{
	struct manifest_field field;
	int r = manifest_member(reader, outer, key, JSON_TRUE, &field);

	if (r == 0)
		*ret_truth = json_is_true(field.json);
	return r;
}

int manifest_member_word(struct manifest_reader *reader, const struct manifest_field *outer,
			 const char *key, const char *const *words, size_t n_words,
			 size_t *ret_word)
{
	struct manifest_field field;
	int r = manifest_member(reader, outer, key, JSON_STRING, &field);

	if (r != 0)
		return r;
	for (size_t i = 0; i < n_words; i++) {
		if (strcmp(json_string_value(field.json), words[i]) == 0) {
			*ret_word = i;
			return 0;
		}
	}
	return manifest_fault(reader, &field, "is a word without a meaning here");
}

int manifest_address(struct manifest_reader *reader, const struct manifest_field *field,
		     struct net_address *ret_address)
{
	if (net_address_parse(json_string_value(field->json), ret_address) != 0 ||
	    net_address_scope(ret_address) == NET_SCOPE_UNUSABLE)
		return manifest_fault(reader, field, "is not an address of a host");
	return 0;
}

int manifest_member_prefixes(struct manifest_reader *reader, const struct manifest_field *outer,
			     const char *key, void *prefixes)
{
	struct manifest_field list;
	struct manifest_field item;
	struct net_prefix prefix;
	int r = manifest_member(reader, outer, key, JSON_ARRAY, &list);

	for (size_t i = 0; r == 0 && i < json_array_size(list.json); i++) {
		r = manifest_item(reader, &list, i, JSON_STRING, &item);
		if (r != 0)
			return r;
		if (net_prefix_parse(json_string_value(item.json), &prefix) != 0)
			return manifest_fault(reader, &item, "is not a prefix");
		*(struct net_prefix *)vec_grow(reader->arena, prefixes, sizeof(prefix)) = prefix;
	}
	return r;
}

int manifest_place(struct manifest_reader *reader, const struct manifest_field *field,
		   struct manifest_place *ret_place)
{
	const char *text = json_string_value(field->json);

	*ret_place = (struct manifest_place){0};
	if (strcmp(text, "dynamic") == 0)
		return 0;
	if (net_address_parse(text, &ret_place->address) == 0) {
		ret_place->is_address = true;
		return manifest_address(reader, field, &ret_place->address);
	}
	if (!net_name_is_valid(text))
		return manifest_fault(reader, field, "is not an address or a DNS name");
	return manifest_text(reader, field, &ret_place->name);
}

int manifest_host_named(struct manifest_reader *reader, const struct manifest_field *field,
			const struct manifest_host **ret_host)
{
	*ret_host = map_get(&reader->hosts, json_string_value(field->json));
	return *ret_host != NULL ? 0 : manifest_fault(reader, field, "is not a host");
}

int manifest_member_host(struct manifest_reader *reader, const struct manifest_field *outer,
			 const char *key, const struct manifest_host **ret_host)
{
	struct manifest_field field;
	int r = manifest_member(reader, outer, key, JSON_STRING, &field);

	return r != 0 ? r : manifest_host_named(reader, &field, ret_host);
}
