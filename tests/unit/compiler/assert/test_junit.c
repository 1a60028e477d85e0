/* SPDX-License-Identifier: MIT */

/* JUnit: a case for the topology and for each assertion, counted right and safe to show. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/assert/junit.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

#define NETWORK                                                                                    \
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"                                      \
	"gateways: { gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) } }\n"                 \
	"servers: { s1: { at: { internet: s1.example.org }, public_key: KEY(s1) } }\n"             \
	"users:\n"                                                                                 \
	"  al: { public_key: KEY(al) }\n"                                                          \
	"  bo: { public_key: KEY(bo), expires: 2026-01-31 }\n"                                     \
	"assert:\n"

static void write_report(struct compilation *c, const char *path, bool is_strict, struct text *out)
{
	const struct junit junit = {
		.topology = path,
		.network = c->network,
		.results = c->assertions,
		.diags = &c->diags,
		.is_strict = is_strict,
	};

	junit_write(&junit, out);
}

static void expect_parts(const struct text *text, const char *const *parts)
{
	const char *rest = text->data;

	for (; *parts != NULL; parts++) {
		const char *found = strstr(rest, *parts);

		if (found == NULL) {
			fail_msg("no '%s' in\n%s", *parts, text->data);
		} else {
			rest = found + strlen(*parts);
		}
	}
}

static void test_junit_write_results(void **state)
{
	static const char *const parts[] = {
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"net.yaml\"",
		"<testsuite name=\"net.yaml\" tests=\"5\" failures=\"1\" errors=\"0\" "
		"skipped=\"1\"",
		"<testcase name=\"the topology can be compiled\" classname=\"net.yaml\" "
		"file=\"net.yaml\" time=\"0\"/>\n",
		"<testcase name=\"al reaches s1 on tcp/22, udp/53 and icmp\" "
		"classname=\"net.yaml\" file=\"net/topology.yaml\" line=\"8\" time=\"0\"/>\n",
		"<testcase name=\"bo reaches s1\"",
		"<skipped message=\"user 'bo' expired on 2026-01-31\"/>\n    </testcase>\n",
		"<testcase name=\"al does not reach s1\"",
		"<failure message=\"'al' and 's1' reach each other\" type=\"assert-failed\">\n",
		"al -&gt; gw -&gt; s1\n",
		"</failure>\n    </testcase>\n",
		"<testcase name=\"losing s1 cuts nobody off\"",
		"/>\n  </testsuite>\n</testsuites>\n",
		NULL,
	};
	struct text text = {0};
	struct compilation c;

	(void)state;
	fixture_check_as_of(&c,
			    NETWORK "  - { reach: [al, s1], ports: [tcp/22, udp/53, icmp] }\n"
				    "  - { reach: [bo, s1] }\n"
				    "  - { deny: [al, s1] }\n"
				    "  - { survives: s1 }\n",
			    NULL, "2026-02-01");
	write_report(&c, "net.yaml", false, &text);
	expect_parts(&text, parts);
	text_finish(&text);
	compile_finish(&c);
}

/* A name as an endpoint is a warning, and under --strict it fails the topology, not an assertion.
 */
static void test_junit_write_strict(void **state)
{
	static const char *const parts[] = {
		"tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\"",
		"<failure message=\"the topology has 1 warning\" type=\"warning\">",
		"[endpoint-name]",
		"<testcase name=\"al reaches s1\"",
		NULL,
	};
	struct text text = {0};
	struct compilation c;

	(void)state;
	fixture_check(&c, NETWORK "  - { reach: [al, s1] }\n", NULL);
	write_report(&c, "net.yaml", true, &text);
	expect_parts(&text, parts);
	text_finish(&text);
	compile_finish(&c);
}

/* Nothing was asserted of a topology with errors, and the report says so. */
static void test_junit_write_errors(void **state)
{
	static const char *const parts[] = {
		"tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\"",
		"<failure message=\"the topology has 1 error, so that no assertion was checked\"",
		"[name-unknown]",
		"<testcase name=\"al reaches s1\"",
		"<skipped message=\"not checked: the topology has errors\"/>",
		NULL,
	};
	static const char *const alone[] = {"tests=\"1\" failures=\"1\"", "[yaml-syntax]", NULL};
	struct text text = {0};
	struct compilation c;

	(void)state;
	fixture_check(&c, NETWORK "  - { reach: [al, s1] }\n  - { reach: [al, s2] }\n", NULL);
	write_report(&c, "net.yaml", false, &text);
	expect_parts(&text, parts);
	text_clear(&text);
	compile_finish(&c);

	fixture_check(&c, "network: {", NULL);
	write_report(&c, "net.yaml", false, &text);
	expect_parts(&text, alone);
	text_finish(&text);
	compile_finish(&c);
}

/* A path may hold anything: markup, what steers a terminal, bytes that are not UTF-8, a key. */
static void test_junit_write_escapes(void **state)
{
	static const char path[] = "a<b>&\"c\"\x1b[31m\xff/"
				   "g1uHTu3Inb1NHL6LvWRPFA5kkgNV7e0QGfCJqQ4i200=.yaml";
	struct text text = {0};
	struct compilation c;

	(void)state;
	fixture_check(&c, NETWORK "  - { reach: [al, s1] }\n", NULL);
	write_report(&c, path, false, &text);
	assert_non_null(strstr(text.data, "name=\"a&lt;b&gt;&amp;&quot;c&quot;\xef\xbf\xbd[31m"
					  "\xef\xbf\xbd"));
	assert_null(strstr(text.data, "g1uHTu3"));
	assert_null(strchr(text.data, '\x1b'));
	text_finish(&text);
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_junit_write_results),
		cmocka_unit_test(test_junit_write_strict),
		cmocka_unit_test(test_junit_write_errors),
		cmocka_unit_test(test_junit_write_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
