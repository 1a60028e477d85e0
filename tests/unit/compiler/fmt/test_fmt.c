/* SPDX-License-Identifier: MIT */

/* Fmt: texts before and after, what is refused, and that a result that differs is noticed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/source.h"
#include "base/text.h"
#include "compiler/fmt/fmt.h"
#include "compiler/fmt/same.h"
#include "tests/unit/compiler/parse/reading.h"

#define WORD "a-word-of-30-characters-and-so-"
#define WIDE WORD WORD WORD WORD

struct row {
	const char *before;
	const char *after; /* NULL: it is so already */
};

/* What fmt_layout() makes of the text, in `out`. */
static int lay_out(const char *before, struct text *out, size_t *ret_n_findings)
{
	struct arena *arena = arena_create();
	struct diag_bag diags = {.arena = arena};
	const struct source *source = source_create(arena, "topology.yaml", before, strlen(before));
	int r = fmt_layout(arena, source, &diags, out);

	*ret_n_findings = diags.items.n_items;
	(void)arena_destroy(arena);
	return r;
}

static void check_row(const struct row *row)
{
	struct text out = {0};
	size_t n_findings;

	text_puts(&out, "");
	assert_int_equal(lay_out(row->before, &out, &n_findings), 0);
	assert_int_equal(n_findings, 0);
	assert_string_equal(out.length > 0 ? out.data : "", row->after ? row->after : row->before);
	text_finish(&out);
}

#define CHECK_ROWS(rows)                                                                           \
	do {                                                                                       \
		for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                      \
			check_row(&(rows)[i]);                                                     \
	} while (0)

static void test_layout_block(void **state)
{
	static const struct row rows[] = {
		{"", NULL},
		{"\n\n", ""},
		{"a: 1", "a: 1\n"},
		{"a :   1  \r\nb:\r\n    c: 1\r\n", "a: 1\n\nb:\n  c: 1\n"},
		{"  a: 1\n", "a: 1\n"},
		{"a:\n    b:\n        c:\n", "a:\n  b:\n    c:\n"},
		{"a:\n- x\n-   y\n", "a:\n  - x\n  - y\n"},
		{"a:\n  -\n    b: 1\n    c: 2\n  - - x\n    - y\n  -\n",
		 "a:\n  - b: 1\n    c: 2\n  - - x\n    - y\n  -\n"},
		{"a:\n  b\n", "a: b\n"},
		{"? a\n: 1\n? b\n:\n  c: 1\n? d\n", "a: 1\n\nb:\n  c: 1\n\nd:\n"},
		/* blank lines */
		{"\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"},
		{"a:\n\n  b: 1\n\n\n  c: 2\n  d: 3\n", "a:\n  b: 1\n\n  c: 2\n  d: 3\n"},
		{"a: 1\n# b\nb: 2\n", "a: 1\n\n# b\nb: 2\n"},
		{"a: 1\n# a\n\nb: 2\n", NULL},
		{"a:\n  b: 1\n  # end\n# b\nb: 2\n", "a:\n  b: 1\n  # end\n\n# b\nb: 2\n"},
		{"a:\n  b: 1\n\n  # end\nb: 2\n", "a:\n  b: 1\n\n  # end\n\nb: 2\n"},
		/* markers */
		{"---\n\n\na: 1\n...\n# end\n", "---\n\na: 1\n...\n# end\n"},
		{"--- {a: 1}", "---\n{ a: 1 }\n"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_layout_flow(void **state)
{
	static const struct row rows[] = {
		{"a: {b: 1,c: [x,y]}\n", "a: { b: 1, c: [x, y] }\n"},
		{"a:   { b :  1 , c: { } , d: [ ], }\n", "a: { b: 1, c: {}, d: [] }\n"},
		{"a: {b, c: , \"d\":1, ? e, ? f : 1}\n", "a: { b, c: , \"d\": 1, e, f: 1 }\n"},
		{"a: [b: 1, ? c]\n", "a: [b: 1, c: ]\n"},
		{"a: {-}\n", "a: { -}\n"},
		/* a line break opens, and stays where the author put it */
		{"a: [x,\n  y, z]\n", "a: [\n  x,\n  y, z,\n]\n"},
		{"a: { b: 1,\n     c: {d: 1} }\n", "a: {\n  b: 1,\n  c: { d: 1 },\n}\n"},
		{"a: {\n  }\n", "a: {}\n"},
		{"a:\n- {\n  b: 1}\n", "a:\n  - {\n      b: 1,\n    }\n"},
		{"a: {\n\n  b: 1,\n\n\n  c: 2\n\n}\n", "a: {\n  b: 1,\n\n  c: 2,\n}\n"},
		/* comments open */
		{"a: { # 1\n b: 1 # 2\n , # 3\n # 4\n }\n",
		 "a: { # 1\n  b: 1, # 2\n  # 3\n  # 4\n}\n"},
		{"a: { # 1\n}\n", NULL},
		{"a: { b: # 1\n   1 }\n", "a: {\n  b: # 1\n    1,\n}\n"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_layout_wide(void **state)
{
	static const struct row rows[] = {
		/* a mapping becomes a block, with its comment at the key */
		{"a: { k: " WIDE ", l: { m: 1 }, n } # c\n",
		 "a: # c\n  k: " WIDE "\n  l: { m: 1 }\n  n:\n"},
		{"a:\n- { k: " WIDE ", l: 1 }\n", "a:\n  - k: " WIDE "\n    l: 1\n"},
		{"a:\n- { k: " WIDE ", l: 1 } # c\n", "a:\n  - # c\n    k: " WIDE "\n    l: 1\n"},
		{"a: { b: { k: " WIDE ", l: 1 }, c: 1 } # c\n",
		 "a: # c\n  b:\n    k: " WIDE "\n    l: 1\n  c: 1\n"},
		/* a list is filled */
		{"a: [" WORD ", " WORD ", " WORD ", " WORD ", x] # c\n",
		 "a: [\n  " WORD ", " WORD ", " WORD ",\n  " WORD ", x,\n] # c\n"},
		/* what has lines already is left alone */
		{"a: {\n  k: " WIDE ", l: { m: 1 },\n}\n", NULL},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_layout_comments(void **state)
{
	static const struct row rows[] = {
		{"#!a\n#b \n", "#!a\n#b\n"},
		{"a: 1   # x\n", "a: 1 # x\n"},
		{"a:\n  b: 1 # x\n  long: 1 # y\n  c: 1\n  d: 1 # z\n",
		 "a:\n  b: 1    # x\n  long: 1 # y\n  c: 1\n  d: 1 # z\n"},
		{"a: # x\n  b: 1 # y\n", NULL},
		{"a:\n  b: 1 # x\n       # y\n  long: 1 # z\n",
		 "a:\n  b: 1    # x\n          # y\n  long: 1 # z\n"},
		/* the indentation of what follows, or of what it is the end of */
		{"# 1\na:\n# 2\n  b: 1\n# 3\n  c: 1\n  # 4\n# 5\n",
		 "# 1\na:\n  # 2\n  b: 1\n  # 3\n  c: 1\n  # 4\n# 5\n"},
		{"a:\n    b:\n        c: 1\n         # c\n       # b\n  # a\nd: 1\n",
		 "a:\n  b:\n    c: 1\n    # c\n  # b\n\n# a\nd: 1\n"},
		{"a:\n   # b: 1\n\nc: {}\n   # d: 1\n", "a:\n  # b: 1\n\nc: {}\n  # d: 1\n"},
		{"a:\n- x\n# end\n", "a:\n  - x\n# end\n"},
		{"a:\n- x\n # end\n", "a:\n  - x\n  # end\n"},
		/* where they stand in the way of a value */
		{"a: # x\n  1\n", NULL},
		{"a:\n  - # x\n    b: 1\n", NULL},
		{"? a # x\n# y\n: 1\n", "a: # x\n  # y\n  1\n"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_layout_scalars(void **state)
{
	static const struct row rows[] = {
		{"a: \"x\"\nb: 'y'\n", "a: \"x\"\n\nb: 'y'\n"},
		{"a: one\n      two\n\n three # x\n", "a: one\n  two\n\n  three # x\n"},
		{"a: \"x  \n    y\\ \n z\"\n", "a: \"x\n  y\\ \n  z\"\n"},
		{"a: |\n      x  \n        y\n   \nb: 1\n", "a: |\n  x  \n    y\n\nb: 1\n"},
		{"a: |+ # x\n x\n\n\nb: 1\n", "a: |+ # x\n  x\n\n\nb: 1\n"},
		{"a: >-4\n      x\n", "a: >2-\n    x\n"},
		{"a: |\n    x", "a: |-\n  x\n"},
		{"a: |\n  x\n      \n", NULL},
		{"a: |\n\n\n  x\n", NULL},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_layout_refused(void **state)
{
	static const char *const texts[] = {
		"a: 1\na: 2\n",
		"a: &b 1\n",
		"a: {\n\tb: 1 }\n",
		"a: [\n",
		"a: 1\n---\nb:\n",
		"just a line\n",
		"- a\n",
		"? 'a\n  b'\n: 1\n",
		"? |\n  a\n: 1\n",
		"a: |1\n    \nb: 1\n",
		"a: b\xc2\x85 c\n",
		"a: 1 # b\xe2\x80\xa9\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct text out = {0};
		size_t n_findings;

		assert_int_equal(lay_out(texts[i], &out, &n_findings), FMT_E_REFUSED);
		assert_int_equal(n_findings, 1);
		assert_int_equal(out.length, 0);
	}
}

static void test_is_same(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool is_same;
	} rows[] = {
		{"a: { b: 1 } # x\n", "a:  # x\n  b: 1\n", true},
		{"a: | # x\n  #y\n", "a: |-  # x\n  #y", false},
		{"a: '# x'\n", "a: '# x' # x\n", false},
		{"a: 1\n", "a: '1'\n", false},
		{"a: 1\nb: 2\n", "b: 2\na: 1\n", false},
		{"a: [1, 2]\n", "a: [1]\n", false},
		{"a: [1]\n", "a: 1\n", false},
		{"a: 1\n", "a: 1\nb:\n", false},
		{"a: 1 # x\n", "a: 1\n", false},
		{"# x\na: 1 # y\n", "# y\na: 1 # x\n", false},
		{"a: 1 # x y\n", "a: 1 # x  y\n", false},
		{"a: | # x\n  1\n", "a: |\n  1\n", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reading a = reading_create(rows[i].a, strlen(rows[i].a));
		struct reading b = reading_create(rows[i].b, strlen(rows[i].b));

		assert_int_equal(fmt_is_same(a.arena, a.root, b.root), rows[i].is_same);
		reading_finish(&a);
		reading_finish(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout_block),   cmocka_unit_test(test_layout_flow),
		cmocka_unit_test(test_layout_wide),    cmocka_unit_test(test_layout_comments),
		cmocka_unit_test(test_layout_scalars), cmocka_unit_test(test_layout_refused),
		cmocka_unit_test(test_is_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
