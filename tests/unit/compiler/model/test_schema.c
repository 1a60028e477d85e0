/* SPDX-License-Identifier: MIT */

/* The schema table: what holds for every row, and that every key of the language has one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/model/load_section.h"
#include "compiler/model/load_value.h"
#include "compiler/model/schema.h"
#include "compiler/model/topology.h"
#include "compiler/parse/parse.h"

typedef void visit(const struct schema_section *section, const struct schema_row *row);

static void for_each_row(const struct schema_section *section, visit *visit_row)
{
	for (size_t i = 0; i < section->n_rows; i++) {
		visit_row(section, &section->rows[i]);
		if (section->rows[i].section != NULL)
			for_each_row(section->rows[i].section, visit_row);
	}
}

/* A sentence: a capital, or a word of the language, at the start and a period at the end. */
static void check_sentence(const char *text)
{
	assert_non_null(text);
	assert_true(strlen(text) > 10);
	assert_int_equal(text[strlen(text) - 1], '.');
}

static void check_texts(const struct schema_section *section, const struct schema_row *row)
{
	check_sentence(section->help);
	assert_non_null(section->title);
	check_sentence(row->help);
	assert_true(strlen(row->name) > 0);
	assert_true(strlen(schema_type_text(row)) > 0);
	assert_true(strlen(schema_types_text(row)) > 0);
	if (row->later != NULL)
		assert_true(strlen(row->later) > 0);
}

static void test_schema_texts(void **state)
{
	(void)state;
	for_each_row(&schema_topology, check_texts);
}

static void check_name(const struct schema_section *section, const struct schema_row *row)
{
	assert_ptr_equal(schema_find_row(section, row->name), row);
}

static void test_schema_names_are_unique(void **state)
{
	(void)state;
	for_each_row(&schema_topology, check_name);
}

static size_t field_size(const struct schema_row *row)
{
	if (row->shape != SCHEMA_ONE)
		return sizeof(struct vec);
	return row->type == SCHEMA_SECTION ? row->section->size : load_value_size(row);
}

static bool stands_in_place(const struct schema_row *row)
{
	return row->type == SCHEMA_WORD && row->section != NULL;
}

struct field {
	size_t begin;
	size_t end;
};

/* What the row fills of its section's struct: one field, or two where a section takes a word's
 * place. */
static size_t find_fields(const struct schema_row *row, struct field ret_fields[static 2])
{
	if (row->later != NULL)
		return 0;
	ret_fields[0] = (struct field){row->offset, row->offset + field_size(row)};
	if (!stands_in_place(row))
		return 1;
	ret_fields[1] =
		(struct field){row->section_offset, row->section_offset + row->section->size};
	return 2;
}

static bool overlap(struct field a, struct field b)
{
	return a.begin < b.end && b.begin < a.end;
}

static void check_apart(const struct schema_row *row, struct field field,
			const struct schema_row *other)
{
	struct field others[2];
	size_t n_others = find_fields(other, others);

	for (size_t i = 0; i < n_others; i++) {
		if (overlap(field, others[i]))
			fail_msg("'%s' and '%s' overlap", row->name, other->name);
	}
}

static void check_field(const struct schema_section *section, const struct schema_row *row)
{
	struct field fields[2];
	size_t n_fields = find_fields(row, fields);

	for (size_t i = 0; i < n_fields; i++) {
		assert_true(fields[i].end <= section->size);
		assert_int_equal(fields[i].begin % _Alignof(int64_t), 0);
		for (const struct schema_row *other = section->rows; other < row; other++)
			check_apart(row, fields[i], other);
	}
	assert_false(n_fields == 2 && overlap(fields[0], fields[1]));
}

static void test_schema_fields(void **state)
{
	(void)state;
	for_each_row(&schema_topology, check_field);
}

static void check_words(const struct schema_section *section, const struct schema_row *row)
{
	(void)section;
	assert_true(row->type != SCHEMA_WORD || row->words != NULL);
	for (const struct schema_word *word = row->words; word != NULL && word->text != NULL;
	     word++) {
		assert_true(strlen(word->text) > 0);
		assert_true(strlen(word->help) > 0);
		assert_true(word - row->words < 32);
		for (const struct schema_word *other = row->words; other < word; other++) {
			assert_string_not_equal(other->text, word->text);
			assert_true(other->value != word->value);
		}
		/* a number of the row's range never means the same as a word */
		if (row->type == SCHEMA_INTEGER)
			assert_true(word->value < row->minimum || word->value > row->maximum);
	}
}

static void test_schema_words(void **state)
{
	(void)state;
	for_each_row(&schema_topology, check_words);
}

static void check_shape(const struct schema_section *section, const struct schema_row *row)
{
	bool is_section = row->type == SCHEMA_SECTION;

	(void)section;
	assert_true(!is_section || row->section != NULL);
	assert_true(row->type != SCHEMA_INTEGER || row->minimum < row->maximum);
	assert_true(row->minimum >= 0 && row->maximum >= 0);
	/* who must write a key has no use for a default, and cannot be refused for writing it */
	if (row->is_required) {
		assert_null(row->default_text);
		assert_null(row->later);
	}
	/* no word means what a section in its place does */
	for (const struct schema_word *word = row->words;
	     stands_in_place(row) && word->text != NULL; word++)
		assert_true(word->value != row->section_value);
	if (row->shape == SCHEMA_MAP && row->section == NULL) {
		assert_int_equal(load_value_size(row), sizeof(struct given_text));
		assert_non_null(row->pairs);
		assert_non_null(row->key_check);
		assert_non_null(row->example);
	}
	if (row->section != NULL && row->later == NULL) {
		assert_true(row->shape != SCHEMA_MAP ||
			    row->section->size >= sizeof(struct given_text));
		assert_true(row->shape != SCHEMA_LIST || row->section->size >= sizeof(struct span));
	}
}

static void test_schema_shapes(void **state)
{
	(void)state;
	for_each_row(&schema_topology, check_shape);
}

/* What the reference shows as an example must be right. */
static void check_example(const struct schema_section *section, const struct schema_row *row)
{
	struct arena *arena = arena_create();
	struct diag_bag diags = {.arena = arena};
	const struct load_context context = {.arena = arena, .diags = &diags};

	if (row->later == NULL && row->example != NULL && section->size > 0) {
		const char *text = arena_printf(arena, "%s: %s\n", row->name, row->example);
		const struct source *source =
			source_create(arena, "topology.yaml", text, strlen(text));

		load_keys(&context, section, parse_source(arena, source, &diags),
			  arena_alloc(arena, section->size));
		if (row->type != SCHEMA_SECTION && diags.n_errors > 0)
			fail_msg("%s: %s", text, diags.items.items[0]->message);
	}
	(void)arena_destroy(arena);
}

static void test_schema_examples(void **state)
{
	(void)state;
	for_each_row(&schema_topology, check_example);
}

struct key {
	const char *path;
	bool is_later;
};

/* The topology language, key by key. */
static const struct key keys[] = {
	{"network", false},
	{"network/name", false},
	{"network/addresses", false},
	{"network/listen_port", false},
	{"network/persistent_keepalive", false},
	{"network/mtu", false},
	{"network/preshared_keys", false},
	{"network/unreachable", false},
	{"network/domain", false},
	{"sites", false},
	{"sites/nat", false},
	{"sites/nat/mapping", false},
	{"sites/nat/filtering", false},
	{"sites/nat/port_preservation", false},
	{"sites/nat/hairpinning", false},
	{"sites/nat/mapping_timeout", false},
	{"sites/public", false},
	{"sites/prefixes", false},
	{"sites/inside", false},
	{"sites/forward", false},
	{"sites/one_to_one", false},
	{"sites/client_isolation", false},
	{"gateways", false},
	{"gateways/at", false},
	{"gateways/public_key", false},
	{"gateways/address", false},
	{"gateways/routes", false},
	{"gateways/exit", true},
	{"gateways/groups", false},
	{"servers", false},
	{"servers/at", false},
	{"servers/public_key", false},
	{"servers/address", false},
	{"servers/routes", false},
	{"servers/groups", false},
	{"users", false},
	{"users/groups", false},
	{"users/devices", false},
	{"users/devices/public_key", false},
	{"users/devices/at", false},
	{"users/gateways", false},
	{"users/expires", false},
	{"users/public_key", false},
	{"access", true},
	{"access/from", true},
	{"access/to", true},
	{"access/ports", true},
	{"links", false},
	{"links/between", false},
	{"links/via", false},
	{"links/persistent_keepalive", false},
	{"links/mtu", false},
	{"assert", false},
	{"assert/reach", false},
	{"assert/ports", false},
	{"assert/deny", false},
	{"assert/direct", false},
	{"assert/relayed", false},
	{"assert/via", false},
	{"assert/survives", false},
	{"include", false},
};

static const struct schema_row *find_path(const char *path)
{
	const struct schema_section *section = &schema_topology;
	const struct schema_row *row = NULL;
	char copy[64];
	char *rest = copy;
	char *name;

	assert_true(strlen(path) < sizeof(copy));
	memcpy(copy, path, strlen(path) + 1);
	while (section != NULL && (name = strsep(&rest, "/")) != NULL) {
		row = schema_find_row(section, name);
		section = row == NULL ? NULL : row->section;
	}
	if (row == NULL || rest != NULL)
		fail_msg("no key '%s'", path);
	return row;
}

static void test_schema_has_the_whole_language(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if ((find_path(keys[i].path)->later != NULL) != keys[i].is_later)
			fail_msg("key '%s'", keys[i].path);
	}
}

static void test_schema_suggest_row(void **state)
{
	static const struct {
		const char *word;
		const char *expected; /* NULL: nothing is near */
	} rows[] = {
		{"listen_prot", "listen_port"},
		{"adresses", "addresses"},
		{"nmae", "name"},
		{"zzzzzzzz", NULL},
		{"", NULL},
	};
	const struct schema_section *network = find_path("network")->section;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct schema_row *row = schema_suggest_row(network, rows[i].word);

		assert_int_equal(row == NULL, rows[i].expected == NULL);
		if (row != NULL)
			assert_string_equal(row->name, rows[i].expected);
	}
	assert_null(schema_find_row(network, "listen_prot"));
	assert_null(schema_find_row(network, "NAME"));
}

static void test_schema_nat_text(void **state)
{
	static const char *const presets[NAT_N_PRESETS] = {
		[NAT_NONE] = "none",
		[NAT_FIREWALL] = "firewall",
		[NAT_FULL_CONE] = "full-cone",
		[NAT_RESTRICTED_CONE] = "restricted-cone",
		[NAT_PORT_RESTRICTED_CONE] = "port-restricted-cone",
		[NAT_LINUX] = "linux",
		[NAT_SYMMETRIC] = "symmetric",
		[NAT_CGNAT] = "cgnat",
		[NAT_UDP_BLOCKED] = "udp-blocked",
		[NAT_UNKNOWN] = "unknown",
	};

	(void)state;
	for (int preset = 0; preset < NAT_N_PRESETS; preset++)
		assert_string_equal(schema_nat_text(preset), presets[preset]);
	assert_string_equal(schema_nat_text(NAT_IN_TERMS), "in its own terms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema_texts),
		cmocka_unit_test(test_schema_names_are_unique),
		cmocka_unit_test(test_schema_fields),
		cmocka_unit_test(test_schema_words),
		cmocka_unit_test(test_schema_shapes),
		cmocka_unit_test(test_schema_examples),
		cmocka_unit_test(test_schema_has_the_whole_language),
		cmocka_unit_test(test_schema_suggest_row),
		cmocka_unit_test(test_schema_nat_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
