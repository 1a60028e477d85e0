/* SPDX-License-Identifier: MIT */

/* The bag of diagnostics: collecting, sorting, the rules, and the JSON document. */

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"

static int set_up(void **state)
{
	*state = arena_create();
	return 0;
}

static int tear_down(void **state)
{
	*state = arena_destroy(*state);
	return 0;
}

static const struct source *make_source(struct arena *arena, const char *path, const char *text)
{
	return source_create(arena, path, text, strlen(text));
}

static void test_diag_rules_are_complete(void **state)
{
	(void)state;
	for (enum diag_rule rule = 0; rule < DIAG_N_RULES; rule++) {
		const char *slug = diag_rules[rule].slug;

		assert_non_null(slug);
		assert_int_equal(strspn(slug, "abcdefghijklmnopqrstuvwxyz-"), strlen(slug));
		assert_true(strlen(diag_rules[rule].teaching) > 20);
		assert_int_equal(diag_find_rule(slug), rule); /* so no two have one slug */
	}
}

static void test_diag_find_rule_cases(void **state)
{
	(void)state;
	assert_int_equal(diag_find_rule("yaml-syntax"), DIAG_YAML_SYNTAX);
	assert_int_equal(diag_find_rule("yaml-"), DIAG_N_RULES);
	assert_int_equal(diag_find_rule(""), DIAG_N_RULES);
}

static void test_diag_add_counts_by_severity(void **state)
{
	struct diag_bag bag = {.arena = *state};
	struct diag *diag = diag_add(&bag, DIAG_BAD_VALUE, (struct span){0}, "'%d'", 70000);

	assert_string_equal(diag->message, "'70000'");
	assert_int_equal(diag->severity, DIAG_ERROR);
	diag = diag_add(&bag, DIAG_ENDPOINT_NAME, (struct span){0}, "a name");
	assert_int_equal(diag->severity, DIAG_WARNING);
	assert_int_equal(bag.items.n_items, 2);
	assert_int_equal(bag.n_errors, 1);
	assert_int_equal(bag.n_warnings, 1);
}

static void test_diag_add_decorated(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source = make_source(*state, "t.yaml", "a: 1\na: 2\n");
	struct diag *diag = diag_add(&bag, DIAG_YAML_DUPLICATE_KEY, (struct span){source, 5, 6},
				     "'%s' stands twice", "a");

	diag_related(&bag, diag, (struct span){source, 0, 1}, "%s given here", "first");
	diag_note(&bag, diag, "note %d", 1);
	diag_note(&bag, diag, "note %d", 2);
	diag_help(&bag, diag, "remove line %d", 2);
	assert_int_equal(diag->related.n_items, 1);
	assert_string_equal(diag->related.items[0].message, "first given here");
	assert_int_equal(diag->related.items[0].span.end, 1);
	assert_int_equal(diag->notes.n_items, 2);
	assert_string_equal(diag->notes.items[1], "note 2");
	assert_string_equal(diag->help, "remove line 2");
	diag_help(&bag, diag, "or line %d", 1);
	assert_string_equal(diag->help, "remove line 2\nor line 1");
}

static void test_diag_add_stops_storing(void **state)
{
	struct diag_bag bag = {.arena = *state};
	cleanup_(text_finish) struct text out = {0};
	size_t size = 0;

	for (int i = 0; i < 30000; i++) {
		struct diag *diag = diag_add(&bag, DIAG_BAD_VALUE, (struct span){0}, "no. %d", i);

		if (i == 10000)
			size = arena_size(*state);
		diag_related(&bag, diag, (struct span){0}, "related");
		diag_note(&bag, diag, "note");
		diag_help(&bag, diag, "help");
	}
	assert_int_equal(bag.items.n_items, 10000);
	assert_int_equal(bag.n_errors, 30000);
	assert_int_equal(arena_size(*state), size); /* the rest cost nothing */
	diag_sort(&bag);
	diag_render_text(&bag, false, &out);
	assert_non_null(strstr(out.data, "\n30000 errors, 0 warnings (10000 shown)\n"));
}

static void test_diag_sort_by_place_rule_and_message(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *a = make_source(*state, "a.yaml", "0123456789");
	const struct source *b = make_source(*state, "b.yaml", "0123456789");

	diag_add(&bag, DIAG_BAD_VALUE, (struct span){0}, "8");
	diag_add(&bag, DIAG_BAD_VALUE, (struct span){b, 0, 1}, "7");
	diag_add(&bag, DIAG_BAD_VALUE, (struct span){a, 9, 10}, "6");
	diag_add(&bag, DIAG_BAD_VALUE, (struct span){a, 2, 4}, "4 y");
	diag_add(&bag, DIAG_BAD_VALUE, (struct span){a, 2, 4}, "3 x");
	diag_add(&bag, DIAG_MISSING_KEY, (struct span){a, 2, 4}, "5");
	diag_add(&bag, DIAG_UNKNOWN_KEY, (struct span){a, 2, 4}, "2");
	diag_add(&bag, DIAG_MISSING_KEY, (struct span){a, 2, 3}, "1");
	diag_sort(&bag);
	assert_int_equal(bag.items.n_items, 8);
	for (int i = 0; i < 8; i++)
		assert_int_equal(bag.items.items[i]->message[0], '1' + i);
}

/* One text that stands for three nodes, and beside it one that stands for itself. */
static void test_diag_sort_folds(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source = make_source(*state, "a.yaml", "0123456789");
	const struct span name = {source, 2, 4};
	const struct span alone = {source, 7, 8};
	const struct span other = {source, 9, 10};

	diag_fold(&bag, (struct span){source, 1, 6});
	for (int i = 0; i < 3; i++) {
		diag_add(&bag, DIAG_KEY_MISSING, name, "node %d", i);
		diag_add(&bag, DIAG_ENDPOINT_NAME, name, "node %d", i);
		diag_add(&bag, DIAG_KEY_MISSING, alone, "node %d", i);
		diag_related(&bag, diag_add(&bag, DIAG_NAME_DUPLICATE, name, "node %d", i),
			     i == 1 ? other : alone, "there");
	}
	assert_int_equal(bag.n_errors, 9);
	diag_sort(&bag);
	/* One of the keys, one warning, one name for each of the other places, and three alone. */
	assert_int_equal(bag.items.n_items, 7);
	assert_int_equal(bag.n_errors, 6);
	assert_int_equal(bag.n_warnings, 1);
	for (size_t i = 0; i < 4; i++) {
		const struct diag *diag = bag.items.items[i];
		bool is_folded = diag->related.n_items == 0 ||
				 diag->related.items[0].span.begin == alone.begin;

		assert_string_equal(diag->message, is_folded ? "node 0" : "node 1");
		assert_int_equal(diag->notes.n_items, is_folded);
	}
	assert_string_equal(bag.items.items[0]->notes.items[0],
			    "the same goes for 1 more of the range");
	for (size_t i = 4; i < 7; i++)
		assert_int_equal(bag.items.items[i]->notes.n_items, 0);
}

static void test_diag_sort_drops_exact_repeats(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source = make_source(*state, "a.yaml", "0123456789");
	struct diag *first = NULL;

	for (int i = 0; i < 3; i++) {
		struct diag *diag;

		diag_add(&bag, DIAG_ENDPOINT_NAME, (struct span){0}, "nowhere");
		diag = diag_add(&bag, DIAG_BAD_VALUE, (struct span){source, 1, 2}, "wrong");
		first = first == NULL ? diag : first;
	}
	diag_add(&bag, DIAG_BAD_VALUE, (struct span){source, 1, 2}, "wrong too");
	diag_sort(&bag);
	assert_int_equal(bag.items.n_items, 3);
	assert_ptr_equal(bag.items.items[0], first);
	assert_int_equal(bag.n_errors, 2);
	assert_int_equal(bag.n_warnings, 1);
}

/* Renders the bag and reads the document back. The caller owns it. */
static json_t *render_json(const struct diag_bag *bag)
{
	cleanup_(text_finish) struct text out = {0};
	json_error_t error;
	json_t *document;

	diag_render_json(bag, &out);
	assert_int_equal(out.data[out.length - 1], '\n');
	document = json_loads(out.data, JSON_REJECT_DUPLICATES, &error);
	if (document == NULL)
		fail_msg("%s", error.text);
	return document;
}

static void test_diag_render_json_of_nothing(void **state)
{
	struct diag_bag bag = {.arena = *state};
	json_t *document = render_json(&bag);
	json_t *expected = json_pack("{s:[],s:i,s:i}", "diagnostics", "errors", 0, "warnings", 0);

	assert_true(json_equal(document, expected));
	json_decref(document);
	json_decref(expected);
}

static void test_diag_render_json_of_everything(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source = make_source(*state, "t.yaml", "\xc3\xa4: 1\n\xc3\xa4: 2\n");
	struct diag *diag = diag_add(&bag, DIAG_YAML_DUPLICATE_KEY, (struct span){source, 6, 11},
				     "'\xc3\xa4' stands twice");
	json_t *document;
	json_t *expected;

	diag_related(&bag, diag, (struct span){source, 0, 2}, "first");
	diag_note(&bag, diag, "one");
	diag_help(&bag, diag, "remove it");
	document = render_json(&bag);
	expected =
		json_pack("{s:[{s:s,s:s,s:s,s:i,s:i,s:i,s:i,s:s,s:[{s:s,s:i,s:i,s:i,s:i,s:s}],"
			  "s:[s],s:s}],s:i,s:i}",
			  "diagnostics", "rule", "yaml-duplicate-key", "severity", "error", "file",
			  "t.yaml", "line", 2, "column", 1, "end_line", 2, "end_column", 5,
			  "message", "'\xc3\xa4' stands twice", "related", "file", "t.yaml", "line",
			  1, "column", 1, "end_line", 1, "end_column", 2, "message", "first",
			  "notes", "one", "help", "remove it", "errors", 1, "warnings", 0);
	assert_non_null(expected);
	assert_true(json_equal(document, expected));
	json_decref(document);
	json_decref(expected);
}

static void test_diag_render_json_without_a_place(void **state)
{
	struct diag_bag bag = {.arena = *state};
	json_t *document;
	json_t *expected;

	diag_add(&bag, DIAG_ENDPOINT_NAME, (struct span){0}, "a name");
	document = render_json(&bag);
	expected = json_pack("{s:[{s:s,s:s,s:n,s:n,s:n,s:n,s:n,s:s,s:[],s:[],s:n}],s:i,s:i}",
			     "diagnostics", "rule", "endpoint-name", "severity", "warning", "file",
			     "line", "column", "end_line", "end_column", "message", "a name",
			     "related", "notes", "help", "errors", 0, "warnings", 1);
	assert_non_null(expected);
	assert_true(json_equal(document, expected));
	json_decref(document);
	json_decref(expected);
}

/* The document stays valid, whatever bytes the user's value has. */
static void test_diag_render_json_of_any_bytes(void **state)
{
	struct diag_bag bag = {.arena = *state};
	json_t *document;
	const char *message;

	diag_add(&bag, DIAG_BAD_VALUE, (struct span){0}, "'\x1b[31m\xff\"\\\n'");
	document = render_json(&bag);
	message = json_string_value(json_object_get(
		json_array_get(json_object_get(document, "diagnostics"), 0), "message"));
	assert_string_equal(message, "'\x1b[31m\xef\xbf\xbd\"\\\n'");
	json_decref(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diag_rules_are_complete),
		cmocka_unit_test(test_diag_find_rule_cases),
		cmocka_unit_test(test_diag_add_counts_by_severity),
		cmocka_unit_test(test_diag_add_decorated),
		cmocka_unit_test_setup_teardown(test_diag_add_stops_storing, set_up, tear_down),
		cmocka_unit_test(test_diag_sort_by_place_rule_and_message),
		cmocka_unit_test(test_diag_sort_drops_exact_repeats),
		cmocka_unit_test(test_diag_sort_folds),
		cmocka_unit_test(test_diag_render_json_of_nothing),
		cmocka_unit_test(test_diag_render_json_of_everything),
		cmocka_unit_test(test_diag_render_json_without_a_place),
		cmocka_unit_test(test_diag_render_json_of_any_bytes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
