/* SPDX-License-Identifier: MIT */

/* Edit: texts before and after, in every style; what is refused; and how scalars are written. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "compiler/edit/edit.h"
#include "compiler/parse/node.h"
#include "tests/unit/compiler/parse/reading.h"

enum {
	MAX_KEYS = 8,
};

/* A path is written with slashes. */
struct row {
	const char *path;
	const char *before;
	const char *after; /* of a refusal: NULL */
	int result;
};

struct path {
	const char *keys[MAX_KEYS];
	size_t n_keys;
};

static struct path split_path(struct arena *arena, const char *text)
{
	char *rest = arena_copy(arena, text, strlen(text));
	struct path path = {0};

	while (rest && path.n_keys < MAX_KEYS)
		path.keys[path.n_keys++] = strsep(&rest, "/");
	return path;
}

/* NULL for a value: removes. The text after it, or NULL. */
static const char *apply(const struct reading *reading, const char *at, const char *value,
			 int *ret_result)
{
	struct path path = split_path(reading->arena, at);
	struct edit edit = {0};
	size_t length = 0;

	assert_non_null(reading->root);
	*ret_result =
		value ? edit_put(reading->arena, reading->root, path.keys, path.n_keys, value,
				 &edit)
		      : edit_remove(reading->arena, reading->root, path.keys, path.n_keys, &edit);
	return *ret_result == 0 ? edit_apply(reading->arena, &edit, &length) : NULL;
}

static void check_row(const struct row *row, const char *value)
{
	struct reading reading = reading_create(row->before, strlen(row->before));
	int result = -1;
	const char *after = apply(&reading, row->path, value, &result);

	assert_int_equal(result, row->result);
	if (row->after) {
		struct reading again = reading_create(after, strlen(after));
		assert_string_equal(after, row->after);
		assert_int_equal(again.diags.items.n_items, 0);
		reading_finish(&again);
	} else {
		assert_null(after);
	}
	reading_finish(&reading);
}

#define CHECK_ROWS(rows, value)                                                                    \
	do {                                                                                       \
		for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                      \
			check_row(&(rows)[i], (value));                                            \
	} while (0)

static void test_put_block(void **state)
{
	static const struct row rows[] = {
		/* behind the last entry, its comment, and what is indented below it */
		{"b", "a: 1\n", "a: 1\nb: v\n", 0},
		{"b", "a: 1 # one\n# end\n", "a: 1 # one\nb: v\n# end\n", 0},
		{"b", "a:\n  x: 1\n  # y\n\n# end\n", "a:\n  x: 1\n  # y\nb: v\n\n# end\n", 0},
		{"a/z", "a:\n   x: 1\n   # y\nb: 1\n", "a:\n   x: 1\n   z: v\n   # y\nb: 1\n", 0},
		{"b", "a:\n- 1\n- x: 2\n", "a:\n- 1\n- x: 2\nb: v\n", 0},
		{"b", "a: {\n  x: 1,\n} # one\n", "a: {\n  x: 1,\n} # one\nb: v\n", 0},
		{"b", "a: one\n  two\n", "a: one\n  two\nb: v\n", 0},
		{"b", "  a: 1\n", "  a: 1\n  b: v\n", 0},
		{"b", "---\na: 1\n...\n# end\n", "---\na: 1\nb: v\n...\n# end\n", 0},
		{"b", "a:\n", "a:\nb: v\n", 0},
		{"b", "? a\n: 1\n", "? a\n: 1\nb: v\n", 0},
		{"b", "a:\n  -\n", "a:\n  -\nb: v\n", 0},
		/* block scalars end where their text does */
		{"b", "a: |\n  x\n\n# c\n", "a: |\n  x\nb: v\n\n# c\n", 0},
		{"b", "a: |+\n  x\n\n# c\n", "a: |+\n  x\n\nb: v\n# c\n", 0},
		{"b", "a: |\n  x\n    \n\n", "a: |\n  x\n    \nb: v\n\n", 0},
		/* as the file's lines are */
		{"b", "a: 1", "a: 1\nb: v", 0},
		{"b", "a: 1\r\n", "a: 1\r\nb: v\r\n", 0},
		{"b", "a: 1\r\n\r\nc: 2", "a: 1\r\n\r\nc: 2\r\n\r\nb: v", 0},
		{"b", "a: 1 # \xc2\x85z: 1\n", "a: 1 # \xc2\x85z: 1\nb: v\n", 0},
		{"b", "\xe5\x90\x8d: \xe5\x80\xbc # \xf0\x9f\x98\x80\n",
		 "\xe5\x90\x8d: \xe5\x80\xbc # \xf0\x9f\x98\x80\nb: v\n", 0},
		/* sections are kept apart as they were */
		{"c", "a: 1\n\nb: 2\n", "a: 1\n\nb: 2\n\nc: v\n", 0},
		{"c", "a: 1\n\nb: 2\n\n# end\n", "a: 1\n\nb: 2\n\nc: v\n\n# end\n", 0},
		{"c", "a: 1\n\nb: 2\n# end\n", "a: 1\n\nb: 2\nc: v\n# end\n", 0},
		{"c", "a: 1\n\nb: |+\n  x\n", "a: 1\n\nb: |+\n  x\nc: v\n", 0},
		{"a/z", "a:\n  x: 1\n\n  y: 2\n", "a:\n  x: 1\n\n  y: 2\n  z: v\n", 0},
	};

	(void)state;
	CHECK_ROWS(rows, "v");
}

static void test_put_made(void **state)
{
	static const struct row rows[] = {
		/* a section that is not there */
		{"users/al", "a: 1\n", "a: 1\nusers:\n  al: { k: [v] }\n", 0},
		{"users/al/dev/x", "a:\n    b: 1\n",
		 "a:\n    b: 1\nusers:\n    al: { dev: { x: { k: [v] } } }\n", 0},
		{"users/al", "a: 1", "a: 1\nusers:\n  al: { k: [v] }", 0},
		/* with nothing in it */
		{"users/al", "users:\n", "users:\n  al: { k: [v] }\n", 0},
		{"users/al", "users:", "users:\n  al: { k: [v] }", 0},
		{"users/al", "users: # none\nb: 1\n", "users: # none\n  al: { k: [v] }\nb: 1\n", 0},
		{"users/al", "users:\n    # here\n    # and here\n\n# end\n",
		 "users:\n    # here\n    # and here\n    al: { k: [v] }\n\n# end\n", 0},
		{"users/al", "users:\n# not here\n", "users:\n  al: { k: [v] }\n# not here\n", 0},
		{"users/al", "users: {}\n", "users:\n  al: { k: [v] }\n", 0},
		{"users/al", "users: {}", "users:\n  al: { k: [v] }", 0},
		{"users/al", "users: null  # none\r\n", "users:  # none\r\n  al: { k: [v] }\r\n",
		 0},
		{"users/al", "users: {}# none\n", "users: # none\n  al: { k: [v] }\n", 0},
		{"users/al", "users:\n  {}\n", "users: { al: { k: [v] } }\n", 0},
		{"users/al", "users: {\n  # none\n}\n", "users: {\n  # none\n  al: { k: [v] }\n}\n",
		 0},
		/* below a section */
		{"users/al/x", "users:\n  al:\n", "users:\n  al: { x: { k: [v] } }\n", 0},
		{"users/al/x", "users:\n  al: ~ # c\n", "users:\n  al: { x: { k: [v] } } # c\n", 0},
		{"users/al/x", "users:\n  al: # c\n    # d\n  bo: 1\n",
		 "users:\n  al: { x: { k: [v] } } # c\n    # d\n  bo: 1\n", 0},
		{"users/al/x/w", "users:\n  al:\n    z: 1\n",
		 "users:\n  al:\n    z: 1\n    x: { w: { k: [v] } }\n", 0},
		/* documents without anything */
		{"users/al", "", "users:\n  al: { k: [v] }\n", 0},
		{"al", "# people\n", "# people\nal: { k: [v] }\n", 0},
		{"al", "# people", "# people\nal: { k: [v] }", 0},
		{"al", "# people\n   ", "# people\n   \nal: { k: [v] }", 0},
		{"al", "--- # people\n...\n# end\n", "--- # people\nal: { k: [v] }\n...\n# end\n",
		 0},
		{"users/al", "{} # none\n", "users:\n  al: { k: [v] } # none\n", 0},
		{"users/al", "--- {}\n", "--- { users: { al: { k: [v] } } }\n", 0},
		{"al", "--- ~\n", "--- { al: { k: [v] } }\n", 0},
		{"users/al", "  {}\n", "  { users: { al: { k: [v] } } }\n", 0},
	};

	(void)state;
	CHECK_ROWS(rows, "{ k: [v] }");
}

static void test_put_flow(void **state)
{
	static const struct row rows[] = {
		{"b", "{ a: 1 }\n", "{ a: 1, b: v }\n", 0},
		{"b", "{a: 1,}", "{a: 1, b: v,}", 0},
		{"b", "{\"a\":1}", "{\"a\":1, b: v}", 0},
		{"b", "{ a }", "{ a, b: v }", 0},
		{"b", "{ a: }", "{ a: , b: v }", 0},
		{"b", "{ a\": }", "{ a\": , b: v }", 0},
		{"b", "{\"a\":}", "{\"a\":, b: v}", 0},
		{"x/b", "x: { a: [1, 2] } # c\n", "x: { a: [1, 2], b: v } # c\n", 0},
		{"x/y/b", "x: { y: {} }\n", "x: { y: { b: v } }\n", 0},
		{"x/y/b", "x: { y: , z: 1 }\n", "x: { y: { b: v }, z: 1 }\n", 0},
		{"x/y/b", "x: { y, z: 1 }\n", "x: { y: { b: v }, z: 1 }\n", 0},
		{"x/w", "{ z: 1 }", "{ z: 1, x: { w: v } }", 0},
		/* lines of their own, with and without a last comma */
		{"x/b", "x: {\n  a: 1, # one\n}\n", "x: {\n  a: 1, # one\n  b: v,\n}\n", 0},
		{"x/b", "x: {\n  a: 1 # one\n  # end\n}\n",
		 "x: {\n  a: 1, # one\n  b: v\n  # end\n}\n", 0},
		{"x/b", "x: { a: 1, # one\n     c: 2\n}\n",
		 "x: { a: 1, # one\n     c: 2,\n     b: v\n}\n", 0},
		{"x/b", "x: { a: 1\n}\n", "x: { a: 1,\n  b: v\n}\n", 0},
		{"x/b", "x: { a: 1\n  , c: 2 }\n", "x: { a: 1\n  , c: 2, b: v }\n", 0},
		{"x/b", "x: {\r\n  a: # one, }\r\n}\r\n",
		 "x: {\r\n  a: , # one, }\r\n  b: v\r\n}\r\n", 0},
	};

	(void)state;
	CHECK_ROWS(rows, "v");
}

static void test_put_again(void **state)
{
	static const struct row rows[] = {
		{"a", "a: 1 # one\n", "a: v # one\n", 0},
		{"a", "a: \"1\"# one\n", "a: v # one\n", 0},
		{"a", "a:\n", "a: v\n", 0},
		{"a", "a :  # none\nb: 1\n", "a : v  # none\nb: 1\n", 0},
		{"a", "a: ~\n", "a: v\n", 0},
		{"a", "{\"a\":\"x\",b: 1}", "{\"a\": v,b: 1}", 0},
		{"a", "{a, b: 1}", "{a: v, b: 1}", 0},
		{"a", "a: one\n  two # c\nb: 1\n", "a: v # c\nb: 1\n", 0},
		{"a", "a: [1, # one\n  2]\nb: 1\n", "a: v\nb: 1\n", 0},
		/* what is not on the key's line goes there */
		{"a", "a:\n- 1\n- 2\n", "a: v\n", 0},
		{"a", "a:\n  \"x\" # c\n", "a: v # c\n", 0},
		{"a", "a: # about a\n  # about b\n  b: 1 # one\nc: 2\n",
		 "a: v # about a\n  # about b # one\nc: 2\n", 0},
		{"a", "a: |+ # text\n  x\n\nb: 1\n", "a: v # text\nb: 1\n", 0},
		{"a/b", "a:\n  b:\n    c: 1\n  d: 2\n", "a:\n  b: v\n  d: 2\n", 0},
	};

	(void)state;
	CHECK_ROWS(rows, "v");
}

static void test_remove_block(void **state)
{
	static const struct row rows[] = {
		{"b", "a: 1\n# b\nb: 2 # two\nc: 3\n", "a: 1\n# b\nc: 3\n", 0},
		{"a", "a:\n  x: 1 # one\n  # end\nb: 2\n", "  # end\nb: 2\n", 0},
		{"a", "a: |\n  x\n    \n\nb: 2\n", "\nb: 2\n", 0},
		{"a", "a: {\n  x: 1 }\r\nb: 2\r\n", "b: 2\r\n", 0},
		{"a/b", "a:\n  b: 1\n  c: 2\n", "a:\n  c: 2\n", 0},
		/* a blank line before and one behind become one */
		{"b", "a: 1\n\nb: 2\n\nc: 3\n", "a: 1\n\nc: 3\n", 0},
		{"b", "a: 1\n\nb: 2\n", "a: 1\n", 0},
		{"b", "a: 1\n\nb: 2\n...\n", "a: 1\n...\n", 0},
		{"b", "a: 1\n\nb: 2\n# c\nc: 3\n", "a: 1\n\n# c\nc: 3\n", 0},
		{"b", "a: |+\n  x\n\nb: 2\n", "a: |+\n  x\n\n", 0},
		/* a file without a line break at its end */
		{"b", "a: 1\nb: 2", "a: 1", 0},
		{"b", "a: 1\r\n\r\nb: 2", "a: 1", 0},
		{"b", "a: |\n  x\nb: 2", "a: |\n  x\n", 0},
		/* mappings that are left without entries */
		{"a/b", "a:\n  b: 1 # one\nc: 2\n", "a: {}\nc: 2\n", 0},
		{"a/b", "a: # x\n  # y\n  b:\n    z: 1\n  # end\n", "a: {} # x\n  # y\n  # end\n",
		 0},
		{"a", "# x\na: 1 # one\n", "# x\n{}\n", 0},
		{"a/b/c", "a:\n  b:\n    c: 1\n  d: 2\n", "a:\n  b: {}\n  d: 2\n", 0},
		/* what would become part of a text above */
		{"b", "a: |\n  x\nb: 1\n  # c\nc: 2\n", NULL, EDIT_E_LAYOUT},
		{"b", "a: |+\n  x\nb: 1\n\nc: 2\n", NULL, EDIT_E_LAYOUT},
		{"b", "a: |\n  x\nb: 1\n# c\nc: 2\n", "a: |\n  x\n# c\nc: 2\n", 0},
		{"b", "a: |\n  x\n# b\nb: 1\n  # c\nc: 2\n", "a: |\n  x\n# b\n  # c\nc: 2\n", 0},
	};

	(void)state;
	CHECK_ROWS(rows, NULL);
}

static void test_remove_flow(void **state)
{
	static const struct row rows[] = {
		{"a", "{ a: 1, b: 2 }", "{ b: 2 }", 0},
		{"b", "{ a: 1, b: 2 }", "{ a: 1 }", 0},
		{"b", "{ a: 1, b: 2, }", "{ a: 1, }", 0},
		{"b", "{a: 1,b: 2,c: 3}", "{a: 1,c: 3}", 0},
		{"b", "{ a: , b: 2 }", "{ a: }", 0},
		{"b", "{ a: , b: 2}", "{ a: }", 0},
		{"a", "{ a: 1, }", "{}", 0},
		{"x/a", "x: {\n  a: 1, # one\n} # x\n", "x: {} # x\n", 0},
		{"x/a", "x: {\n  # c\n  a: 1, # one\n} # x\n", "x: {\n  # c\n} # x\n", 0},
		{"x/b", "x: {\n  a: 1, # one\n  b: 2, # two\n}\n", "x: {\n  a: 1, # one\n}\n", 0},
		{"x/b", "x: {\n  a: 1, # one\n  b: 2 # two\n}\n", "x: {\n  a: 1 # one\n}\n", 0},
		{"x/a", "x: { a: 1, # one\n  b: 2 }\n", "x: {  # one\n  b: 2 }\n", 0},
		{"x/b", "x: { a: 1, # one\n  b: 2 }\n", "x: { a: 1 # one\n  }\n", 0},
		{"x/b", "x: { a: 1, # one\n  b: 2\t}\n", "x: { a: 1 # one\n  }\n", 0},
		{"x/b", "x: { # one\n  b: 2\t}\n", "x: { # one\n  }\n", 0},
		{"x/b", "x: { a: 1 # one\n  , b: 2\t}\n", "x: { a: 1 # one\n  }\n", 0},
		{"x/a", "x: { a: 1 # one\n  , b: 2 }\n", "x: {  # one\n   b: 2 }\n", 0},
		{"x/b", "x: { a: 1, b: 2,\n  c: 3 }\n", "x: { a: 1,\n  c: 3 }\n", 0},
		{"x/b", "x: { a: 1\n  , b: 2\n  , c: 3 }\n", "x: { a: 1\n  , c: 3 }\n", 0},
		{"x/c", "x: { a: 1\n  , c: 3 # c\n  }\n", "x: { a: 1 # c\n  }\n", 0},
		{"a", "{ a: 1, ? b : 2 }", "{ ? b : 2 }", 0},
	};

	(void)state;
	CHECK_ROWS(rows, NULL);
}

static void test_refused(void **state)
{
	static const struct row puts[] = {
		{"a/b", "a: 1\n", NULL, EDIT_E_NOT_A_MAPPING},
		{"a/b", "a: [b]\n", NULL, EDIT_E_NOT_A_MAPPING},
		{"a/b", "a: ''\n", NULL, EDIT_E_NOT_A_MAPPING},
		{"a", "[a]\n", NULL, EDIT_E_NOT_A_MAPPING},
		{"a", "? a\n: 1\n", NULL, EDIT_E_LAYOUT},
		{"a/b", "? a\n: b: 1\n", NULL, EDIT_E_LAYOUT},
		{"a", "{ ? a }", NULL, EDIT_E_LAYOUT},
	};
	static const struct row removals[] = {
		{"b", "a: 1\n", NULL, EDIT_E_ABSENT},
		{"a/b", "a:\n", NULL, EDIT_E_ABSENT},
		{"a/b", "a: {}\n", NULL, EDIT_E_ABSENT},
		{"a/b", "a: 1\n", NULL, EDIT_E_NOT_A_MAPPING},
		{"a", "", NULL, EDIT_E_ABSENT},
		{"b", "a: 1\n? b\n", NULL, EDIT_E_LAYOUT},
	};

	(void)state;
	CHECK_ROWS(puts, "v");
	CHECK_ROWS(removals, NULL);
}

static void test_find(void **state)
{
	static const char text[] = "users:\n  al: { dev: [x] }\n";
	static const char *const path[] = {"users", "al", "dev", "phone"};
	struct reading reading = reading_create(text, strlen(text));
	size_t n_found = 9;
	const struct node *node = edit_find(reading.root, path, 4, &n_found);

	(void)state;
	assert_int_equal(n_found, 3);
	assert_int_equal(node->kind, NODE_SEQUENCE);
	assert_ptr_equal(edit_find(reading.root, path + 1, 1, &n_found), reading.root);
	assert_int_equal(n_found, 0);
	reading_finish(&reading);
}

static void test_write_scalar(void **state)
{
	static const char *const rows[][2] = {
		/* words, addresses and keys stay as they are */
		{"alice", "alice"},
		{"a b", "a b"},
		{"alice@example.org", "alice@example.org"},
		{"_x-1.y", "_x-1.y"},
		{"10.77.0.9", "10.77.0.9"},
		{"10.77.0.0/16", "10.77.0.0/16"},
		{"gQN+FC/TU7=", "gQN+FC/TU7="},
		{"http://x/y", "http://x/y"},
		{"zo\xc3\xab", "zo\xc3\xab"},
		{"yesterday", "yesterday"},
		/* what others read as something else */
		{"", "\"\""},
		{"1", "\"1\""},
		{"1.5", "\"1.5\""},
		{"0x1F", "\"0x1F\""},
		{"12:30", "\"12:30\""},
		{"2027-06-30", "\"2027-06-30\""},
		{"Yes", "\"Yes\""},
		{"null", "\"null\""},
		{"~", "\"~\""},
		{"<<", "\"<<\""},
		/* what has a meaning in flow style */
		{"gpu[01-64]", "\"gpu[01-64]\""},
		{"a: b", "\"a: b\""},
		{"a:", "\"a:\""},
		{"a #b", "\"a #b\""},
		{"a ", "\"a \""},
		{"-", "\"-\""},
		{"fd00::1", "\"fd00::1\""},
		{"it's", "\"it's\""},
		{"a\"b\\c", "\"a\\\"b\\\\c\""},
		{"a\tb\n", "\"a\\u0009b\\u000A\""},
		{"a\xc2\x85\xe2\x80\xa8\xef\xbb\xbf", "\"a\\u0085\\u2028\\uFEFF\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text out = {0};
		edit_write_scalar(&out, rows[i][0]);
		assert_string_equal(out.data, rows[i][1]);

		struct reading reading = reading_create(out.data, out.length);
		assert_int_equal(reading.diags.items.n_items, 0);
		assert_string_equal(reading.root->text, rows[i][0]);
		reading_finish(&reading);
		text_finish(&out);
	}
}

/* Callers see to it that there is none; nothing behind the end is looked at all the same. */
static void test_write_scalar_cut_short(void **state)
{
	struct text out = {0};

	(void)state;
	edit_write_scalar(&out, "a\xc2\0\x80\"");
	assert_string_equal(out.data, "a\xc2");
	text_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_block),    cmocka_unit_test(test_put_made),
		cmocka_unit_test(test_put_flow),     cmocka_unit_test(test_put_again),
		cmocka_unit_test(test_remove_block), cmocka_unit_test(test_remove_flow),
		cmocka_unit_test(test_refused),      cmocka_unit_test(test_find),
		cmocka_unit_test(test_write_scalar), cmocka_unit_test(test_write_scalar_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
