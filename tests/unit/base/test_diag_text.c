/* SPDX-License-Identifier: MIT */

/* Diagnostics as text: what a person sees, byte for byte. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"

#define REPLACEMENT "\xef\xbf\xbd"
#define ELLIPSIS    "\xe2\x80\xa6"

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

static const struct source *make_source(struct arena *arena, const char *text)
{
	return source_create(arena, "t.yaml", text, strlen(text));
}

/* The first place of `word` in the source. */
static struct span span_of(const struct source *source, const char *word)
{
	const char *place = strstr(source->text, word);
	uint32_t begin;

	assert_non_null(place);
	begin = (uint32_t)(place - source->text);
	return (struct span){source, begin, begin + (uint32_t)strlen(word)};
}

static void check_text(const struct diag_bag *bag, bool with_colour, const char *expected)
{
	cleanup_(text_finish) struct text out = {0};

	diag_render_text(bag, with_colour, &out);
	text_append(&out, NULL, 0);
	assert_string_equal(out.data, expected);
}

/* Checks how one error at `word` looks. `expected` is what stands between its head and the total.
 */
static void check_snippet(struct arena *arena, const char *text, const char *word,
			  const char *expected)
{
	struct diag_bag bag = {.arena = arena};
	struct span span = span_of(make_source(arena, text), word);
	struct position position = source_position(span.source, span.begin);

	diag_add(&bag, DIAG_BAD_VALUE, span, "wrong");
	check_text(&bag, false,
		   arena_printf(arena,
				"t.yaml:%u:%u: error: wrong [bad-value]\n%s\n"
				"1 error, 0 warnings\n",
				position.line, position.column, expected));
}

static void test_diag_render_text_of_nothing(void **state)
{
	struct diag_bag bag = {.arena = *state};

	check_text(&bag, false, "");
	check_text(&bag, true, "");
}

static void test_diag_render_text_of_everything(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source =
		make_source(*state, "servers:\n  gpu01: { at: 1, adress: 2 }\n");
	struct diag *diag =
		diag_add(&bag, DIAG_UNKNOWN_KEY, span_of(source, "adress"), "unknown key 'adress'");

	diag_related(&bag, diag, span_of(source, "at"), "beside this");
	diag_related(&bag, diag, span_of(source, "servers"), "inside this");
	diag_note(&bag, diag, "first\nsecond");
	diag_note(&bag, diag, "third");
	diag_help(&bag, diag, "did you mean 'address'?");
	diag_add(&bag, DIAG_ENDPOINT_NAME, (struct span){0}, "a name");
	check_text(&bag, false,
		   "t.yaml:2:19: error: unknown key 'adress' [unknown-key]\n"
		   "    2 |   gpu01: { at: 1, adress: 2 }\n"
		   "      |            ~~     ^^^^^^\n"
		   "      |            beside this\n"
		   "t.yaml:1:1: note: inside this\n"
		   "    1 | servers:\n"
		   "      | ~~~~~~~\n"
		   "note: first\n"
		   "      second\n"
		   "note: third\n"
		   "help: did you mean 'address'?\n"
		   "\n"
		   "wgtopo: warning: a name [endpoint-name]\n"
		   "\n"
		   "1 error, 1 warning\n");
}

static void test_diag_render_text_counts(void **state)
{
	struct diag_bag bag = {.arena = *state, .n_errors = 0, .n_warnings = 2};

	check_text(&bag, false, "0 errors, 2 warnings (0 shown)\n");
	bag = (struct diag_bag){.arena = *state};
	diag_add(&bag, DIAG_BAD_VALUE, (struct span){0}, "one");
	diag_add(&bag, DIAG_BAD_VALUE, (struct span){0}, "two");
	check_text(&bag, false,
		   "wgtopo: error: one [bad-value]\n\n"
		   "wgtopo: error: two [bad-value]\n\n"
		   "2 errors, 0 warnings\n");
}

static void test_diag_render_text_in_colour(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source = make_source(*state, "a: b\n");
	struct diag *diag = diag_add(&bag, DIAG_BAD_VALUE, span_of(source, "b"), "wrong");

	diag_related(&bag, diag, span_of(source, "a"), "of this");
	diag_note(&bag, diag, "evidence");
	diag_help(&bag, diag, "fix");
	diag_add(&bag, DIAG_ENDPOINT_NAME, (struct span){0}, "a name");
	check_text(&bag, true,
		   "\x1b[1mt.yaml:1:4:\x1b[0m \x1b[1;31merror:\x1b[0m \x1b[1mwrong\x1b[0m "
		   "[bad-value]\n"
		   "    1 | a: b\n"
		   "      | \x1b[36m~\x1b[0m  \x1b[1;31m^\x1b[0m\n"
		   "      | \x1b[36mof this\x1b[0m\n"
		   "\x1b[36mnote:\x1b[0m evidence\n"
		   "\x1b[32mhelp:\x1b[0m fix\n"
		   "\n"
		   "\x1b[1mwgtopo:\x1b[0m \x1b[1;35mwarning:\x1b[0m \x1b[1ma name\x1b[0m "
		   "[endpoint-name]\n"
		   "\n"
		   "1 error, 1 warning\n");
}

static void test_diag_render_text_aligns_by_width(void **state)
{
	check_snippet(*state, "k\xc3\xa4se: x\n", "x",
		      "    1 | k\xc3\xa4se: x\n"
		      "      |       ^\n");
	check_snippet(*state, "\xe6\x97\xa5\xe6\x9c\xac: x\n", "x", /* two wide characters */
		      "    1 | \xe6\x97\xa5\xe6\x9c\xac: x\n"
		      "      |       ^\n");
	check_snippet(*state, "a: \xf0\x9f\x98\x80\n", "\xf0\x9f\x98\x80",
		      "    1 | a: \xf0\x9f\x98\x80\n"
		      "      |    ^^\n");
	check_snippet(*state, "e\xcc\x81: x\n", "x", /* an accent of its own takes no column */
		      "    1 | e\xcc\x81: x\n"
		      "      |    ^\n");
	check_snippet(*state, "e\xcc\x81\n", "\xcc\x81",
		      "    1 | e\xcc\x81\n"
		      "      |  ^\n");
}

static void test_diag_render_text_expands_tabs(void **state)
{
	check_snippet(*state, "\ta:\tb\n", "b",
		      "    1 |         a:      b\n"
		      "      |                 ^\n");
	check_snippet(*state, "ab\tc\n", "\t",
		      "    1 | ab      c\n"
		      "      |   ^^^^^^\n");
}

/* Nothing that the user writes reaches the terminal as a control sequence. */
static void test_diag_render_text_replaces_controls(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const char *text = "\x1b[31m \x07\x7f \xc2\x9b \xff\xc3 \xed\xa0\x80 \xe2\x80\xae x\r\n";
	struct source *source = arena_copy(*state, make_source(*state, text), sizeof(*source));
	struct diag *diag;

	source->path = "a\x1b"
		       "b";
	diag = diag_add(&bag, DIAG_BAD_VALUE, span_of(source, "x"), "'\x1b\n\t'");
	diag_related(&bag, diag, span_of(source, "x"), "\x1bz");
	diag_note(&bag, diag, "\x1by");
	check_text(&bag, false,
		   "a" REPLACEMENT "b:1:19: error: '" REPLACEMENT REPLACEMENT REPLACEMENT
		   "' [bad-value]\n"
		   "    1 | " REPLACEMENT "[31m " REPLACEMENT REPLACEMENT " " REPLACEMENT
		   " " REPLACEMENT REPLACEMENT " " REPLACEMENT REPLACEMENT REPLACEMENT
		   " " REPLACEMENT " x\n"
		   "      |                     ^\n"
		   "a" REPLACEMENT "b:1:19: note: " REPLACEMENT "z\n"
		   "    1 | " REPLACEMENT "[31m " REPLACEMENT REPLACEMENT " " REPLACEMENT
		   " " REPLACEMENT REPLACEMENT " " REPLACEMENT REPLACEMENT REPLACEMENT
		   " " REPLACEMENT " x\n"
		   "      |                     ~\n"
		   "note: " REPLACEMENT "y\n"
		   "\n"
		   "1 error, 0 warnings\n");
}

/* RFC 3629 section 3: longer than needed is not UTF-8, and a way around checks for controls. */
static void test_diag_render_text_replaces_overlong_bytes(void **state)
{
	check_snippet(*state, "\xe0\x81\x81 \xc1\x81 \xf0\x80\x81\x81 x", "x",
		      "    1 | " REPLACEMENT REPLACEMENT REPLACEMENT " " REPLACEMENT REPLACEMENT
		      " " REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT " x\n"
		      "      |             ^\n");
}

static void test_diag_render_text_of_spans_at_the_edge(void **state)
{
	check_snippet(*state, "ab", "",
		      "    1 | ab\n"
		      "      | ^\n");
	check_snippet(*state, "\nab", "\n", /* an empty line */
		      "    1 |\n"
		      "      | ^\n");
	check_snippet(*state, "a: |\n  one\n  two\n", "|\n  one\n  two", /* its first line only */
		      "    1 | a: |\n"
		      "      |    ^\n");
}

static void test_diag_render_text_at_the_end(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source = make_source(*state, "ab");

	diag_add(&bag, DIAG_BAD_VALUE, (struct span){source, 2, 2}, "end");
	diag_add(&bag, DIAG_BAD_VALUE, (struct span){source, 90, 80}, "behind");
	check_text(&bag, false,
		   "t.yaml:1:3: error: end [bad-value]\n"
		   "    1 | ab\n"
		   "      |   ^\n"
		   "\n"
		   "t.yaml:1:3: error: behind [bad-value]\n"
		   "    1 | ab\n"
		   "      |   ^\n"
		   "\n"
		   "2 errors, 0 warnings\n");
}

static void test_diag_render_text_wide_line_numbers(void **state)
{
	struct text text = {0};

	for (int i = 1; i < 123456; i++)
		text_puts(&text, "\n");
	text_puts(&text, "x");
	check_snippet(*state, text.data, "x",
		      "123456 | x\n"
		      "       | ^\n");
	text_finish(&text);
}

/* `n` times the string. */
static const char *repeat(struct arena *arena, const char *string, size_t n)
{
	cleanup_(text_finish) struct text text = {0};

	for (size_t i = 0; i < n; i++)
		text_puts(&text, string);
	return arena_copy(arena, text.data, text.length);
}

static void test_diag_render_text_fits_or_is_cut(void **state)
{
	struct arena *arena = *state;

	check_snippet(
		arena, arena_printf(arena, "%sX", repeat(arena, "-", 119)), "X",
		arena_printf(arena, "    1 | %sX\n      | %119s^\n", repeat(arena, "-", 119), ""));
	check_snippet(arena, arena_printf(arena, "%sX", repeat(arena, "-", 120)), "X",
		      arena_printf(arena, "    1 | " ELLIPSIS "%sX\n      |  %117s^\n",
				   repeat(arena, "-", 117), ""));
	check_snippet(arena, arena_printf(arena, "X%s", repeat(arena, "-", 120)), "X",
		      arena_printf(arena, "    1 | X%s" ELLIPSIS "\n      | ^\n",
				   repeat(arena, "-", 117)));
}

static void test_diag_render_text_cut_on_both_sides(void **state)
{
	struct arena *arena = *state;

	check_snippet(
		arena,
		arena_printf(arena, "%sWORD%s", repeat(arena, "-", 500), repeat(arena, "-", 500)),
		"WORD",
		arena_printf(arena, "    1 | " ELLIPSIS "%sWORD%s" ELLIPSIS "\n      |  %40s^^^^\n",
			     repeat(arena, "-", 40), repeat(arena, "-", 74), ""));
	/* characters of three bytes and two columns */
	check_snippet(arena,
		      arena_printf(arena, "%sX%s", repeat(arena, "\xe6\x97\xa5", 500),
				   repeat(arena, "\xe6\x97\xa5", 500)),
		      "X",
		      arena_printf(arena, "    1 | " ELLIPSIS "%sX%s" ELLIPSIS "\n      |  %40s^\n",
				   repeat(arena, "\xe6\x97\xa5", 20),
				   repeat(arena, "\xe6\x97\xa5", 38), ""));
	/* the mark ends where the shown part does */
	check_snippet(arena,
		      arena_printf(arena, "%sX%sY%s", repeat(arena, "-", 500),
				   repeat(arena, "=", 300), repeat(arena, "-", 500)),
		      arena_printf(arena, "X%sY", repeat(arena, "=", 300)),
		      arena_printf(arena,
				   "    1 | " ELLIPSIS "%sX%s" ELLIPSIS "\n      |  %40s%s\n",
				   repeat(arena, "-", 40), repeat(arena, "=", 77), "",
				   repeat(arena, "^", 78)));
}

/* Related places that overlap, are cut away, or whose label does not fit have their own block. */
static void test_diag_render_text_related_that_does_not_fit(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source = make_source(*state, "key: value\n");
	struct diag *diag = diag_add(&bag, DIAG_BAD_VALUE, span_of(source, "value"), "wrong");
	const char *label = repeat(*state, "l", 121);

	diag_related(&bag, diag, span_of(source, "key: value"), "overlaps");
	diag_related(&bag, diag, span_of(source, "key"), "%s", label);
	diag_related(&bag, diag, (struct span){0}, "nowhere");
	check_text(&bag, false,
		   arena_printf(*state,
				"t.yaml:1:6: error: wrong [bad-value]\n"
				"    1 | key: value\n"
				"      |      ^^^^^\n"
				"t.yaml:1:1: note: overlaps\n"
				"    1 | key: value\n"
				"      | ~~~~~~~~~~\n"
				"t.yaml:1:1: note: %s\n"
				"    1 | key: value\n"
				"      | ~~~\n"
				"wgtopo: note: nowhere\n"
				"\n"
				"1 error, 0 warnings\n",
				label));
}

static void test_diag_render_text_many_related(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source = make_source(*state, "a b c d e f g h i j\n");
	struct diag *diag = diag_add(&bag, DIAG_BAD_VALUE, span_of(source, "a"), "wrong");
	cleanup_(text_finish) struct text out = {0};

	for (uint32_t i = 1; i < 10; i++)
		diag_related(&bag, diag, (struct span){source, 2 * i, 2 * i + 1}, "no. %u", i);
	diag_render_text(&bag, false, &out);
	assert_non_null(strstr(out.data, "      | ^ ~ ~ ~ ~ ~ ~ ~\n"));
	assert_non_null(strstr(out.data, "\n      |               no. 7\n"));
	assert_non_null(strstr(out.data, "\nt.yaml:1:17: note: no. 8\n"));
	assert_non_null(strstr(out.data, "\nt.yaml:1:19: note: no. 9\n"));
}

/* Whatever the bytes and the span are, rendering ends and stays inside its buffers. */
static void test_diag_render_text_of_any_bytes(void **state)
{
	static const char alphabet[] =
		"\t\t\n\r ax\x80\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80\xcc\x81";
	uint32_t seed = 12345;
	char bytes[700];

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct arena *arena = arena_create();
		struct diag_bag bag = {.arena = arena};
		cleanup_(text_finish) struct text out = {0};
		const struct source *source;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
			if (bytes[i] == '\n' && round % 2 == 0)
				bytes[i] = '\t'; /* one long line */
		}
		source = source_create(arena, "t.yaml", bytes, sizeof(bytes));
		for (uint32_t begin = 0; begin <= sizeof(bytes); begin += 13) {
			struct diag *diag = diag_add(&bag, DIAG_BAD_VALUE,
						     (struct span){source, begin, begin + 9}, "x");

			diag_related(&bag, diag, (struct span){source, begin / 2, begin}, "y");
		}
		diag_render_text(&bag, false, &out);
		assert_null(strchr(out.data, '\t'));
		assert_null(strchr(out.data, '\r'));
		arena_destroy(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diag_render_text_of_nothing),
		cmocka_unit_test(test_diag_render_text_of_everything),
		cmocka_unit_test(test_diag_render_text_counts),
		cmocka_unit_test(test_diag_render_text_in_colour),
		cmocka_unit_test(test_diag_render_text_aligns_by_width),
		cmocka_unit_test(test_diag_render_text_expands_tabs),
		cmocka_unit_test(test_diag_render_text_replaces_controls),
		cmocka_unit_test(test_diag_render_text_replaces_overlong_bytes),
		cmocka_unit_test(test_diag_render_text_of_spans_at_the_edge),
		cmocka_unit_test(test_diag_render_text_at_the_end),
		cmocka_unit_test(test_diag_render_text_wide_line_numbers),
		cmocka_unit_test(test_diag_render_text_fits_or_is_cut),
		cmocka_unit_test(test_diag_render_text_cut_on_both_sides),
		cmocka_unit_test(test_diag_render_text_related_that_does_not_fit),
		cmocka_unit_test(test_diag_render_text_many_related),
		cmocka_unit_test(test_diag_render_text_of_any_bytes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
