/* SPDX-License-Identifier: MIT */

#include "base/namelist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"

enum {
	MOST_NAMES = 8,
};

static void test_namelist_fold(void **state)
{
	static const struct {
		const char *names[MOST_NAMES];
		const char *folded;
	} cases[] = {
		{{NULL}, ""},
		{{"gw"}, "gw 1"},
		{{"gpu01"}, "gpu01 1"},
		{{"gpu03", "gw", "gpu01", "gpu02"}, "gpu[01-03] 3, gw 1"},
		{{"gpu01", "gpu02", "gpu04", "gpu07", "gpu08"}, "gpu[01-02,04,07-08] 5"},
		/* Numbers are counted, not spelled. */
		{{"n1", "n10", "n2", "n9"}, "n[1-2,9-10] 4"},
		/* A range has one width where there are zeros in front. */
		{{"n01", "n02", "n1", "n100"}, "n1 1, n[01-02] 2, n100 1"},
		{{"n099", "n100", "n1000"}, "n[099-100] 2, n1000 1"},
		{{"n08", "n09", "n10", "n99"}, "n[08-10,99] 4"},
		{{"n99", "n100"}, "n[99-100] 2"},
		{{"n099", "n100"}, "n[099-100] 2"},
		/* What stands around the number has to be the same. */
		{{"a1b", "a2b", "a3c", "b1"}, "a[1-2]b 2, a3c 1, b1 1"},
		{{"r1-n1", "r1-n2", "r2-n1"}, "r1-n[1-2] 2, r2-n1 1"},
		{{"alice/laptop", "alice/phone"}, "alice/laptop 1, alice/phone 1"},
		{{"a", "a0", "a1"}, "a 1, a[0-1] 2"},
		/* Too long for a number, or with brackets of its own: as it is. */
		{{"x1234567890123456789", "x1234567890123456790"},
		 "x1234567890123456789 1, x1234567890123456790 1"},
		{{"a[1]", "a[2]"}, "a[1] 1, a[2] 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_create();
		cleanup_(text_finish) struct text text = {0};
		struct namelist list;
		size_t n = 0;

		while (n < MOST_NAMES && cases[i].names[n] != NULL)
			n++;
		list = namelist_fold(arena, cases[i].names, n);
		text_puts(&text, "");
		vec_foreach(item, &list.items) {
			text_printf(&text, "%s%s %zu", item == list.items.items ? "" : ", ",
				    item->text, item->n_names);
		}
		assert_string_equal(text.data, cases[i].folded);
		(void)arena_destroy(arena);
	}
}

static void test_namelist_say(void **state)
{
	static const char *const names[] = {"gpu01", "gpu02", "gpu03", "gw", "store"};
	static const struct {
		size_t n_names;
		size_t most;
		const char *said;
	} cases[] = {
		{0, 3, ""},
		{1, 3, "gpu01"},
		{4, 3, "gpu[01-03] and gw"},
		{5, 3, "gpu[01-03], gw and store"},
		{5, 2, "gpu[01-03] and 2 more"},
	};
	struct arena *arena = arena_create();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_(text_finish) struct text out = {0};
		struct namelist list = namelist_fold(arena, names, cases[i].n_names);

		(void)text_reserve(&out, 1);
		out.data[0] = '\0';
		namelist_say(&list, cases[i].most, &out);
		assert_string_equal(out.data, cases[i].said);
	}
	(void)arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_namelist_fold),
		cmocka_unit_test(test_namelist_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
