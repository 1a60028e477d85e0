/* SPDX-License-Identifier: MIT */

/* Quoting: nothing that a format gives a meaning gets through. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "compiler/report/quote.h"

struct row {
	void (*quote)(struct text *out, const char *string);
	const char *string;
	const char *expected;
};

static const struct row rows[] = {
	{quote_json, "gpu01", "\"gpu01\""},
	{quote_json, "", "\"\""},
	{quote_json, "a \"b\" \\ c", "\"a \\\"b\\\" \\\\ c\""},
	{quote_json, "</script><!--&", "\"\\u003c/script\\u003e\\u003c!--\\u0026\""},
	{quote_json, "a\nb", "\"a\\nb\""},
	{quote_json, "é … ✕", "\"é … ✕\""},
	{quote_json, "\x01 \xff", "\"\xef\xbf\xbd \xef\xbf\xbd\""},
	{quote_json, "\xe2\x80\xae", "\"\xef\xbf\xbd\""}, /* turns the writing around */
	{quote_xml, "<a href=\"x\" b='y'>&", "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;"},
	{quote_xml, "a\nb\x02", "a&#10;b\xef\xbf\xbd"},
	{quote_dot, "a \"b\" \\ c\nd", "\"a \\\"b\\\" \\\\ c\\nd\""},
	{quote_dot, "graph", "\"graph\""},
	{quote_mermaid, "end", "\"end\""},
	{quote_mermaid, "a\"]b<i>#x;\nc", "\"a#quot;#93;b#lt;i#gt;#35;x;<br/>c\""},
	{quote_mermaid, "%%{init: x}%%", "\"#37;#37;#123;init: x#125;#37;#37;\""},
};

static void test_quote(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_(text_finish) struct text out = {0};

		rows[i].quote(&out, rows[i].string);
		if (strcmp(out.data, rows[i].expected) != 0) {
			fail_msg("%s becomes %s, not %s", rows[i].string, out.data,
				 rows[i].expected);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
