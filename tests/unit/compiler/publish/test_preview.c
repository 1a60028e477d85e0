/* SPDX-License-Identifier: MIT */

/* What a run tells of its changes, runs that only rehearse, and hosts that leave. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/publish/publish.h"
#include "tests/unit/compiler/publish/target.h"

static void note(void *context, const struct publish_change *change)
{
	struct text *told = context;

	text_printf(told, "%c %s %s\n", change->is_removed ? '-' : '+',
		    change->host == NULL ? "network" : change->host, change->path);
}

/* Runs with the files, and compares what is told. */
static void expect_told(struct fixture *fixture, const struct file *files, const char *expected)
{
	struct text told = {0};

	fixture->options.tell = note;
	fixture->options.context = &told;
	text_puts(&told, "");
	assert_int_equal(target_run(fixture, files), 0);
	assert_string_equal(told.length == 0 ? "" : told.data, expected);
	text_finish(&told);
}

static void test_tell_each_change(void **state)
{
	struct fixture *fixture = *state;

	expect_told(fixture, target_two_hosts,
		    "+ gpu " CONF "\n+ gpu " CONF2 "\n+ network " ZONE "\n");
	expect_told(fixture, target_two_hosts, "");
	expect_told(fixture, target_two_hosts_changed, "+ gpu " CONF "\n");
	expect_told(fixture, target_one_host, "+ gpu " CONF "\n- gpu " CONF2 "\n");
}

static void test_tell_nothing_where_refused(void **state)
{
	struct fixture *fixture = target_published(state);

	target_put(fixture, CONF, "edited\n");
	expect_told(fixture, target_two_hosts_changed, "");
	target_expect_finding(fixture, DIAG_ARTIFACT_EDITED, CONF);
}

static void test_rehearsal_changes_nothing(void **state)
{
	struct fixture *fixture = target_published(state);
	const char *before = target_snapshot(fixture, 0);

	fixture->options.is_rehearsal = true;
	expect_told(fixture, target_one_host, "- gpu " CONF2 "\n");
	expect_told(fixture, target_two_hosts_changed, "+ gpu " CONF "\n");
	assert_string_equal(target_snapshot(fixture, 0), before);
	target_expect_file(fixture, CONF, "one\n");
	target_expect_file(fixture, CONF2, "two\n");
	assert_false(target_has(fixture, ".wgtopo-stage"));
	fixture->options.is_rehearsal = false;
	expect_told(fixture, target_two_hosts, "");
}

static bool has_left(void *context, const char *host)
{
	(void)context;
	return strcmp(host, "gpu") == 0;
}

static void test_partial_removes_who_left(void **state)
{
	static const struct file files[] = {{CONF, "one\n", 0600}, {NULL, NULL, 0}};
	struct fixture *fixture = target_published(state);

	fixture->options.is_partial = true;
	expect_told(fixture, files, "");
	fixture->options.has_left = has_left;
	expect_told(fixture, files, "- gpu " CONF2 "\n");
	assert_false(target_has(fixture, CONF2));
	target_expect_file(fixture, ZONE, "zone\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TARGET_TEST(test_tell_each_change),
		TARGET_TEST(test_tell_nothing_where_refused),
		TARGET_TEST(test_rehearsal_changes_nothing),
		TARGET_TEST(test_partial_removes_who_left),
	};

	return cmocka_run_group_tests_name("compiler/publish/preview", tests, NULL, NULL);
}
