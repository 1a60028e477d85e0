/* SPDX-License-Identifier: MIT */

/* Strings with what has to be escaped, and members. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/text.h"

static void expect_written(const char *string, const char *expected)
{
	cleanup_(text_finish) struct text out = {0};

	json_append_string(&out, string);
	assert_string_equal(out.data, expected);
}

static void test_strings(void **state)
{
	(void)state;
	expect_written("", "\"\"");
	expect_written("caf\xc3\xa9", "\"caf\xc3\xa9\"");
	expect_written("say \"no\\yes\"", "\"say \\\"no\\\\yes\\\"\"");
	expect_written("a\nb\x1f", "\"a\\u000ab\\u001f\"");
}

static void test_members(void **state)
{
	cleanup_(text_finish) struct text out = {0};

	(void)state;
	json_append_member(&out, "{", "name", "a\"b");
	json_append_member(&out, ", ", "empty", "");
	json_append_member(&out, ", ", "none", NULL);
	assert_string_equal(out.data, "{\"name\": \"a\\\"b\", \"empty\": \"\", \"none\": null");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
