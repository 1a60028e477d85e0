/* SPDX-License-Identifier: MIT */

/* Source: offsets to lines and columns, and lines to spans. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/source.h"

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

static void test_source_create_copies(void **state)
{
	char text[] = "a\0b\n";
	const struct source *source = source_create(*state, "t.yaml", text, 4);

	memset(text, 'x', sizeof(text));
	assert_string_equal(source->path, "t.yaml");
	assert_int_equal(source->length, 4);
	assert_memory_equal(source->text, "a\0b\n", 5);
}

static void test_source_create_counts_lines(void **state)
{
	static const struct {
		const char *text;
		size_t n_lines;
	} cases[] = {
		{"", 1},     {"a", 1},      {"\n", 2},        {"a\n", 2},
		{"a\nb", 2}, {"\n\n\n", 4}, {"a\r\nb\rc", 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i].text;
		const struct source *source = source_create(*state, "t", text, strlen(text));

		assert_int_equal(source->n_lines, cases[i].n_lines);
	}
}

static void test_source_position_of_offsets(void **state)
{
	/* bytes: a=0 umlaut=1,2 b=3 LF=4 | LF=5 | euro=6,7,8 smile=9..12 x=13 */
	static const char text[] = "a\xc3\xa4"
				   "b\n\n\xe2\x82\xac\xf0\x9f\x98\x80x";
	static const struct {
		uint32_t offset;
		uint32_t line;
		uint32_t column;
	} cases[] = {
		{0, 1, 1}, {1, 1, 2}, {2, 1, 2},  {3, 1, 3},  {4, 1, 4},  {5, 2, 1},   {6, 3, 1},
		{8, 3, 1}, {9, 3, 2}, {12, 3, 2}, {13, 3, 3}, {14, 3, 4}, {999, 3, 4},
	};
	const struct source *source = source_create(*state, "t", text, sizeof(text) - 1);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct position position = source_position(source, cases[i].offset);

		assert_int_equal(position.line, cases[i].line);
		assert_int_equal(position.column, cases[i].column);
	}
}

static void test_source_position_counts_no_line_of_stray_bytes(void **state)
{
	const struct source *source = source_create(*state, "t", "\x80\x80\n\x80", 4);

	assert_int_equal(source_position(source, 1).line, 1);
	assert_int_equal(source_position(source, 3).line, 2);
	assert_int_equal(source_position(source, 3).column, 1);
}

static void test_source_position_agrees_with_counting(void **state)
{
	char text[2000];
	const struct source *source;
	uint32_t line = 1;
	uint32_t column = 1;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i * i % 7 == 2 ? '\n' : 'x';
	source = source_create(*state, "t", text, sizeof(text));
	for (uint32_t i = 0; i < sizeof(text); i++) {
		assert_int_equal(source_position(source, i).line, line);
		assert_int_equal(source_position(source, i).column, column);
		column = text[i] == '\n' ? 1 : column + 1;
		line += text[i] == '\n';
	}
}

static void test_source_line_without_its_break(void **state)
{
	static const char text[] = "first\nsecond\r\n\n\r\nlast";
	static const char *const lines[] = {"first", "second", "", "", "last"};
	const struct source *source = source_create(*state, "t", text, sizeof(text) - 1);

	assert_int_equal(source->n_lines, 5);
	for (uint32_t i = 0; i < 5; i++) {
		struct span span = source_line(source, i + 1);

		assert_ptr_equal(span.source, source);
		assert_int_equal(span.end - span.begin, strlen(lines[i]));
		assert_memory_equal(source->text + span.begin, lines[i], strlen(lines[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_source_create_copies),
		cmocka_unit_test(test_source_create_counts_lines),
		cmocka_unit_test(test_source_position_of_offsets),
		cmocka_unit_test(test_source_position_counts_no_line_of_stray_bytes),
		cmocka_unit_test(test_source_position_agrees_with_counting),
		cmocka_unit_test(test_source_line_without_its_break),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
