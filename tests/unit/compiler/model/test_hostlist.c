/* SPDX-License-Identifier: MIT */

/* Host lists: what each text is, as `scontrol show hostnames` prints it, or where it is wrong. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/model/hostlist.h"
#include "tests/unit/compiler/fixture.h"

static void show(const struct hostlist *list, struct text *out)
{
	for (size_t i = 0; i < hostlist_n_names(list); i++) {
		text_puts(out, i == 0 ? "" : " ");
		hostlist_write(list, i, out);
	}
}

static void test_hostlist_parse_good(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} rows[] = {
		{"gpu01", "gpu01"},
		{"gpu[7]", "gpu7"},
		{"gpu[01-03]", "gpu01 gpu02 gpu03"},
		{"gpu[9-11]", "gpu9 gpu10 gpu11"},
		{"gpu[098-101]", "gpu098 gpu099 gpu100 gpu101"},
		{"gpu[01-03,07,10-12]", "gpu01 gpu02 gpu03 gpu07 gpu10 gpu11 gpu12"},
		{"gpu[3,1-2]", "gpu3 gpu1 gpu2"},
		{"gpu[1,01,001]", "gpu1 gpu01 gpu001"},
		{"gpu[0-1,00-01]", "gpu0 gpu1 gpu00 gpu01"},
		{"[1-2]", "1 2"},
		{"n[1-2]-ib", "n1-ib n2-ib"},
		{"rack[1-2]n[01-02]", "rack1n01 rack1n02 rack2n01 rack2n02"},
		{"a[1-2][3-4]", "a13 a14 a23 a24"},
		{"a[0-1]b[0-1]c[0-1]", "a0b0c0 a0b0c1 a0b1c0 a0b1c1 a1b0c0 a1b0c1 a1b1c0 a1b1c1"},
		{"a[1-2],b,c[3,5]d", "a1 a2 b c3d c5d"},
		{"10.1.2.[9-10]", "10.1.2.9 10.1.2.10"},
		{"2001:db8::[9-10]", "2001:db8::9 2001:db8::10"},
		{"x[999999999999999998-999999999999999999]",
		 "x999999999999999998 x999999999999999999"},
		{"x[000000000000000001]", "x000000000000000001"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_(text_finish) struct text shown = {0};
		const struct hostlist *list = NULL;
		struct hostlist_place fault;

		assert_int_equal(hostlist_parse(*state, rows[i].text, &list, &fault), 0);
		show(list, &shown);
		fixture_expect_text(&shown, rows[i].expected);
	}
}

static void test_hostlist_parse_bad(void **state)
{
	static const struct {
		const char *text;
		enum hostlist_error error;
		const char *fault;
	} rows[] = {
		{"gpu[1-2", HOSTLIST_E_UNCLOSED, "[1-2"},
		{"gpu[", HOSTLIST_E_UNCLOSED, "["},
		{"gpu[1,", HOSTLIST_E_UNCLOSED, "[1,"},
		{"a[1-2]b[3", HOSTLIST_E_UNCLOSED, "[3"},
		{"gpu[1-[2]]", HOSTLIST_E_NESTED, "["},
		{"gpu[[1]]", HOSTLIST_E_NESTED, "["},
		{"gpu1]", HOSTLIST_E_STRAY, "]"},
		{"gpu[1]]", HOSTLIST_E_STRAY, "]"},
		{"gpu[]", HOSTLIST_E_EMPTY, "[]"},
		{"gpu[1,]", HOSTLIST_E_EMPTY, ",]"},
		{"gpu[,1]", HOSTLIST_E_EMPTY, "[,"},
		{"gpu[1,,2]", HOSTLIST_E_EMPTY, ",,"},
		{"", HOSTLIST_E_EMPTY, ""},
		{",a[1]", HOSTLIST_E_EMPTY, ","},
		{"a[1],", HOSTLIST_E_EMPTY, ","},
		{"a[1],,b", HOSTLIST_E_EMPTY, ",,"},
		{"gpu[a-c]", HOSTLIST_E_NUMBER, "a-c"},
		{"gpu[1-2-3]", HOSTLIST_E_NUMBER, "1-2-3"},
		{"gpu[1-]", HOSTLIST_E_NUMBER, "1-"},
		{"gpu[-1]", HOSTLIST_E_NUMBER, "-1"},
		{"gpu[-]", HOSTLIST_E_NUMBER, "-"},
		{"gpu[1, 2]", HOSTLIST_E_NUMBER, " 2"},
		{"gpu[+1]", HOSTLIST_E_NUMBER, "+1"},
		{"gpu[1-2x]", HOSTLIST_E_NUMBER, "1-2x"},
		{"gpu[1000000000000000000]", HOSTLIST_E_NUMBER, "1000000000000000000"},
		{"gpu[18446744073709551615-18446744073709551616]", HOSTLIST_E_NUMBER,
		 "18446744073709551615-18446744073709551616"},
		{"gpu[1,3-2]", HOSTLIST_E_REVERSED, "3-2"},
		{"gpu[10-09]", HOSTLIST_E_REVERSED, "10-09"},
		{"gpu[01-100]", HOSTLIST_E_WIDTH, "01-100"},
		{"gpu[1-02]", HOSTLIST_E_WIDTH, "1-02"},
		{"gpu[00-1]", HOSTLIST_E_WIDTH, "00-1"},
		{"gpu[0-100000]", HOSTLIST_E_TOO_MANY, "0-100000"},
		{"gpu[1-99999,1-2]", HOSTLIST_E_TOO_MANY, "1-2"},
		{"gpu[0-999999999999999999]", HOSTLIST_E_TOO_MANY, "0-999999999999999999"},
		{"a[1-1000]b[1-101]", HOSTLIST_E_TOO_MANY, "[1-101]"},
		{"a[1-99999]b[1-99999]c[1-99999]d[1-99999]", HOSTLIST_E_TOO_MANY, "[1-99999]"},
		{"a[1-50000],b[1-50001]", HOSTLIST_E_TOO_MANY, "b[1-50001]"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_(text_finish) struct text shown = {0};
		const struct hostlist *list = NULL;
		struct hostlist_place fault;

		assert_int_equal(hostlist_parse(*state, rows[i].text, &list, &fault),
				 rows[i].error);
		assert_null(list);
		assert_true(fault.begin <= fault.end && fault.end <= strlen(rows[i].text));
		text_append(&shown, rows[i].text + fault.begin, fault.end - fault.begin);
		fixture_expect_text(&shown, rows[i].fault);
	}
}

static void test_hostlist_parse_largest(void **state)
{
	static const char *const texts[] = {
		"a[00001-99999],b",
		"a[0-99999]",
		"a[1-1000]b[1-100]",
		"a[1-10][1-10][1-10][1-10][1-10]",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct hostlist *list = NULL;
		struct hostlist_place fault;

		assert_int_equal(hostlist_parse(*state, texts[i], &list, &fault), 0);
		assert_int_equal(hostlist_n_names(list), HOSTLIST_MAX_NAMES);
	}
}

static void test_hostlist_locate_difference(void **state)
{
	static const struct {
		const char *text;
		size_t index;
		size_t other;
		const char *expected;
	} rows[] = {
		{"gpu[1-2,2]", 2, 1, "2"},           {"gpu[1-2,2]", 1, 2, "1-2"},
		{"r[1,1]n[1-2]", 2, 0, "1"},         {"r[1-2]n[1,3,1]", 5, 3, "1"},
		{"a[1,11]b,a1[1]b", 2, 1, "a1[1]b"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_(text_finish) struct text shown = {0};
		const struct hostlist *list = NULL;
		struct hostlist_place place;

		assert_int_equal(hostlist_parse(*state, rows[i].text, &list, &place), 0);
		place = hostlist_locate(list, rows[i].index, rows[i].other);
		text_append(&shown, rows[i].text + place.begin, place.end - place.begin);
		fixture_expect_text(&shown, rows[i].expected);
	}
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hostlist_parse_good, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostlist_parse_bad, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostlist_parse_largest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostlist_locate_difference, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
