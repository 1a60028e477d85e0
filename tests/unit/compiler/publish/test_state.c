/* SPDX-License-Identifier: MIT */

/* Publishing without a good state, without a good manifest, and after a run that was killed. */

#include "compiler/publish/publish.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/compiler/publish/target.h"

static void test_state_lost(void **state)
{
	struct fixture *fixture = target_published(state);

	target_shell("rm '%s/.wgtopo-state'", fixture->target);
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	assert_int_equal(fixture->n_current, 0);
	target_expect_result(fixture, 0, 3, 0);
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	assert_int_equal(fixture->n_current, 3);
}

static void test_state_corrupt(void **state)
{
	static const char *const damages[] = {
		": > .wgtopo-state",
		"echo > .wgtopo-state",
		"head -c 100 .wgtopo-state > t; cat t > .wgtopo-state; rm t",
		"sed -i s/one/two/ .wgtopo-state; sed -i 's/gpu01/gpu09/' .wgtopo-state",
		"sed -i 's/^wgtopo-state 2/wgtopo-state 3/' .wgtopo-state",
		"sed -i '1s/2 3 /2 4294967296 /' .wgtopo-state",
		"echo more >> .wgtopo-state",
		"head -c 3000 /dev/zero > .wgtopo-state",
		"mv .wgtopo-state t; ln -s t .wgtopo-state",
	};
	struct fixture *fixture = target_published(state);

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		target_shell("cd '%s' && { %s; }", fixture->target, damages[i]);
		assert_int_equal(target_run(fixture, target_two_hosts), 0);
		assert_int_equal(fixture->n_current, 0);
		target_expect_result(fixture, 0, 3, 0);
	}
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	assert_int_equal(fixture->n_current, 3);
}

/* The state of a copy is about other files. */
static void test_state_foreign(void **state)
{
	struct fixture *fixture = target_published(state);

	target_shell("cp -r '%s' '%s/copy'", fixture->target, fixture->base);
	(void)snprintf(fixture->target, sizeof(fixture->target), "%s/copy", fixture->base);
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	assert_int_equal(fixture->n_current, 0);
	target_expect_result(fixture, 0, 3, 0);
}

/* A file that is as new as the state itself may have changed since: it is read. */
static void test_state_racy(void **state)
{
	struct fixture *fixture = target_published(state);

	target_shell("cd '%s' && touch -d '+1 hour' %s", fixture->target, CONF);
	assert_int_equal(target_run(fixture, target_two_hosts), 0); /* remembers the new time */
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	assert_int_equal(fixture->n_current, 2);
	target_expect_result(fixture, 0, 3, 0);
}

static void test_manifest_corrupt(void **state)
{
	static const char *const damages[] = {
		": > manifest.json",
		"echo '[]' > manifest.json",
		"head -c 200 m > manifest.json",
		"sed '$d' m > manifest.json",
		"sed 's/xxh3-128:/md5:/' m > manifest.json",
		"sed 's/\"0600\"/\"rw\"/' m > manifest.json",
		"sed 's/\"size\":4/\"size\":-4/' m > manifest.json",
		"sed 's#hosts/gpu01/etc#../../../etc#' m > manifest.json",
		"sed 's/gpu02/gpu01/' m > manifest.json",
		"cat m m > manifest.json",
		"rm manifest.json && mkdir manifest.json",
	};
	struct fixture *fixture = target_published(state);

	target_shell("cd '%s' && cp manifest.json m", fixture->target);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		target_shell("cd '%s' && %s", fixture->target, damages[i]);
		assert_int_equal(target_run(fixture, target_two_hosts_changed), -EBADMSG);
		target_expect_file(fixture, CONF, "one\n");
	}
	target_shell("cd '%s' && rmdir manifest.json && cp m manifest.json", fixture->target);
	assert_int_equal(target_run(fixture, target_two_hosts_changed), 0);
	target_expect_result(fixture, 1, 2, 0);
}

/*
 * What a run killed between its renames leaves: the journal in the stage, one file new, the other
 * one still old. Made by hand here; tests/property/publish_faults.py kills real runs.
 */
static struct fixture *torn(void **state)
{
	static const struct file changed[] = {{CONF, "ONE\n", 0600},
					      {CONF2, "TWO\n", 0600},
					      {ZONE, "zone\n", 0644},
					      {NULL, NULL, 0}};
	struct fixture *fixture = target_published(state);

	target_shell("cp -a '%s' '%s/old'", fixture->target, fixture->base);
	assert_int_equal(target_run(fixture, changed), 0);
	target_shell("cd '%s' && mkdir .wgtopo-stage && mv manifest.json .wgtopo-stage/ && "
		     "cp -a ../old/manifest.json ../old/.wgtopo-state . && "
		     "cp %s .wgtopo-stage/7 && cp -a ../old/%s %s",
		     fixture->target, CONF2, CONF2, CONF2);
	return fixture;
}

static void test_recover_to_new(void **state)
{
	static const struct file newer[] = {
		{CONF, "1\n", 0600}, {CONF2, "2\n", 0600}, {NULL, NULL, 0}};
	struct fixture *fixture = torn(state);

	assert_int_equal(target_run(fixture, newer), 0);
	target_expect_result(fixture, 2, 0, 1);
	assert_false(target_has(fixture, ".wgtopo-stage"));
	assert_false(target_has(fixture, "network"));
}

/* The run that recovers stops for another reason; what it learned from the journal is not lost. */
static void test_recover_survives_refusal(void **state)
{
	struct fixture *fixture = torn(state);

	target_put(fixture, ZONE, "mine\n");
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_EDITED, ZONE);
	target_put(fixture, ZONE, "zone\n");
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_result(fixture, 1, 2, 0);
	target_expect_file(fixture, CONF, "one\n");
}

static void test_recover_edited_is_still_edited(void **state)
{
	struct fixture *fixture = torn(state);

	target_put(fixture, CONF, "mine\n");
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_EDITED, CONF);
}

static void test_recover_partial(void **state)
{
	static const struct file gpu02[] = {{CONF2, "2\n", 0600}, {NULL, NULL, 0}};
	struct fixture *fixture = torn(state);

	fixture->options.is_partial = true;
	assert_int_equal(target_run(fixture, gpu02), 0);
	target_expect_result(fixture, 1, 0, 0);
	fixture->options.is_partial = false;
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_result(fixture, 2, 1, 0);
}

static void test_recover_incomplete_journal(void **state)
{
	struct fixture *fixture = target_published(state);

	target_shell("cd '%s' && mkdir .wgtopo-stage && echo x > .wgtopo-stage/0 && "
		     "head -c 150 manifest.json > .wgtopo-stage/manifest.json",
		     fixture->target);
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_result(fixture, 0, 3, 0);
	assert_int_equal(fixture->n_current, 3);
	assert_false(target_has(fixture, ".wgtopo-stage"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TARGET_TEST(test_state_lost),
		TARGET_TEST(test_state_corrupt),
		TARGET_TEST(test_state_foreign),
		TARGET_TEST(test_state_racy),
		TARGET_TEST(test_manifest_corrupt),
		TARGET_TEST(test_recover_to_new),
		TARGET_TEST(test_recover_survives_refusal),
		TARGET_TEST(test_recover_edited_is_still_edited),
		TARGET_TEST(test_recover_partial),
		TARGET_TEST(test_recover_incomplete_journal),
	};

	return cmocka_run_group_tests_name("compiler/publish/state", tests, NULL, NULL);
}
