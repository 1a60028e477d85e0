/* SPDX-License-Identifier: MIT */

/* Files with keys in them: how they are recorded, and that no run without the keys loses them. */

#include "compiler/publish/publish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/compiler/publish/target.h"

#define PHONE   "users/al/lab.conf"
#define PICTURE "users/al/lab.png"

static const struct file with_keys[] = {
	{CONF, "one\n", 0600},  {CONF2, "two KEY\n", 0600}, {ZONE, "zone\n", 0644},
	{PHONE, "KEY\n", 0600}, {PICTURE, "KEY!\n", 0600},  {NULL, NULL, 0},
};

static const struct file without_keys[] = {
	{CONF, "one\n", 0600},   {CONF2, "two\n", 0600}, {ZONE, "zone\n", 0644},
	{PHONE, "none\n", 0600}, {NULL, NULL, 0},
};

/* The fixture after a run with the keystore open, and then closed again. */
static struct fixture *published_with_keys(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.has_keys = true;
	assert_int_equal(target_run(fixture, with_keys), 0);
	target_expect_result(fixture, 5, 0, 0);
	fixture->options.has_keys = false;
	return fixture;
}

static void test_secrets_in_the_manifest(void **state)
{
	static const struct file files[] = {{PHONE, "KEY\n", 0600}, {NULL, NULL, 0}};
	struct fixture *fixture = *state;

	assert_int_equal(target_run(fixture, files), 0);
	/* The digest is what `b2sum -l 128` prints. */
	target_expect_file(
		fixture, "manifest.json",
		"{\n\"format\": 1,\n\"files\": [\n"
		"{\"path\":\"" PHONE "\",\"host\":\"al\",\"mode\":\"0600\",\"size\":4,"
		"\"digest\":\"blake2b-128:a061648cb3998884b447f0457522d628\",\"secret\":true}\n]\n}\n");
}

static void test_secrets_unchanged(void **state)
{
	struct fixture *fixture = published_with_keys(state);

	fixture->options.has_keys = true;
	assert_int_equal(target_run(fixture, with_keys), 0);
	assert_int_equal(fixture->n_current, 5);
	target_expect_result(fixture, 0, 5, 0);
	/* without the state they are read, and found to be as they should */
	target_shell("rm '%s/.wgtopo-state'", fixture->target);
	assert_int_equal(target_run(fixture, with_keys), 0);
	assert_int_equal(fixture->n_current, 0);
	target_expect_result(fixture, 0, 5, 0);
}

/* What the manifest says of a secret file has to fit it. */
static void test_secrets_edited(void **state)
{
	static const struct file other[] = {
		{CONF, "one\n", 0600},      {CONF2, "two KEY\n", 0600}, {ZONE, "zone\n", 0644},
		{PHONE, "KEZ KEY\n", 0600}, {PICTURE, "KEY!\n", 0600},  {NULL, NULL, 0},
	};
	struct fixture *fixture = published_with_keys(state);

	fixture->options.has_keys = true;
	target_put(fixture, PHONE, "KEX\n"); /* as long as before */
	assert_int_equal(target_run(fixture, other), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_EDITED, PHONE);
	target_put(fixture, PHONE, "KEY\n");
	assert_int_equal(target_run(fixture, other), 0);
	target_expect_result(fixture, 1, 4, 0);
}

static void test_secrets_closed_run(void **state)
{
	struct fixture *fixture = published_with_keys(state);
	const char *before = target_snapshot(fixture, 1);

	assert_int_equal(target_run(fixture, without_keys), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_NEEDS_KEYS, CONF2);
	assert_non_null(strstr(fixture->diags.items.items[0]->message, "2 more"));
	assert_string_equal(target_snapshot(fixture, 1), before);

	/* what its owner has taken away is no longer here to be lost */
	target_shell("cd '%s' && rm -r users && mv '%s' ..", fixture->target, CONF2);
	assert_int_equal(target_run(fixture, without_keys), 0);
	target_expect_result(fixture, 2, 2, 0);
}

static void test_secrets_closed_run_by_force(void **state)
{
	struct fixture *fixture = published_with_keys(state);

	fixture->options.force = true;
	assert_int_equal(target_run(fixture, without_keys), 0);
	target_expect_result(fixture, 2, 2, 1);
	fixture->options.force = false;
	assert_int_equal(target_run(fixture, without_keys), 0);
	target_expect_result(fixture, 0, 4, 0);
}

/* With the keystore open a key may go: its owner has brought another one. */
static void test_secrets_open_run(void **state)
{
	struct fixture *fixture = published_with_keys(state);

	fixture->options.has_keys = true;
	assert_int_equal(target_run(fixture, without_keys), 0);
	target_expect_result(fixture, 2, 2, 1);
}

static void test_secrets_closed_run_of_another_host(void **state)
{
	static const struct file only_network[] = {{ZONE, "zone!\n", 0644}, {NULL, NULL, 0}};
	static const struct file only_phone[] = {{PHONE, "none\n", 0600}, {NULL, NULL, 0}};
	struct fixture *fixture = published_with_keys(state);

	fixture->options.is_partial = true;
	assert_int_equal(target_run(fixture, only_network), 0);
	target_expect_result(fixture, 1, 0, 0);
	assert_int_equal(target_run(fixture, only_phone), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_NEEDS_KEYS, PHONE);
}

/* Who left the topology takes the files along, keys or not. */
static void test_secrets_of_a_host_that_left(void **state)
{
	static const struct file no_user[] = {
		{CONF, "one\n", 0600}, {CONF2, "two\n", 0600}, {NULL, NULL, 0}};
	static const struct file before[] = {
		{CONF, "one\n", 0600}, {PHONE, "KEY\n", 0600}, {NULL, NULL, 0}};
	struct fixture *fixture = *state;

	assert_int_equal(target_run(fixture, before), 0);
	assert_int_equal(target_run(fixture, no_user), 0);
	target_expect_result(fixture, 1, 1, 1);
}

/* One file fewer is a loss as well, where the host is still there. */
static void test_secrets_closed_run_removes(void **state)
{
	static const struct file one_file[] = {
		{PHONE, "none\n", 0600}, {CONF, "one\n", 0600}, {NULL, NULL, 0}};
	static const struct file before[] = {{PHONE, "none\n", 0600},
					     {CONF, "one\n", 0600},
					     {PICTURE, "KEY!\n", 0600},
					     {NULL, NULL, 0}};
	struct fixture *fixture = *state;

	assert_int_equal(target_run(fixture, before), 0);
	assert_int_equal(target_run(fixture, one_file), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_NEEDS_KEYS, PICTURE);
}

static void test_secrets_stay_out_of_git(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(target_run(fixture, without_keys), 0);
	assert_false(target_has(fixture, ".gitignore"));
	fixture->options.has_keys = true;
	fixture->options.is_rehearsal = true;
	assert_int_equal(target_run(fixture, with_keys), 0);
	assert_false(target_has(fixture, ".gitignore"));
	fixture->options.is_rehearsal = false;
	assert_int_equal(target_run(fixture, with_keys), 0);
	target_expect_file(fixture, ".gitignore", "*\n");
	target_expect_mode(fixture, ".gitignore", 0644);
	assert_false(target_has(fixture, ".wgtopo-stage"));
	/* again in a run that writes nothing else */
	target_shell("rm '%s/.gitignore'", fixture->target);
	assert_int_equal(target_run(fixture, with_keys), 0);
	target_expect_result(fixture, 0, 5, 0);
	target_expect_file(fixture, ".gitignore", "*\n");
	assert_int_equal(target_run(fixture, with_keys), 0);
	target_expect_result(fixture, 0, 5, 0);
	/* a run without the keys leaves it: earlier ones may have left keys */
	fixture->options.has_keys = false;
	fixture->options.force = true;
	assert_int_equal(target_run(fixture, without_keys), 0);
	target_expect_file(fixture, ".gitignore", "*\n");
}

/* Somebody's own stays, also one that leads elsewhere or cannot be replaced. */
static void test_secrets_and_a_gitignore_that_is_there(void **state)
{
	static const char *const makings[] = {
		"echo mine > .gitignore",
		"ln -s ../elsewhere .gitignore",
		"mkdir .gitignore",
	};
	struct fixture *fixture = published_with_keys(state);

	fixture->options.has_keys = true;
	for (size_t i = 0; i < sizeof(makings) / sizeof(makings[0]); i++) {
		target_shell("cd '%s' && rm .gitignore && %s", fixture->target, makings[i]);
		assert_int_equal(target_run(fixture, with_keys), 0);
		target_expect_result(fixture, 0, 5, 0);
		if (i == 0)
			target_expect_file(fixture, ".gitignore", "mine\n");
		if (i == 1)
			assert_false(target_has(fixture, "../elsewhere"));
		assert_false(target_has(fixture, ".wgtopo-stage"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TARGET_TEST(test_secrets_in_the_manifest),
		TARGET_TEST(test_secrets_unchanged),
		TARGET_TEST(test_secrets_edited),
		TARGET_TEST(test_secrets_closed_run),
		TARGET_TEST(test_secrets_closed_run_by_force),
		TARGET_TEST(test_secrets_open_run),
		TARGET_TEST(test_secrets_closed_run_of_another_host),
		TARGET_TEST(test_secrets_of_a_host_that_left),
		TARGET_TEST(test_secrets_closed_run_removes),
		TARGET_TEST(test_secrets_stay_out_of_git),
		TARGET_TEST(test_secrets_and_a_gitignore_that_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
