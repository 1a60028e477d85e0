/* SPDX-License-Identifier: MIT */

/* Parse: trees, spans, limits, and everything the topology language refuses. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "compiler/parse/node.h"
#include "compiler/parse/parse.h"
#include "tests/unit/compiler/parse/reading.h"

/* One text and what it has to give. */
struct row {
	const char *text;
	const char *expected;
};

static void check_shown(const char *input, size_t length, const char *expected,
			void (*show)(struct reading *reading, struct text *out))
{
	struct reading reading = reading_create(input, length);
	struct text shown = {0};

	text_puts(&shown, "");
	show(&reading, &shown);
	if (strcmp(shown.data ? shown.data : "", expected) != 0)
		print_error("input:\n%s\n", input);
	assert_string_equal(shown.data ? shown.data : "", expected);
	text_finish(&shown);
	reading_finish(&reading);
}

static void show_tree(struct reading *reading, struct text *out)
{
	assert_int_equal(reading->diags.n_errors, 0);
	reading_show_tree(reading, out);
}

static void show_spans(struct reading *reading, struct text *out)
{
	assert_int_equal(reading->diags.n_errors, 0);
	reading_show_spans(reading, out);
}

#define CHECK_ROWS(rows, show)                                                                     \
	do {                                                                                       \
		for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                      \
			check_shown((rows)[i].text, strlen((rows)[i].text), (rows)[i].expected,    \
				    show);                                                         \
	} while (0)

static void test_parse_trees(void **state)
{
	static const struct row rows[] = {
		{"a: 1\nb: [x, 'y z', \"w\"]\n", "{a: 1, b: [x, \"y z\", \"w\"]}"},
		{"a:\n  b:\n    - 1\n    - c: 2\n      d: 3\n", "{a: {b: [1, {c: 2, d: 3}]}}"},
		{"a:\n- 1\n- 2\nb: 3\n", "{a: [1, 2], b: 3}"},
		{"{a: {b: [1, [2, []]], c: {}}}", "{a: {b: [1, [2, []]], c: {}}}"},
		{"[a: 1, b]", "[{a: 1}, b]"},
		{"{a, b: , c: ~}", "{a: , b: , c: ~}"},
		{"? a\n: 1\n? b\n", "{a: 1, b: }"},
		{"a: |\n  x\n  y\nb: >-\n  p\n  q\n", "{a: \"x\ny\n\", b: \"p q\"}"},
		{"a: one\n  two\n", "{a: one two}"},
		{"\"a\": \"\\u00e9\\n\"\n", "{\"a\": \"\xc3\xa9\n\"}"},
		{"---\na: 1\n...\n", "{a: 1}"},
		{"# only a comment\n", ""},
		{"", ""},
		{"---\n", ""},
		{"-\n-\n", "[, ]"},
		{"a: '#'\nb: c#d # e\n", "{a: \"#\", b: c#d}"},
		{"'<<': 1\n", "{\"<<\": 1}"},
		{"a: '*x'\nb: '&y'\nc: '!z'\nd: x*y&z!\n",
		 "{a: \"*x\", b: \"&y\", c: \"!z\", d: x*y&z!}"},
		{"a: 1\r\nb:\r\n  - 2\r\n", "{a: 1, b: [2]}"},
	};

	(void)state;
	CHECK_ROWS(rows, show_tree);
}

static void test_parse_null(void **state)
{
	static const struct {
		const char *text;
		bool is_null;
	} rows[] = {
		{"", true},      {"~", true},   {"null", true}, {"Null", true},
		{"NULL", true},  {"''", false}, {"'~'", false}, {"\"null\"", false},
		{"nULL", false}, {"0", false},  {"[]", false},  {"{}", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reading reading = reading_create(rows[i].text, strlen(rows[i].text));
		assert_non_null(reading.root);
		assert_int_equal(node_is_null(reading.root), rows[i].is_null);
		reading_finish(&reading);
	}
}

static void test_parse_spans(void **state)
{
	static const struct row rows[] = {
		/* block style: tight, without trailing blanks, comments and line breaks */
		{"a:   b   # c\n\n", "<a:   b><a><b>"},
		{"a:\n  b: 1\n\n# c\n\nd: 2\n", "<a:\n  b: 1\n\n# c\n\nd: 2><a><b: 1><b><1><d><2>"},
		{"a:\n- 1\n- x: 2\n\n", "<a:\n- 1\n- x: 2><a><- 1\n- x: 2><1><x: 2><x><2>"},
		{"a: 'b'  \nc: \"d\" # e\n", "<a: 'b'  \nc: \"d\"><a><'b'><c><\"d\">"},
		{"a: one\n  two  \nb: c\n", "<a: one\n  two  \nb: c><a><one\n  two><b><c>"},
		{"a: |\n  x\n  y\n\n\nb: 1\n", "<a: |\n  x\n  y\n\n\nb: 1><a><|\n  x\n  y><b><1>"},
		{"a: >-\n  x\n", "<a: >-\n  x><a><>-\n  x>"},
		/* flow style: with its brackets */
		{"a: [ 1, 2 ] # c\n", "<a: [ 1, 2 ]><a><[ 1, 2 ]><1><2>"},
		{"a: { b : c }\n", "<a: { b : c }><a><{ b : c }><b><c>"},
		{"[\n  a: 1,\n]\n", "<[\n  a: 1,\n]><a: 1><a><1>"},
		{"{}\n", "<{}>"},
		/* absent values: right behind the colon or dash */
		{"a:\nb: 1\n", "<a:\nb: 1><a><><b><1>"},
		{"a: # c\n", "<a:><a><>"},
		{"{ a:  , b }", "<{ a:  , b }><a><><b><>"},
		{"-  \n-\n", "<-  \n-><><>"},
		/* marks count code points, spans count bytes */
		{"名: 值\nb: {x: y}\n", "<名: 值\nb: {x: y}><名><值><b><{x: y}><x><y>"},
		{"a: [\"😀é\", b]\n", "<a: [\"😀é\", b]><a><[\"😀é\", b]><\"😀é\"><b>"},
		{"# 😀😀\na: 1\n", "<a: 1><a><1>"},
		{"a: |\n  名\nb: 1\n", "<a: |\n  名\nb: 1><a><|\n  名><b><1>"},
		/* line breaks of two bytes */
		{"a: b\r\nc: d\r\n", "<a: b\r\nc: d><a><b><c><d>"},
		{"a: |\r\n  x\r\n\r\nb: é\r\nc: 1\r\n",
		 "<a: |\r\n  x\r\n\r\nb: é\r\nc: 1><a><|\r\n  x><b><é><c><1>"},
		{"a:\r\n  - 1\r\nb:\r\n", "<a:\r\n  - 1\r\nb:><a><- 1><1><b><>"},
	};

	(void)state;
	CHECK_ROWS(rows, show_spans);
}

/* Behind an absent value the span is empty but has its place. */
static void test_parse_span_of_absent_value(void **state)
{
	static const struct {
		const char *text;
		uint32_t offset;
	} rows[] = {
		{"ab:\nc: 1\n", 3},      {"ab:   # c\n", 3}, {"{ab: }", 4},
		{"{ab  :   , c: 1}", 6}, {"{ab}", 3},        {"'é':\n", 5},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reading reading = reading_create(rows[i].text, strlen(rows[i].text));
		assert_non_null(reading.root);
		struct span span = reading.root->entries.items[0].value->span;
		assert_int_equal(span.begin, rows[i].offset);
		assert_int_equal(span.end, rows[i].offset);
		reading_finish(&reading);
	}
}

static void test_parse_refused_features(void **state)
{
	static const struct row rows[] = {
		{"a: &x 1\n", "yaml-feature 1:4 '&x'\n"},
		{"a: &x\n  b: 1\n", "yaml-feature 1:4 '&x'\n"},
		{"a: &x [1]\nb: *x\n", "yaml-feature 1:4 '&x'\nyaml-feature 2:4 '*x'\n"},
		{"&k a: 1\n", "yaml-feature 1:1 '&k'\n"},
		{"a: !!str 1\n", "yaml-feature 1:4 '!!str'\n"},
		{"a: !x {b: 1}\n", "yaml-feature 1:4 '!x'\n"},
		{"a: ! 1\n", "yaml-feature 1:4 '!'\n"},
		{"a: !t &x 1\n", "yaml-feature 1:4 '!t'\nyaml-feature 1:7 '&x'\n"},
		{"a: &x !t 1\n", "yaml-feature 1:4 '&x'\nyaml-feature 1:7 '!t'\n"},
		{"é: !t &x 1\n", "yaml-feature 1:4 '!t'\nyaml-feature 1:7 '&x'\n"},
		{"a: !e!x 1\n", "yaml-feature 1:4 '!'\n"},
		{"a:\n  <<: {b: 1}\n", "yaml-feature 2:3 '<<'\n"},
		{"%YAML 1.2\n---\na: 1\n", "yaml-feature 1:1 '%YAML 1.2'\n"},
		{"%TAG !e! tag:x,2000:\n---\na: 1\n", "yaml-feature 1:1 '%TAG !e! tag:x,2000:'\n"},
		{"%FOO\n---\na: 1\n", "yaml-feature 1:1 '%'\n"},
		{"a: 1\n---\nb: 2\n", "yaml-feature 2:1 '---'\n"},
		{"a: 1\n---\n", "yaml-feature 2:1 '---'\n"},
		{"a: {{ x }}\n", "yaml-feature 1:5 '{ x }'\n"},
		{"? [a]\n: 1\n", "yaml-feature 1:3 '[a]'\n"},
		{"{[a]: 1, [b]: 2}\n", "yaml-feature 1:2 '[a]'\nyaml-feature 1:10 '[b]'\n"},
		{": 1\n", "yaml-syntax 1:1 ':'\n"},
		{"{ : 1}\n", "yaml-syntax 1:3 ':'\n"},
		{"?\n: 1\n", "yaml-syntax 1:2 ''\n"},
	};

	(void)state;
	CHECK_ROWS(rows, reading_show_findings);
}

/* What leaves the tree whole leaves it to the later passes; what makes holes does not. */
static void test_parse_tree_beside_findings(void **state)
{
	static const struct row rows[] = {
		{"a: &x 1\n", "{a: 1}"},
		{"a: !!str 1\n", "{a: 1}"},
		{"%YAML 1.2\n---\na: 1\n", "{a: 1}"},
		{"a: 1\n---\nb: 2\n", "{a: 1}"},
		{"a: 1\nb: 2\na: 3\n", "{a: 1, b: 2}"},
		{"\xef\xbb\xbf"
		 "a: 1\n",
		 "{a: 1}"},
		{"[\n\ta]\n", "[a]"},
		{"a: *x\n", "none"},
		{"<<: {}\n", "none"},
		{"? []\n: 1\n", "none"},
		{"*x : 1\n", "none"},
		{"a: b: c\n", "none"},
		{"a: \xff\n", "none"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reading reading = reading_create(rows[i].text, strlen(rows[i].text));
		struct text shown = {0};
		reading_show_tree(&reading, &shown);
		assert_string_equal(shown.data, rows[i].expected);
		assert_true(reading.diags.n_errors > 0);
		text_finish(&shown);
		reading_finish(&reading);
	}
}

static void test_parse_several_findings_in_one_run(void **state)
{
	static const struct row rows[] = {
		{"a: &x 1\na: !t 2\nb:\n  <<: *x\n",
		 "yaml-feature 1:4 '&x'\nyaml-duplicate-key 2:1 'a'\nyaml-feature 2:4 '!t'\n"
		 "yaml-feature 4:3 '<<'\nyaml-feature 4:7 '*x'\n"},
		{"a: 1\na: 2\nb: c: d\n", "yaml-syntax 3:5 ':'\n"},
	};

	(void)state;
	CHECK_ROWS(rows, reading_show_findings);
}

static void test_parse_duplicate_keys(void **state)
{
	static const struct row rows[] = {
		{"a: 1\na: 2\n", "yaml-duplicate-key 2:1 'a'\n"},
		{"a: 1\n'a': 2\n", "yaml-duplicate-key 2:1 ''a''\n"},
		{"{a: 1, b: 1, a: 2, a: 3}",
		 "yaml-duplicate-key 1:14 'a'\nyaml-duplicate-key 1:20 'a'\n"},
		{"{a: {a: 1}, b: {a: 1}}", ""},
		{"{a: 1, A: 2, 'a ': 3}", ""},
		{"{a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1}", ""},
		{"{a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, a: 2, j: 2}",
		 "yaml-duplicate-key 1:62 'a'\nyaml-duplicate-key 1:68 'j'\n"},
	};

	(void)state;
	CHECK_ROWS(rows, reading_show_findings);

	struct reading reading = reading_create("a: 1\nb: 1\na: 2\n", 15);
	const struct diag *diag = reading.diags.items.items[0];
	assert_int_equal(diag->related.n_items, 1);
	assert_int_equal(diag->related.items[0].span.begin, 0);
	assert_int_equal(diag->related.items[0].span.end, 1);
	reading_finish(&reading);
}

static void test_parse_duplicate_among_many_keys(void **state)
{
	struct text text = {0};

	(void)state;
	for (unsigned int i = 0; i < 10000; i++)
		text_printf(&text, "server%u: {}\n", i);
	check_shown(text.data, text.length, "", reading_show_findings);
	text_puts(&text, "server5000: {}\n");
	check_shown(text.data, text.length, "yaml-duplicate-key 10001:1 'server5000'\n",
		    reading_show_findings);
	text_finish(&text);
}

static void test_parse_tabs(void **state)
{
	static const struct row rows[] = {
		{"a:\n\tb: 1\n\tc: 2\n", "yaml-tab 2:1 '\t'\n"},
		{"a:\n  \tb: 1\n", "yaml-tab 2:3 '\t'\n"},
		{"a: {\n\tb: 1,\n\tc: 2 }\n", "yaml-tab 2:1 '\t'\n"},
		{"a: one\n\ttwo\n", "yaml-tab 2:1 '\t'\n"},
		{"a: one\n\tb: 1\n", "yaml-tab 2:1 '\t'\n"},
		{"-\ta\n", "yaml-tab 1:2 '\t'\n"},
		{"a: |\n\tx\n", "yaml-tab 2:1 '\t'\n"},
		{"\t\n", "yaml-tab 1:1 '\t'\n"},
		{"a: |\n  x\n  \ty\n", ""},
		{"a: 'x\n\ty'\n", ""},
		{"a: \"x\n\n\ty\"\n", ""},
		{"a: b\tc\n", ""},
		{"a:\tb\n", ""},
		{"a: b\t# c\td\n", ""},
		{"a: [b,\tc]\n", ""},
		{"# \tc\na: 1\n", ""},
		{"a: [\n\tb]\nc: |\n\n  x\n \t\n", "yaml-tab 2:1 '\t'\n"},
	};

	(void)state;
	CHECK_ROWS(rows, reading_show_findings);
}

static void test_parse_syntax_errors(void **state)
{
	static const struct row rows[] = {
		{"a: b: c\n", "yaml-syntax 1:5 ':'\n"},
		{"a: b\n  c: d\n", "yaml-syntax 2:4 ':'\n"},
		{"a: 1\nb\nc: 2\n", "yaml-syntax 2:1 'b'\n"},
		{"a: 1\nb:2\n", "yaml-syntax 2:2 ':'\n"},
		{"a:1\nb: 2\n", "yaml-syntax 1:2 ':'\n"},
		{"a:\n  - b:1\n    c: 2\n", "yaml-syntax 2:6 ':'\n"},
		{"a:\n    b: 1\n  c: 2\n", "yaml-syntax 3:3 'c'\n"},
		{"a: \"b\" c\n", "yaml-syntax 1:8 'c'\n"},
		{"a: 'b\nc: 1\n", "yaml-syntax 1:4 '''\n"},
		{"a: \"b\n", "yaml-syntax 1:4 '\"'\n"},
		{"a: 'b\n---\nc'\n", "yaml-syntax 1:4 '''\n"},
		{"a: [1, 2\n", "yaml-syntax 1:4 '['\n"},
		{"a: {b: 1\n\n", "yaml-syntax 1:4 '{'\n"},
		{"a: [1 2]\nb: [1}\n", "yaml-syntax 2:6 '}'\n"},
		{"a: [1, , 2]\n", "yaml-syntax 1:8 ','\n"},
		{"a: @b\n", "yaml-syntax 1:4 '@'\n"},
		{"é: `b\n", "yaml-syntax 1:4 '`'\n"},
		{"a: %b\n", "yaml-syntax 1:4 '%'\n"},
		{"a: \"\\d\"\n", "yaml-syntax 1:5 '\\'\n"},
		{"a: *\n", "yaml-syntax 1:4 '*'\n"},
		{"a: - b\n", "yaml-syntax 1:4 '-'\n"},
		{"a:\n  - b\n  c: 1\n", "yaml-syntax 3:3 'c'\n"},
		{"  a: 1\nb: 2\n", "yaml-syntax 2:1 'b'\n"},
		{"a: | b\n", "yaml-syntax 1:6 'b'\n"},
		{"a: ]\n", "yaml-syntax 1:4 ']'\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reading reading = reading_create(rows[i].text, strlen(rows[i].text));
		assert_null(reading.root);
		for (size_t j = 0; j < reading.diags.items.n_items; j++)
			assert_non_null(reading.diags.items.items[j]->help);
		reading_finish(&reading);
	}
	CHECK_ROWS(rows, reading_show_findings);
}

static void check_limit(const struct text *text, size_t n_findings)
{
	struct reading reading = reading_create(text->data, text->length);

	assert_int_equal(reading.diags.n_errors, n_findings);
	if (n_findings > 0) {
		assert_null(reading.root);
		assert_int_equal(reading.diags.items.items[0]->rule, DIAG_YAML_LIMIT);
	} else {
		assert_non_null(reading.root);
	}
	reading_finish(&reading);
}

static void repeat(struct text *text, const char *string, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text_puts(text, string);
}

static void test_parse_depth_limit(void **state)
{
	struct text text = {0};

	(void)state;
	repeat(&text, "[", PARSE_MAX_DEPTH);
	repeat(&text, "]", PARSE_MAX_DEPTH);
	check_limit(&text, 0);
	text_clear(&text);
	repeat(&text, "[", PARSE_MAX_DEPTH + 1);
	repeat(&text, "]", PARSE_MAX_DEPTH + 1);
	check_limit(&text, 1);
	text_clear(&text);
	repeat(&text, "- ", 1000000); /* without any end */
	check_limit(&text, 1);
	text_clear(&text);
	repeat(&text, "{a: ", 1000000);
	check_limit(&text, 1);
	text_finish(&text);
}

static void test_parse_node_limit(void **state)
{
	struct text text = {0};

	(void)state;
	text_puts(&text, "["); /* itself the first node */
	repeat(&text, "a,", PARSE_MAX_NODES - 1);
	text_puts(&text, "]");
	check_limit(&text, 0);
	text.length--;
	text_puts(&text, "a]");
	check_limit(&text, 1);
	text_finish(&text);
}

static void test_parse_size_limit(void **state)
{
	struct text text = {0};
	char *blank = text_reserve(&text, PARSE_MAX_BYTES + 1);

	(void)state;
	memset(blank, '\n', PARSE_MAX_BYTES + 1);
	text.length = PARSE_MAX_BYTES;
	check_limit(&text, 0);
	text.length++;
	check_limit(&text, 1);
	text_finish(&text);
}

/* A hostile file must not fill the memory with findings either. */
static void test_parse_findings_limit(void **state)
{
	struct text text = {0};

	(void)state;
	repeat(&text, "- *a\n", 100000);
	struct reading reading = reading_create(text.data, text.length);
	assert_int_equal(reading.diags.n_errors, 100);
	assert_null(reading.root);
	reading_finish(&reading);
	text_finish(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_trees),
		cmocka_unit_test(test_parse_null),
		cmocka_unit_test(test_parse_spans),
		cmocka_unit_test(test_parse_span_of_absent_value),
		cmocka_unit_test(test_parse_refused_features),
		cmocka_unit_test(test_parse_tree_beside_findings),
		cmocka_unit_test(test_parse_several_findings_in_one_run),
		cmocka_unit_test(test_parse_duplicate_keys),
		cmocka_unit_test(test_parse_duplicate_among_many_keys),
		cmocka_unit_test(test_parse_tabs),
		cmocka_unit_test(test_parse_syntax_errors),
		cmocka_unit_test(test_parse_depth_limit),
		cmocka_unit_test(test_parse_node_limit),
		cmocka_unit_test(test_parse_size_limit),
		cmocka_unit_test(test_parse_findings_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
